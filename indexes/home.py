"""What this machine keeps outside of all folders of documents, readable by its user alone: keys, and what he trusts."""

from __future__ import annotations

import os
import secrets
import sys
import tempfile
from pathlib import Path

from casefolio.ingest.errors import StoreError

_KEY_BYTES = 32
PART = ".part-"  # how the name of a file begins that is being written


def home_folder() -> Path:
    """`$CASEFOLIO_HOME`, or `casefolio` in the platform's folder of settings. Not created here."""
    if own := os.environ.get("CASEFOLIO_HOME"):
        return Path(own).expanduser()
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "casefolio"
    if sys.platform == "win32":
        return Path(os.environ.get("APPDATA", str(Path.home()))) / "casefolio"
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "casefolio"


def private_folder(folder: Path) -> Path:
    """Make a folder that others cannot enter, whatever the umask; one that is there is closed to them."""
    made_folder(folder)
    if folder.stat().st_mode & 0o077:
        folder.chmod(0o700)
    return folder


def made_folder(folder: Path) -> Path:
    """A folder: as it is, or made, with all that it lies in, so that others cannot enter it."""
    if not folder.is_dir():
        made_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def write_private(path: Path, data: bytes) -> None:
    """Write a file that others cannot read, whole or not at all."""
    made_folder(path.parent)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=PART)  # 0600, whatever the umask
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def machine_key() -> bytes:
    """The secret of this machine and user, drawn when it is first asked for.

    Raises:
        StoreError: where it can be neither read nor kept.
    """
    path = home_folder() / "key"
    try:
        if not path.exists():
            _draw(path)
        key = path.read_bytes()
    except OSError as error:
        raise StoreError(
            f"cannot keep this machine's key in {path.parent}: {error.strerror}", "CASEFOLIO_HOME names another folder"
        ) from error
    if len(key) != _KEY_BYTES:
        raise StoreError(f"{path} is damaged", "delete it; indexes are then made anew")
    return key


def _draw(path: Path) -> None:
    """A new key, unless another process is first."""
    fresh = path.with_name(f"key-{secrets.token_hex(8)}")
    write_private(fresh, secrets.token_bytes(_KEY_BYTES))
    try:
        os.link(fresh, path)  # unlike a rename, never over a key that is there
    except FileExistsError:
        pass
    except OSError:  # a file system without links
        if not path.exists():
            fresh.rename(path)
    finally:
        fresh.unlink(missing_ok=True)
