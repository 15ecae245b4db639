"""`winmail.dat`: what Outlook packs a mail into when it sends rich text ([MS-OXTNEF])."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from casefolio.ingest import limits
from casefolio.ingest.errors import BrokenFile
from casefolio.ingest.loaders.mail.outlook import decompressed_rtf
from casefolio.ingest.loaders.shared.building import one_line

_SIGNATURE = 0x223E9F78
_BODY, _PROPERTIES = 0x800C, 0x9003
_NEW_FILE, _TITLE, _DATA, _FILE_PROPERTIES = 0x9002, 0x8010, 0x800F, 0x9005
_MAPI_BODY, _MAPI_HTML, _MAPI_RTF = 0x1000, 0x1013, 0x1009
_MAPI_LONG_NAME, _MAPI_OBJECT = 0x3707, 0x3701
_FIXED = {0x02: 4, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8, 0x48: 16}
_VARIABLE = (0x0D, 0x1E, 0x1F, 0x102)


@dataclass(slots=True)
class _File:
    name: str = ""
    data: bytes = b""


def unpacked(data: bytes) -> list[tuple[str, bytes]]:
    """Name and bytes of the body, where it has one, and of each file in a `winmail.dat`; who reads them counts them.

    Raises:
        BrokenFile: where it is none.
    """
    if len(data) < 6 or struct.unpack_from("<I", data)[0] != _SIGNATURE:
        raise BrokenFile("no TNEF container")
    files: list[_File] = []
    bodies: list[tuple[str, bytes]] = []
    for kind, value in _attributes(data):
        if kind == _BODY:
            bodies.append(("body.txt", value.rstrip(b"\x00")))
        elif kind == _PROPERTIES:
            bodies += _bodies(value)
        elif kind == _NEW_FILE:
            files.append(_File())
        elif files and kind == _TITLE:
            files[-1].name = files[-1].name or value.rstrip(b"\x00").decode("cp1252", "replace")
        elif files and kind == _DATA:
            files[-1].data = value
        elif files and kind == _FILE_PROPERTIES:
            _name(files[-1], value)
    named = [(one_line(file.name) or f"attachment-{n}", file.data) for n, file in enumerate(files, 1)]
    return [*bodies[:1], *((name, content) for name, content in named if content)]


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Kind and value of each attribute; a cut file ends where it is cut."""
    at = 6
    while at + 9 <= len(data):
        kind, length = struct.unpack_from("<HxxI", data, at + 1)
        yield kind, data[at + 9 : at + 9 + length]
        at += 9 + length + 2


def _bodies(value: bytes) -> Iterator[tuple[str, bytes]]:
    found = dict(_properties(value))
    if html := found.get(_MAPI_HTML):
        yield "body.html", html
    elif rtf := found.get(_MAPI_RTF):
        yield "body.rtf", decompressed_rtf(rtf)
    elif text := found.get(_MAPI_BODY):
        yield "body.txt", text


def _name(file: _File, value: bytes) -> None:
    found = dict(_properties(value))
    if name := found.get(_MAPI_LONG_NAME):
        file.name = name.decode("utf-8", "replace")
    file.data = file.data or found.get(_MAPI_OBJECT, b"")[16:]


def _properties(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Id and value of each MAPI property; texts as UTF-8."""
    if len(data) < 4:
        return
    at = 4
    for _ in range(min(struct.unpack_from("<I", data)[0], 5_000)):
        if at + 4 > len(data):
            return
        kind, key = struct.unpack_from("<HH", data, at)
        at += 4
        if key >= 0x8000:
            at = _past_name(data, at)
        many = bool(kind & 0x1000)
        kind &= ~0x1000
        if kind in _FIXED:
            count = 1
            if many:
                count, at = _number(data, at), at + 4
            yield key, data[at : at + _FIXED[kind]]
            at += max(4, _FIXED[kind]) * count
        elif kind in _VARIABLE:
            count, at = _number(data, at), at + 4
            for _ in range(min(count, limits.MAX_TNEF_VALUES)):
                length, at = _number(data, at), at + 4
                yield key, _text(kind, data[at : at + length])
                at += (length + 3) & ~3
        else:
            return  # a kind that nobody knows the length of


def _past_name(data: bytes, at: int) -> int:
    at += 16
    if _number(data, at) == 0:
        return at + 8
    return at + 8 + ((_number(data, at + 4) + 3) & ~3)


def _number(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 4], "little")


def _text(kind: int, value: bytes) -> bytes:
    if kind == 0x1F:
        return value.decode("utf-16-le", "replace").rstrip("\x00").encode("utf-8", "replace")
    if kind == 0x1E:
        return value.rstrip(b"\x00").decode("cp1252", "replace").encode()
    return value
