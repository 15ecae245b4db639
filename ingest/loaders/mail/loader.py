"""Mail: EML (RFC 5322) and Outlook's MSG. The headers that a reader sees, the body, attachments as files apart."""

from __future__ import annotations

import binascii
import email.policy
import re
from collections.abc import Iterator
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import EmailMessage, Message
from email.parser import BytesParser
from typing import cast

from casefolio.ingest import limits
from casefolio.ingest.errors import BrokenFile, EncryptedFile, LimitExceeded
from casefolio.ingest.loaders.detecting import EML, MSG
from casefolio.ingest.loaders.html.loader import append_html, decode_html
from casefolio.ingest.loaders.mail.outlook import message_from_msg
from casefolio.ingest.loaders.mail.signed import signed_content
from casefolio.ingest.loaders.mail.tnef import unpacked
from casefolio.ingest.loaders.plain import read_text
from casefolio.ingest.loaders.shared.building import Builder, one_line
from casefolio.ingest.loaders.shared.charsets import decode_as
from casefolio.ingest.loaders.shared.embedded import suffix_for, suffix_of
from casefolio.ingest.loaders.shared.guard import guarded
from casefolio.ingest.loaders.shared.source import Reading, Source
from casefolio.ingest.text import Decoded

_HEADERS = ("From", "Sender", "To", "Cc", "Date", "Subject")
# Headers that programs write for each other, which no reader sees. Any other one is shown: it may be Datum or Betreff.
_UNSEEN = re.compile(
    r"(X(?!-Ray$)|ARC|BIMI|Content|DKIM|DMARC|List|MIME|Received|Resent|Thread)-.+|Received"
    r"|Accept-Language|Authentication-Results|Auto-Submitted|Autocrypt|Cancel-Lock|Delivered-To"
    r"|Disposition-Notification-To|DomainKey-Signature|Envelope-To|Errors-To|Feedback-ID|Message-ID|Precedence"
    r"|Return-Path|Return-Receipt-To|User-Agent",
    re.IGNORECASE,
)
_IDS = re.compile(r"[^<]*<[^<>\s]*>.*")  # of other mails
# what mail programs note under a header's name; anything else under it was typed by somebody
_NOTED = {
    "status": re.compile("RO?|O|U|N"),
    "importance": re.compile("(?i)high|normal|low"),
    "references": _IDS,
    "in-reply-to": _IDS,
}
_TNEF = ("application/ms-tnef", "application/vnd.ms-tnef")
_FROM_LINE = re.compile(rb"(?:\A|\n\r?\n)(From [^\r\n]*\d{4}[^\r\n]*\r?\n[A-Za-z][A-Za-z0-9-]*:)")
_SIGNATURES = ("application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature")
_ENVELOPES = ("application/pkcs7-mime", "application/x-pkcs7-mime", "application/pgp-encrypted")


@guarded("mail")
def read_eml(source: Source) -> Reading:
    """Read a mail file, also one cut out of a mailbox (`From ` line first).

    Raises:
        ReadingError: where its content is encrypted.
    """
    if len(mails := mails_of(source.data)) > 1:
        return _mailbox(mails)
    data = re.sub(rb"^(?:\xef\xbb\xbf)?\s*(?:>?From [^\r\n]*\r?\n)?", b"", source.data, count=1)
    # headers in raw 8-bit bytes are UTF-8 nowadays; the old policy keeps every byte, the new one decodes words
    message = BytesParser(_class=EmailMessage, policy=email.policy.default).parsebytes(data)
    if not any(message.get(name) for name in (*_HEADERS, "MIME-Version", "Received", "Content-Type")):
        # headers in another language, printed and saved by hand, or none at all: the text is there to be read
        return read_text(source)
    builder = Builder()
    _append(builder, message)
    return builder.reading(EML)


def mails_of(data: bytes) -> list[bytes]:
    """The mails of a mailbox, each with its `From ` line; one for a single mail."""
    starts = [match.start(1) for match in _FROM_LINE.finditer(data)]
    if len(starts) < 2 or data[: starts[0]].strip():
        return [data]
    return [data[a:b] for a, b in zip(starts, [*starts[1:], len(data)], strict=True)]


