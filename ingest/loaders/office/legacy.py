"""Old Word and WordPerfect files, turned into DOCX by LibreOffice, where that is installed."""

from __future__ import annotations

import dataclasses
import os
import shutil
import signal
import subprocess
import tempfile
from functools import cache
from pathlib import Path, PurePosixPath

from casefolio.ingest import limits
from casefolio.ingest.errors import BrokenFile, LimitExceeded, MissingTool
from casefolio.ingest.loaders.detecting import DOC, WORDPERFECT
from casefolio.ingest.loaders.shared.containers import OLE_MAGIC, decrypted
from casefolio.ingest.loaders.shared.guard import guarded
from casefolio.ingest.loaders.shared.source import Reading, Source
from casefolio.ingest.loaders.word.loader import read_docx

HINT = "install LibreOffice (Debian package libreoffice-writer)"
_NOWHERE = "http://127.0.0.1:9"  # where nothing listens
_PROGRAMS = ("soffice", "libreoffice")


@guarded("old text document")
def read_legacy(source: Source) -> Reading:
    """Read a DOC or WPD file through LibreOffice, in a profile and folder of its own, without macros.

    Raises:
        MissingTool: where LibreOffice is not installed.
        EncryptedFile: where no password given opens it.
        LimitExceeded: where LibreOffice takes longer than `limits.SECONDS_OF_OFFICE`.
        BrokenFile: where LibreOffice cannot read it.
    """
    media_type = DOC if source.data.startswith(OLE_MAGIC) else WORDPERFECT
    if _is_encrypted(source.data):
        source = dataclasses.replace(source, data=decrypted(source))
    suffix = PurePosixPath(source.path).suffix.lower()
    known = suffix if suffix in (".doc", ".dot", ".wpd", ".wp", ".wp5") else ".doc"
    with tempfile.TemporaryDirectory(prefix="casefolio-") as folder:
        docx = convert(source.data, known, "docx", Path(folder))
    reading = read_docx(dataclasses.replace(source, data=docx))
    notes = (*reading.notes, "read through LibreOffice")
    return dataclasses.replace(reading, media_type=media_type, notes=notes)


def convert(data: bytes, suffix: str, target: str, folder: Path) -> bytes:
    """A file turned by LibreOffice into another format.

    Args:
        data: of the file.
        suffix: by which LibreOffice knows its format.
        target: suffix of the format to be made, without a dot.
        folder: to work in.

    Raises:
        MissingTool: where LibreOffice is not installed.
        LimitExceeded: where it takes longer than `limits.SECONDS_OF_OFFICE`.
        BrokenFile: where it cannot read the file.
    """
    program = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    if program is None:
        raise MissingTool("LibreOffice is not installed", HINT)
    given = folder / f"in{suffix}"
    given.write_bytes(data)
    # LibreOffice maps more memory than a reading process may address, and has to end where that process was killed
    start = ["/bin/sh", "-c", 'ulimit -S -v unlimited 2>/dev/null; exec "$@"', "sh"]
    watched = ["timeout", "--kill-after=5", f"{limits.SECONDS_OF_OFFICE:.0f}"] if shutil.which("timeout") else []
    _close_off(folder / "profile")
    command = [*start, *watched, *_without_network(), program,
               "--headless", "--norestore", "--nologo", "--nodefault", "--nolockcheck",
               f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--convert-to", target,
               "--outdir", str(folder / "out"), str(given)]  # fmt: skip
    proxies = dict.fromkeys(("http_proxy", "https_proxy", "ftp_proxy", "all_proxy"), _NOWHERE)
    environment = {**os.environ, **proxies, "no_proxy": "", "HOME": str(folder), "SAL_USE_VCLPLUGIN": "svp"}
    nothing = subprocess.DEVNULL
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdin=nothing, stdout=nothing, stderr=nothing, start_new_session=True
    )
    try:
        process.wait(limits.SECONDS_OF_OFFICE)
    except subprocess.TimeoutExpired as error:
        raise LimitExceeded(f"LibreOffice took more than {limits.SECONDS_OF_OFFICE:.0f} s") from error
    finally:
        _end(process)
    made = folder / "out" / f"in.{target}"
    if not made.is_file():
        raise BrokenFile("LibreOffice cannot read it")
    return made.read_bytes()


def _close_off(profile: Path) -> None:
    """A profile of its own that follows no link of a document and runs nothing in it."""
    settings = profile / "user" / "registrymodifications.xcu"
    settings.parent.mkdir(parents=True)
    shutil.copyfile(Path(__file__).with_name("libreoffice.xcu"), settings)


@cache
def _without_network() -> tuple[str, ...]:
    """What starts a program where there is no network, if this system lets its users do that."""
    command = ("unshare", "--map-current-user", "--net")
    if shutil.which(command[0]) is None:
        return ()
    tried = subprocess.run([*command, "true"], capture_output=True, check=False, timeout=30)
    return command if tried.returncode == 0 else ()


def _end(process: subprocess.Popen[bytes]) -> None:
    """End LibreOffice with its children, which it starts in its own process group."""
    if process.poll() is None:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        process.wait()


def _is_encrypted(data: bytes) -> bool:
    """Whether a Word file says in its information block that it is encrypted ([MS-DOC] 2.5.2, bit fEncrypted)."""
    import io

    import olefile

    if not data.startswith(OLE_MAGIC):
        return False
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as ole:
            start = ole.openstream("WordDocument").read(12) if ole.exists("WordDocument") else b""
    except Exception:  # a damaged container is for LibreOffice to try
        return False
    return len(start) == 12 and bool(int.from_bytes(start[10:12], "little") & 0x0100)
