"""Outlook's MSG container turned into a mail, so that both kinds are read by the same code.

Streams are named `__substg1.0_PPPPTTTT`: a property and its type ([MS-OXMSG] 2.1.3).
"""

from __future__ import annotations

import email.policy
import io
import re
import struct
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.parser import HeaderParser
from email.utils import format_datetime
from typing import Any

from casefolio.ingest import limits
from casefolio.ingest.errors import BrokenFile, LimitExceeded
from casefolio.ingest.loaders.shared.containers import OLE_MAGIC

_SUBJECT, _BODY, _HTML, _RTF = "0037", "1000", "1013", "1009"
_FROM_NAME, _FROM_ADDRESS, _SENDER_SMTP = "0C1A", "0C1F", "5D01"
_TO, _CC, _HEADERS = "0E04", "0E03", "007D"
_FILE, _LONG_FILE, _DATA, _MIME, _DISPLAY = "3704", "3707", "3701", "370E", "3001"
_SENT, _DELIVERED, _CODE_PAGE, _MESSAGE_CODE_PAGE = 0x0039, 0x0E06, 0x3FDE, 0x3FFD


def message_from_msg(data: bytes) -> EmailMessage:
    """An Outlook message as a mail; messages attached to it become mails inside it.

    Raises:
        BrokenFile: where the container holds no message.
        LimitExceeded: where messages nest deeper than anybody forwards.
    """
    import olefile

    if not data.startswith(OLE_MAGIC):
        raise BrokenFile("no Outlook container")
    with olefile.OleFileIO(io.BytesIO(data)) as ole:
        paths = [tuple(path) for path in ole.listdir(streams=True, storages=False)]
        if ("__properties_version1.0",) not in paths:
            raise BrokenFile("an OLE container without a message")
        return _Storage(ole, (), paths, 0).message(header=32)


