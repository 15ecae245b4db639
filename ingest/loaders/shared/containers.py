"""OLE containers: an encrypted Office file hides in one, an old Office file is one."""

from __future__ import annotations

import io

from casefolio.ingest.errors import BrokenFile, EncryptedFile
from casefolio.ingest.loaders.shared.source import Source

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def ole_streams(data: bytes) -> tuple[str, ...]:
    """Names of the streams of an OLE container, `/` between storages; empty where it is none or is damaged."""
    import olefile

    if not data.startswith(OLE_MAGIC):
        return ()
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as ole:
            return tuple("/".join(path) for path in ole.listdir(streams=True, storages=False))
    except Exception:  # olefile raises what the bytes drive it to
        return ()


def opened(source: Source) -> bytes:
    """The ZIP container of an OOXML file, decrypted where it is encrypted and a password fits.

    Raises:
        EncryptedFile: where none of the passwords fits, or none was given.
        BrokenFile: where it is neither a ZIP nor an encrypted container.
    """
    if source.data.startswith(b"PK"):
        return source.data
    if "EncryptedPackage" not in ole_streams(source.data):
        raise BrokenFile("no Office container")
    return decrypted(source)


def decrypted(source: Source) -> bytes:
    """An encrypted Office file, new or old, opened with the first password that fits.

    Raises:
        EncryptedFile: where none does.
    """
    for password in source.passwords:
        plain = _decrypted(source.data, password)
        if plain is not None:
            return plain
    what = "none of the passwords opens it" if source.passwords else "the file is encrypted"
    raise EncryptedFile(what, "give its password with --password or CASEFOLIO_PASSWORD")


def _decrypted(data: bytes, password: str) -> bytes | None:
    import msoffcrypto

    out = io.BytesIO()
    try:
        office = msoffcrypto.OfficeFile(io.BytesIO(data))
        office.load_key(password=password)
        office.decrypt(out)
    except Exception:  # a wrong password shows as any of several errors
        return None
    return out.getvalue() if out.getvalue().startswith((b"PK", OLE_MAGIC)) else None
