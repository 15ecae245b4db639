"""Archives of a case: ZIP (also signed containers, ASiC), 7z, RAR and TAR. Each member is read as a file of its own."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import PurePosixPath

from casefolio.ingest import limits
from casefolio.ingest.errors import BrokenFile, EncryptedFile, LimitExceeded, MissingTool
from casefolio.ingest.loaders.detecting import ZIP
from casefolio.ingest.loaders.shared.building import Builder
from casefolio.ingest.loaders.shared.guard import NO_ZIP, guarded, too_much
from casefolio.ingest.loaders.shared.source import Reading, Source

_NOISE = ("__MACOSX/", "META-INF/")
_NOISE_NAMES = {".ds_store", "thumbs.db", "desktop.ini", "mimetype"}
_HINT = "give its password with --password or CASEFOLIO_PASSWORD"


@guarded("archive")
def read_zip(source: Source) -> Reading:
    """Hand on the members of a ZIP archive.

    Raises:
        LimitExceeded: where it unpacks to more than an archive of a case does.
        EncryptedFile: where no password given opens it.
        BrokenFile: where it cannot be opened.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(source.data))
    except NO_ZIP as error:
        raise BrokenFile("not a readable ZIP archive") from error
    with archive:
        members = [info for info in archive.infolist() if not info.is_dir() and not _is_noise(_zip_name(info))]
        _check(len(members), sum(info.file_size for info in members), len(source.data))
        password = _password(archive, members, source.passwords)
        builder, damaged = Builder(), 0
        for info in members:
            limits.beat()
            try:
                content = archive.read(info, pwd=password)
            except Exception:  # zlib, lzma, CRC and unsupported methods each raise their own
                damaged += 1
                content = b""
            builder.attachments.append((_zip_name(info), content))
    return _reading(builder, damaged)


@guarded("archive")
def read_archive(source: Source) -> Reading:
    """Hand on the members of a 7z, RAR or TAR archive, also a packed one.

    Raises:
        MissingTool: where libarchive is not installed.
        LimitExceeded: where it unpacks to more than an archive of a case does.
        EncryptedFile: where it is encrypted.
        BrokenFile: where it cannot be opened.
    """
    try:
        import libarchive
    except (ImportError, OSError, TypeError, AttributeError) as error:
        raise MissingTool("libarchive is not installed", "install the Debian package libarchive13t64") from error
    builder = Builder()
    try:
        for name, content in _members(libarchive, source):
            builder.attachments.append((name, content))
    except libarchive.exception.ArchiveError as error:
        if "passphrase" in str(error).lower() or "encrypt" in str(error).lower():
            raise EncryptedFile("the archive is encrypted", _HINT) from error
        if not builder.attachments:
            raise BrokenFile("not a readable archive") from error
        builder.notes.append("the archive is damaged; what follows its first files could not be read")
    return _reading(builder, 0)


def _members(libarchive: object, source: Source) -> Iterator[tuple[str, bytes]]:
    total = count = 0
    options = {"passphrase": source.passwords[0]} if source.passwords else {}
    with libarchive.memory_reader(source.data, **options) as entries:  # type: ignore[attr-defined]
        for entry in entries:
            name = str(entry.pathname or "")
            if not entry.isreg or _is_noise(name):
                continue
            count += 1
            pieces: list[bytes] = []
            for block in entry.get_blocks():
                total += len(block)
                _check(count, total, len(source.data))
                pieces.append(bytes(block))
            limits.beat()
            yield name, b"".join(pieces)


def _check(count: int, total: int, size: int) -> None:
    """Refuse what no archive of a case is.

    Raises:
        LimitExceeded: where it has more members, or unpacks to more, than an archive may.
    """
    if count > limits.MAX_ATTACHMENTS:
        raise LimitExceeded(f"{count} files in an archive that may have {limits.MAX_ATTACHMENTS}", "unpack it")
    if too_much(total, size):
        raise LimitExceeded(f"{size} bytes that unpack to {total} and more: this looks like a bomb", "unpack it")


def _password(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], passwords: tuple[str, ...]) -> bytes | None:
    """The password that opens the first encrypted member; None where none is."""
    locked = next((info for info in members if info.flag_bits & 1), None)
    if locked is None:
        return None
    for password in passwords:
        try:
            archive.read(locked, pwd=password.encode())
        except Exception:  # a wrong password shows as any of several errors
            continue
        return password.encode()
    raise EncryptedFile("the archive is encrypted", _HINT)


def _zip_name(info: zipfile.ZipInfo) -> str:
    """The name of a member; old packers wrote it in the code page of their machine and did not say which."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        raw = info.filename.encode("cp437")
    except UnicodeEncodeError:
        return info.filename
    for encoding in ("utf-8", "cp949"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.filename


def _is_noise(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    return name.startswith(_NOISE) or path.name.lower() in _NOISE_NAMES or path.name.startswith("._")


def _reading(builder: Builder, damaged: int) -> Reading:
    if not builder.attachments:
        raise BrokenFile("an archive without a file")
    builder.note(len(builder.attachments), "file{s} in an archive, each read as a document of its own")
    builder.note(damaged, "file{s} in it damaged")
    return builder.reading(ZIP)