class _Storage:
    """One message or attachment inside the container."""

    def __init__(self, ole: Any, place: tuple[str, ...], paths: list[tuple[str, ...]], depth: int) -> None:
        if depth > limits.MAX_MAIL_DEPTH:
            raise LimitExceeded(f"messages nested more than {limits.MAX_MAIL_DEPTH} deep")
        self._ole, self._place, self._depth = ole, place, depth
        self._paths = [p for p in paths if p[: len(place)] == place]
        self._streams = {p[-1].upper(): p for p in self._paths if len(p) == len(place) + 1}
        self._numbers: dict[int, int] = {}

    def _raw(self, key: str, kind: str) -> bytes | None:
        path = self._streams.get(f"__SUBSTG1.0_{key}{kind}")
        return None if path is None else bytes(self._ole.openstream(list(path)).read())

    def text(self, key: str) -> str:
        wide = self._raw(key, "001F")
        if wide is not None:
            return wide.decode("utf-16-le", "replace").rstrip("\x00")
        narrow = self._raw(key, "001E")
        return "" if narrow is None else _decoded(narrow, self._code_page()).rstrip("\x00")

    def _code_page(self) -> str:
        number = self._numbers.get(_MESSAGE_CODE_PAGE) or self._numbers.get(_CODE_PAGE) or 1252
        return {65001: "utf-8", 20127: "cp1252", 28591: "cp1252", 51949: "cp949"}.get(number, f"cp{number}")

    def binary(self, key: str) -> bytes:
        return self._raw(key, "0102") or b""

    def read_numbers(self, header: int) -> None:
        """Properties of fixed length, 16 bytes each behind the header."""
        path = self._streams.get("__PROPERTIES_VERSION1.0")
        data = b"" if path is None else bytes(self._ole.openstream(list(path)).read())
        for start in range(header, len(data) - 15, 16):
            tag, _, value = struct.unpack_from("<IIQ", data, start)
            self._numbers[tag >> 16] = value if tag & 0xFFFF in (0x40, 0x14) else value & 0xFFFFFFFF

    def _children(self, prefix: str) -> list[tuple[str, ...]]:
        depth = len(self._place) + 1
        found = {p[:depth] for p in self._paths if len(p) > depth and p[depth - 1].startswith(prefix)}
        return sorted(found)[: limits.MAX_MAIL_PARTS + 1]  # one too many is refused where the mail is read

    def _inside(self, place: tuple[str, ...]) -> _Storage:
        return _Storage(self._ole, place, self._paths, self._depth + 1)

    def message(self, header: int) -> EmailMessage:
        self.read_numbers(header)
        mail = EmailMessage(policy=email.policy.default)
        original = HeaderParser(policy=email.policy.compat32).parsestr(self.text(_HEADERS))
        sender = " ".join(filter(None, (self.text(_FROM_NAME), _bracketed(self._address()))))
        for name, value in (("From", sender), ("To", self.text(_TO)), ("Cc", self.text(_CC))):
            _set(mail, name, value or str(original.get(name) or ""))
        _set(mail, "Date", self._date() or str(original.get("Date") or ""))
        _set(mail, "Subject", self.text(_SUBJECT))
        self._set_body(mail)
        for place in self._children("__attach_version1.0"):
            self._inside(place).attach_to(mail)
        return mail

    def _address(self) -> str:
        own = self.text(_SENDER_SMTP) or self.text(_FROM_ADDRESS)
        return own if "@" in own else ""

    def _date(self) -> str:
        ticks = self._numbers.get(_SENT) or self._numbers.get(_DELIVERED) or 0
        try:
            moment = datetime(1601, 1, 1, tzinfo=UTC) + timedelta(microseconds=ticks // 10)
        except OverflowError:
            return ""
        return format_datetime(moment) if ticks else ""

    def _set_body(self, mail: EmailMessage) -> None:
        plain, html = self.text(_BODY), self.binary(_HTML) or self.text(_HTML).encode()
        if plain.strip():
            mail.set_content(plain.encode("utf-8", "replace").decode(), subtype="plain", charset="utf-8")
        elif html.strip():
            page = self._code_page() if self.binary(_HTML) else "utf-8"
            mail.set_content(html, maintype="text", subtype="html", cte="base64", params={"charset": page})
        elif self.binary(_RTF):
            rtf = decompressed_rtf(self.binary(_RTF))
            mail.add_attachment(rtf, maintype="application", subtype="rtf", filename="body.rtf")

    def attach_to(self, mail: EmailMessage) -> None:
        self.read_numbers(8)
        name = self.text(_LONG_FILE) or self.text(_FILE) or self.text(_DISPLAY) or "attachment"
        name = re.sub(r"[\x00-\x1f\ud800-\udfff]", "", name)
        inner = self._children("__substg1.0_3701000D")
        if inner and any(p[-1] == "__properties_version1.0" and p[:-1] == inner[0] for p in self._paths):
            mail.add_attachment(self._inside(inner[0]).message(header=24))
            return
        main, _, sub = (self.text(_MIME) or "application/octet-stream").partition("/")
        if not re.fullmatch(r"[\w.+-]+/[\w.+-]+", f"{main}/{sub}") or main in ("multipart", "message"):
            main, sub = "application", "octet-stream"
        mail.add_attachment(self.binary(_DATA), maintype=main, subtype=sub, filename=name, cte="base64")


def _set(mail: EmailMessage, name: str, value: str) -> None:
    folded = re.sub(r"[\x00-\x1f\x7f\ud800-\udfff]+", " ", value).strip()
    if folded:
        # the unstructured form keeps names of people who have no address here
        mail._headers.append((name, folded))  # type: ignore[attr-defined]


def _bracketed(address: str) -> str:
    return f"<{address}>" if address else ""


def _decoded(data: bytes, code_page: str) -> str:
    try:
        return data.decode(code_page)
    except (LookupError, UnicodeDecodeError):
        return data.decode("cp1252", "replace")


_RTF_START = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor "
    b"MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n"
    b"\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)


def decompressed_rtf(data: bytes) -> bytes:
    """RTF out of `PidTagRtfCompressed` ([MS-OXRTFCP]): runs that refer back into a ring of 4,096 bytes.

    Raises:
        LimitExceeded: where it claims more than 64 MiB.
        BrokenFile: where it is shorter than its header.
    """
    if len(data) < 16:
        raise BrokenFile("compressed RTF without a header")
    size, kind = struct.unpack_from("<I4s", data, 4)
    if size > 64 * 2**20:
        raise LimitExceeded(f"RTF that unpacks to {size} bytes")
    if kind == b"MELA":
        return data[16 : 16 + size]
    ring = bytearray(_RTF_START.ljust(4096, b"\x00"))
    place, at, out = len(_RTF_START), 16, bytearray()
    while at < len(data) and len(out) < size:
        control = data[at]
        at += 1
        for bit in range(8):
            if at >= len(data):
                break
            if control >> bit & 1:
                if at + 1 >= len(data):
                    break
                word = data[at] << 8 | data[at + 1]
                at += 2
                start, length = word >> 4, (word & 15) + 2
                if start == place:
                    return bytes(out)
                for i in range(length):
                    byte = ring[(start + i) % 4096]
                    out.append(byte)
                    ring[place] = byte
                    place = (place + 1) % 4096
            else:
                out.append(data[at])
                ring[place] = data[at]
                place, at = (place + 1) % 4096, at + 1
    return bytes(out)
