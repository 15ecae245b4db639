"""What a signature is put around: the content of S/MIME's opaque `signed-data` and of `.p7m` files (RFC 5652).

The content is taken out; whether the signature holds is not checked, and the ledger says so.
"""

from __future__ import annotations

from casefolio.ingest import limits
from casefolio.ingest.errors import BrokenFile

_SIGNED = bytes.fromhex("2a864886f70d010702")


def signed_content(data: bytes) -> bytes:
    """The content of a CMS message that is signed.

    Raises:
        BrokenFile: where it is none, or its content is kept apart.
    """
    try:
        outer = _children(data, _inner(data, 0), 0)
        kind, wrapped = outer[0], outer[1]
        if data[slice(*_span(data, kind))] != _SIGNED:
            raise BrokenFile("a sealed message that is not only signed", "save it decrypted")
        signed = _children(data, _inner(data, _inner(data, wrapped)[0]), 1)
        content = next(at for at in signed[2:3])
        parts = _children(data, _inner(data, content), 2)
        return _octets(data, _inner(data, parts[1])[0], 0)
    except (IndexError, ValueError, StopIteration) as error:
        raise BrokenFile("a signed message whose content cannot be taken out") from error


def _header(data: bytes, at: int) -> tuple[int, int, int]:
    """Where the content of an element begins and ends (-1: where it says so), and its tag."""
    tag, first = data[at], data[at + 1]
    if tag & 0x1F == 0x1F:
        raise ValueError("a long tag")
    at += 2
    if first == 0x80:
        return at, -1, tag
    if first & 0x80:
        count = first & 0x7F
        if count > 6:
            raise ValueError("a length of more than a file has")
        first, at = int.from_bytes(data[at : at + count], "big"), at + count
    if at + first > len(data):
        raise ValueError("an element longer than the message")
    return at, at + first, tag


def _span(data: bytes, at: int) -> tuple[int, int]:
    start, end, _ = _header(data, at)
    return start, end


def _inner(data: bytes, at: int) -> tuple[int, int]:
    """Where the content of a constructed element begins and ends."""
    return _span(data, at)


def _end(data: bytes, at: int, depth: int) -> int:
    """Where the element behind this one begins."""
    if depth > limits.MAX_SIGNED_DEPTH:
        raise ValueError("nested too deep")
    start, end, _ = _header(data, at)
    if end >= 0:
        return end
    while data[start : start + 2] != b"\x00\x00":
        start = _end(data, start, depth + 1)
    return start + 2


def _children(data: bytes, span: tuple[int, int], depth: int) -> list[int]:
    """Where the elements inside begin."""
    at, end = span
    found = []
    while (end < 0 and data[at : at + 2] != b"\x00\x00") or at < end:
        found.append(at)
        at = _end(data, at, depth)
    return found


def _octets(data: bytes, at: int, depth: int) -> bytes:
    """The bytes of an octet string, also of one in pieces."""
    start, end, tag = _header(data, at)
    if tag & 0x20:
        if depth > limits.MAX_SIGNED_DEPTH:
            raise ValueError("nested too deep")
        return b"".join(_octets(data, child, depth + 1) for child in _children(data, (start, end), depth))
    return data[start:end]
