"""HWP 5, the document format of Korean offices: records in compressed streams of an OLE container (HWP 5.0 r1.3)."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator

from casefolio.ingest import limits
from casefolio.ingest.errors import BrokenFile, EncryptedFile, LimitExceeded
from casefolio.ingest.loaders.detecting import HWP
from casefolio.ingest.loaders.shared.building import Builder, one_line
from casefolio.ingest.loaders.shared.containers import ole_streams
from casefolio.ingest.loaders.shared.grids import Line, append_table
from casefolio.ingest.loaders.shared.guard import guarded
from casefolio.ingest.loaders.shared.source import Reading, Source

_PARAGRAPH, _TEXT, _CONTROL, _LIST = 66, 67, 71, 72
_TABLE = b" lbt"  # `tbl `, its letters in the order of the file
_COMPRESSED, _ENCRYPTED, _DISTRIBUTED = 1, 2, 4
_WIDE = frozenset((*range(1, 10), 11, 12, *range(14, 24)))  # controls that take eight units
_PLAIN = {9: "\t", 10: "\n", 13: "", 24: "-", 30: " ", 31: " "}


@guarded("HWP document")
def read_hwp(source: Source) -> Reading:
    """Read an HWP document.

    Raises:
        EncryptedFile: where it is encrypted, or was made for distribution, which encrypts its text too.
        ReadingError: where it is broken or too large.
    """
    import olefile

    names = ole_streams(source.data)
    with olefile.OleFileIO(io.BytesIO(source.data)) as ole:
        header = ole.openstream("FileHeader").read()
        if not header.startswith(b"HWP Document File") or len(header) < 40:
            raise BrokenFile("an OLE container without an HWP document")
        flags = struct.unpack_from("<I", header, 36)[0]
        if flags & (_ENCRYPTED | _DISTRIBUTED):
            raise EncryptedFile("the HWP document is encrypted", "save it as HWPX or PDF without protection")
        sections = sorted((n for n in names if n.startswith("BodyText/Section")), key=lambda n: int(n[16:] or 0))
        builder = Builder()
        for name in sections:
            data = ole.openstream(name).read()
            _append(builder, list(_records(_unpacked(data) if flags & _COMPRESSED else data)))
    if not sections:
        raise BrokenFile("an HWP document without a section")
    return builder.reading(HWP)


def _unpacked(data: bytes) -> bytes:
    out = zlib.decompressobj(-15).decompress(data, limits.MAX_CONTAINER_PART + 1)
    if len(out) > limits.MAX_CONTAINER_PART:
        raise LimitExceeded(
            f"{len(data)} bytes that unpack to more than {limits.MAX_CONTAINER_PART}: this looks like a bomb"
        )
    return out


Record = tuple[int, int, bytes]
"""Kind, level, data."""


def _records(data: bytes) -> Iterator[Record]:
    at = 0
    while at + 4 <= len(data):
        head = struct.unpack_from("<I", data, at)[0]
        at += 4
        size = head >> 20
        if size == 0xFFF:
            size = int.from_bytes(data[at : at + 4], "little")
            at += 4
        yield head & 0x3FF, head >> 10 & 0x3FF, data[at : at + size]
        at += size


def _append(builder: Builder, records: list[Record]) -> None:
    """Append paragraphs; a table follows the paragraph that it is anchored in."""
    at = 0
    while at < len(records):
        kind, level, data = records[at]
        at += 1
        if kind == _TEXT:
            builder.paragraph(_said(data))
        elif kind == _CONTROL and data[:4] == _TABLE:
            end = at
            while end < len(records) and records[end][1] > level:
                end += 1
            _append_table(builder, records[at:end], level + 1)
            at = end


def _append_table(builder: Builder, records: list[Record], level: int) -> None:
    """Rows by the addresses that the cells give of themselves."""
    rows: dict[int, dict[int, str]] = {}
    place: tuple[int, int] | None = None
    for kind, at, data in records:
        if kind == _LIST and at == level and len(data) >= 12:
            column, row = struct.unpack_from("<HH", data, 8)
            place = row, column
            rows.setdefault(row, {})[column] = ""
        elif kind == _TEXT and place is not None:
            row, column = place
            rows[row][column] = f"{rows[row][column]} {_said(data)}".strip()
    lines = [Line([one_line(cells.get(c, "")) for c in range(max(cells) + 1)]) for _, cells in sorted(rows.items())]
    if len(lines) == 1 and len(lines[0].cells) == 1:
        builder.paragraph(lines[0].cells[0])
    else:
        append_table(builder, lines)


def _said(data: bytes) -> str:
    """The text of a paragraph: UTF-16, in which controls take one or eight units."""
    pieces: list[str] = []
    at, start = 0, 0
    end = len(data) & ~1
    while at < end:
        unit = data[at] | data[at + 1] << 8
        if unit >= 32:
            at += 2
            continue
        pieces.append(data[start:at].decode("utf-16-le", "replace"))
        pieces.append(_PLAIN.get(unit, ""))
        at += 16 if unit in _WIDE else 2
        start = at
    pieces.append(data[start:end].decode("utf-16-le", "replace"))
    return "".join(pieces)