def _mailbox(mails: list[bytes]) -> Reading:
    """A mailbox: each mail is a document of its own."""
    builder = Builder()
    builder.notes.append(f"a mailbox of {len(mails)} mails, each read as a document of its own")
    width = len(str(len(mails)))
    for number, mail in enumerate(mails, 1):
        quoted = re.sub(rb"(?m)^>(>*From )", rb"\1", mail)
        builder.attachments.append((f"mail-{number:0{width}d}.eml", quoted))
    return builder.reading(EML)


@guarded("signed message")
def read_p7m(source: Source) -> Reading:
    """Hand on what a signature is put around.

    Raises:
        BrokenFile: where it cannot be taken out.
    """
    content = signed_content(source.data)
    builder = Builder()
    name = source.path.rsplit("/", 1)[-1]
    inner = name[:-4] if name.lower().endswith(".p7m") and "." in name[:-4] else f"signed{suffix_of(content) or ''}"
    builder.attachments.append((inner, content))
    builder.notes.append("signed; the signature was not checked")
    return builder.reading("application/pkcs7-mime")


@guarded("Outlook message")
def read_msg(source: Source) -> Reading:
    """Read an Outlook message.

    Raises:
        ReadingError: where its container is broken.
    """
    builder = Builder()
    _append(builder, message_from_msg(source.data))
    return builder.reading(MSG)


def _append(builder: Builder, message: EmailMessage) -> None:
    _append_headers(builder, message)
    builder.end_table()
    builder.title = _header(message, "Subject")
    parts = list(_leaves(message))
    if len(parts) > limits.MAX_MAIL_PARTS:
        raise LimitExceeded(f"a mail of more than {limits.MAX_MAIL_PARTS} parts")
    sealed = [part for part in parts if part.get_content_type() in _ENVELOPES]
    bodies, attached = _choose(message, parts)
    for part in bodies:
        if part.get_content_type() == "text/html":
            page = decode_html(_payload(part), str(part.get_content_charset() or ""))
            if page.text.strip():
                append_html(builder, page.text)
                builder.notes += page.notes
        else:
            builder.paragraph(_plain(part))
            builder.notes += _text(part).notes
    builder.title = _header(message, "Subject") or builder.title
    for number, part in enumerate(attached, 1):
        if part.get_content_type() in _SIGNATURES:
            continue
        if part.get_content_type() in _TNEF or _name(part, number).lower() == "winmail.dat":
            _unpack_tnef(builder, part, number, has_body=bool(bodies))
        elif part not in sealed or not _unpack_signed(builder, part):
            builder.attachments.append((_name(part, number), _bytes(part)))
    if sealed and not bodies and not all(_is_signed(part) for part in sealed):
        raise EncryptedFile("the mail is encrypted", "save it decrypted")


def _append_headers(builder: Builder, message: EmailMessage) -> None:
    """Every header that a reader sees, the usual ones first; of two of one name both, the first as metadata."""
    written = [(name.lower(), name, value) for name, raw in message.raw_items() if (value := one_line(_decoded(raw)))]
    for known in _HEADERS:
        values = [value for lower, _, value in written if lower == known.lower()]
        for value in dict.fromkeys(values):
            builder.paragraph(f"{known}: {value}", tight=True)
        builder.metadata += [(known.lower(), value) for value in values[:1]]
    usual = {name.lower() for name in _HEADERS}
    for lower, name, value in written:
        noted = lower in _NOTED and _NOTED[lower].fullmatch(value)
        if lower not in usual and not noted and not _UNSEEN.fullmatch(name):
            builder.paragraph(f"{name}: {value}", tight=True)


def _unpack_tnef(builder: Builder, part: Message, number: int, *, has_body: bool) -> None:
    """The files in a `winmail.dat`, and its body where the mail has no other."""
    try:
        inside = unpacked(_bytes(part))
    except BrokenFile:
        builder.attachments.append((_name(part, number), _bytes(part)))
        return
    for name, content in inside:
        if not (has_body and name in ("body.txt", "body.html", "body.rtf")):
            builder.attachments.append((name, content))


def _unpack_signed(builder: Builder, part: Message) -> bool:
    """The mail inside a signed one, where it can be taken out."""
    try:
        content = signed_content(_bytes(part))
    except BrokenFile:
        return False
    builder.attachments.append(("signed.eml", content))
    builder.notes.append("signed; the signature was not checked")
    return True


def _leaves(message: Message) -> Iterator[Message]:
    """Parts that hold content; a mail inside the mail is one part, to be read by itself."""
    if message.get_content_type() == "message/rfc822" or not message.is_multipart():
        yield message
        return
    for part in cast("list[Message]", message.get_payload()):
        yield from _leaves(part)


def _choose(message: EmailMessage, parts: list[Message]) -> tuple[list[Message], list[Message]]:
    """Which parts are the body, in order, and which are attachments.

    Of alternatives the plain one is preferred, unless it says next to nothing and points to the other.
    """
    dropped: set[int] = set()
    for group in message.walk():
        if group.get_content_type() == "multipart/alternative":
            plain = [p for p in _leaves(group) if p.get_content_type() == "text/plain" and _plain(p).strip()]
            html = [p for p in _leaves(group) if p.get_content_type() == "text/html"]
            keep_plain = bool(plain) and not (html and _is_stub(_plain(plain[0])))
            dropped |= {id(p) for p in (html if keep_plain else plain)}
    bodies, attached = [], []
    for part in parts:
        if id(part) in dropped:
            continue
        is_text = part.get_content_type() in ("text/plain", "text/html")
        if is_text and part.get_content_disposition() != "attachment" and not part.get_filename():
            bodies.append(part)
        elif part.get_content_maintype() != "multipart":
            attached.append(part)
    return bodies, attached


def _is_stub(text: str) -> bool:
    return len(text) < 300 and bool(re.search(r"(?i)\bHTML\b", text))


def _is_signed(part: Message) -> bool:
    return str(part.get_param("smime-type") or "").lower() == "signed-data"


def _header(message: Message, name: str) -> str:
    """A header as it was written, its encoded words decoded.

    The parser of structured headers would drop what it does not understand (`Ward; Laboratory` in To).
    """
    values = (_decoded(value) for key, value in message.raw_items() if key.lower() == name.lower())
    return next((value for value in values if value.strip()), "")


def _decoded(value: object) -> str:
    """The value of a header, its encoded words decoded."""
    raw = str(value)
    if re.search("[\udc80-\udcff]", raw):
        raw = decode_as(raw.encode("utf-8", "surrogateescape")).text
    try:
        return str(make_header(decode_header(raw)))
    except (LookupError, ValueError, MessageError):
        return raw


def _payload(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _plain(part: Message) -> str:
    return _unflowed(_text(part).text, part)


def _text(part: Message) -> Decoded:
    charset = str(part.get_content_charset() or "")
    # a mail that says ASCII and is not says nothing
    return decode_as(_payload(part), "" if charset == "us-ascii" else charset)


def _unflowed(text: str, part: Message) -> str:
    """Lines that only end because a mail line must (format=flowed, RFC 3676) joined again."""
    if str(part.get_param("format") or "").lower() != "flowed":
        return text
    joined: list[str] = []
    open_ = False
    for line in text.replace("\r\n", "\n").split("\n"):
        line = line[1:] if line.startswith(" ") else line
        if open_ and joined and not line.startswith(">"):
            joined[-1] += line
        else:
            joined.append(line)
        open_ = line.endswith(" ") and line != "-- " and not line.startswith(">")
    return "\n".join(joined)


def _name(part: Message, number: int) -> str:
    """A file name without folders for an attachment, invented where the mail gives none."""
    try:
        given = part.get_filename() or ""
    except Exception:
        given = ""
    name = re.sub(r"[\x00-\x1f]", "", one_line(given)).replace("\\", "/").rsplit("/", 1)[-1]
    if part.get_content_type() == "message/rfc822" and not name.lower().endswith((".eml", ".msg")):
        return f"{name or f'message-{number}'}.eml"
    return name if name.strip(".") else f"attachment-{number}{suffix_for(part.get_content_type())}"


def _bytes(part: Message) -> bytes:
    if part.get_content_type() == "message/rfc822":
        inner = part.get_payload()
        first = inner[0] if isinstance(inner, list) and inner else None
        if isinstance(first, Message) and str(part.get("Content-Transfer-Encoding") or "").strip().lower() == "base64":
            return binascii.a2b_base64(str(first.get_payload()))
        return first.as_bytes(policy=email.policy.compat32) if isinstance(first, Message) else _payload(part)
    return _payload(part)
