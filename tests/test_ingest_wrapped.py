"""What is wrapped in something else: mailboxes, signed mails, winmail.dat, files inside clinical messages."""

from __future__ import annotations

import base64
import struct
import zlib
from pathlib import Path

import pytest

from casefolio.ingest import limits
from casefolio.ingest.document import Document, Unread
from casefolio.ingest.errors import BrokenFile, LimitExceeded
from casefolio.ingest.loaders import detect, load
from casefolio.ingest.loaders.mail.signed import signed_content
from casefolio.ingest.loaders.mail.tnef import unpacked
from casefolio.ingest.loaders.shared.embedded import hidden_file, inflated
from casefolio.ingest.loaders.shared.source import Reading, Source
from casefolio.ingest.reading import read_file

PDF = b"%PDF-1.4\n" + b"x" * 80


def read(data: bytes, name: str) -> Reading:
    return load(Source(name, data), detect(data, name))


# ------------------------------------------------------------------------------------------------------ mail


def test_each_mail_of_a_mailbox_is_a_document(tmp_path: Path) -> None:
    mails = [
        f"From a@b.c Tue Jun  4 10:0{n}:00 2024\nFrom: a@b.c\nTo: d@e.f\nSubject: Offer {n}\nMessage-ID: <{n}@x>\n\n"
        f"We offer {n},000 euros.\n>From here on nothing.\n\n"
        for n in range(3)
    ]
    (tmp_path / "box.mbox").write_text("".join(mails))
    found = {d.path: d.text for d in read_file(tmp_path, "box.mbox") if isinstance(d, Document)}
    assert list(found) == ["box.mbox", "box.mbox/mail-1.eml", "box.mbox/mail-2.eml", "box.mbox/mail-3.eml"]
    assert "We offer 2,000 euros.\nFrom here on nothing." in found["box.mbox/mail-3.eml"]


def test_a_line_that_begins_with_from_parts_no_mail() -> None:
    data = b"From: a@b.c\nSubject: x\n\nHello.\n\nFrom 2019 to 2021 nothing happened.\n\nFrom May 2021\nnothing: at all"
    assert "From May 2021" in read(data, "a.eml").text


def _der(tag: int, *content: bytes) -> bytes:
    body = b"".join(content)
    length = bytes([len(body)]) if len(body) < 128 else bytes([0x82, *len(body).to_bytes(2, "big")])
    return bytes([tag]) + length + body


def _signed(content: bytes, *, in_pieces: bool = False) -> bytes:
    signed_data, data = bytes.fromhex("2a864886f70d010702"), bytes.fromhex("2a864886f70d010701")
    octets = _der(0x04, content)
    if in_pieces:  # as some programs write it: no lengths, the content in pieces
        half = len(content) // 2
        octets = b"\x24\x80" + _der(0x04, content[:half]) + _der(0x04, content[half:]) + b"\x00\x00"
    inner = _der(0x30, _der(0x06, data), _der(0xA0, octets))
    body = _der(0x30, _der(0x02, b"\x01"), _der(0x31), inner, _der(0x31))
    return _der(0x30, _der(0x06, signed_data), _der(0xA0, body))


@pytest.mark.parametrize("in_pieces", [False, True])
def test_what_a_signature_is_put_around_is_read(in_pieces: bool) -> None:
    inner = b"Content-Type: text/plain\r\n\r\nThe hearing is moved to 3 December 2024."
    sealed = base64.b64encode(_signed(inner, in_pieces=in_pieces)).decode()
    mail = (
        "From: court@example.org\nTo: a@b.c\nSubject: Hearing\nMIME-Version: 1.0\nContent-Type: application/pkcs7-mime;"
        f" smime-type=signed-data; name=smime.p7m\nContent-Transfer-Encoding: base64\n\n{sealed}\n"
    )
    reading = read(mail.encode(), "a.eml")
    assert reading.attachments == (("signed.eml", inner),)
    assert "signed; the signature was not checked" in reading.notes
    assert read(_signed(PDF), "ruling.pdf.p7m").attachments == (("ruling.pdf", PDF),)


@pytest.mark.parametrize("cut", [0, 3, 17, 30])
def test_a_damaged_signed_message_is_broken(cut: int) -> None:
    with pytest.raises(BrokenFile):
        signed_content(_signed(PDF)[:cut])


def _attribute(level: int, kind: int, data: bytes) -> bytes:
    return bytes([level]) + struct.pack("<HHI", kind, 0, len(data)) + data + b"\0\0"


def test_the_files_in_a_winmail_dat_are_attachments() -> None:
    long_name = "Gutachten über Haftung.txt".encode("utf-16-le") + b"\0\0"
    properties = struct.pack("<IHHII", 1, 0x1F, 0x3707, 1, len(long_name)) + long_name
    data = struct.pack("<IH", 0x223E9F78, 1)
    data += _attribute(1, 0x800C, b"See the opinion.\0")
    data += _attribute(2, 0x9002, b"\0" * 14) + _attribute(2, 0x8010, b"GUTACH~1.TXT\0")
    data += _attribute(2, 0x800F, b"Der Anspruch besteht.") + _attribute(2, 0x9005, properties)
    files = [("body.txt", b"See the opinion."), ("Gutachten über Haftung.txt", b"Der Anspruch besteht.")]
    assert unpacked(data) == files
    mail = (
        b"From: a@b.c\nSubject: x\nMIME-Version: 1.0\nContent-Type: application/ms-tnef; name=winmail.dat\n"
        b"Content-Transfer-Encoding: base64\n\n" + base64.b64encode(data)
    )
    assert list(read(mail, "a.eml").attachments) == files
    with pytest.raises(BrokenFile):
        unpacked(b"something else")


def test_the_ledger_says_that_a_winmail_dat_holds_more_files_than_one_file_may(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAX_ATTACHMENTS", 3)
    data = struct.pack("<IH", 0x223E9F78, 1)
    for number in range(1, 5):
        name = f"note-{number}.txt".encode() + b"\0"
        data += _attribute(2, 0x9002, b"\0" * 14) + _attribute(2, 0x8010, name) + _attribute(2, 0x800F, b"A note.")
    mail = b"From: a@b.c\nSubject: x\nMIME-Version: 1.0\nContent-Type: application/ms-tnef; name=winmail.dat\n"
    (tmp_path / "a.eml").write_bytes(mail + b"Content-Transfer-Encoding: base64\n\n" + base64.b64encode(data))
    found = read_file(tmp_path, "a.eml")
    assert [part.path for part in found[1:4]] == [f"a.eml/note-{n}.txt" for n in (1, 2, 3)]
    assert isinstance(found[4], Unread)
    assert found[4].path == "a.eml/note-4.txt"
    assert "more than 3 attachments in one file" in found[4].reason


# -------------------------------------------------------------------------------------------------- clinical

_HEAD = "MSH|^~\\&|LAB|HOSP|EHR|C|20240604100000||ORU^R01|1|P|2.5\rOBR|1|A|B|11506-3^Note^LN\r"


@pytest.mark.parametrize(
    "field",
    [
        base64.b64encode(PDF).decode(),
        "^^^^" + base64.b64encode(PDF).decode(),
        "^application^pdf^Base64^" + base64.b64encode(PDF).decode(),
    ],
)
def test_a_file_in_a_result_is_handed_on_however_it_is_labelled(field: str) -> None:
    reading = read(f"{_HEAD}OBX|1|ED|P^Report||{field}\r".encode(), "a.hl7")
    assert reading.attachments == (("attachment-1.pdf", PDF),)


def test_every_repetition_of_a_result_is_handed_on() -> None:
    one = "^application^pdf^Base64^" + base64.b64encode(PDF).decode()
    assert len(read(f"{_HEAD}OBX|1|ED|P^Report||{one}~{one}\r".encode(), "a.hl7").attachments) == 2


def test_a_report_in_rtf_is_read_as_text() -> None:
    rtf = r"{\E\rtf1\E\ansi {\E\b Findings:} Small effusion.\E\par No pneumothorax.\E\par}"
    text = read(f"{_HEAD}OBX|1|FT|R^Report||{rtf}||||||F\r".encode(), "a.hl7").text
    assert "Findings: Small effusion." in text
    assert "\\" not in text


def _cda(inside: str) -> bytes:
    return (
        '<?xml version="1.0"?><ClinicalDocument xmlns="urn:hl7-org:v3"><title>Note</title><component>'
        f"{inside}</component></ClinicalDocument>"
    ).encode()


@pytest.mark.parametrize(("packing", "window"), [("DF", -15), ("ZL", 15), ("GZ", 31)])
def test_a_compressed_body_of_a_cda_is_unpacked(packing: str, window: int) -> None:
    packer = zlib.compressobj(wbits=window)
    data = base64.b64encode(packer.compress(PDF) + packer.flush()).decode()
    body = (
        f'<nonXMLBody><text mediaType="application/pdf" representation="B64" compression="{packing}">{data}</text>'
        "</nonXMLBody>"
    )
    assert read(_cda(body), "a.xml").attachments == (("attachment-1.pdf", PDF),)


def test_a_bomb_in_a_cda_is_refused() -> None:
    packer = zlib.compressobj(wbits=-15)
    data = b"".join(packer.compress(b"\0" * 2**20) for _ in range(140)) + packer.flush()
    with pytest.raises(LimitExceeded):
        inflated(data)


def test_struck_passages_of_a_narrative_are_left_out() -> None:
    body = (
        '<structuredBody><component><section><title>Plan</title><text><content styleCode="Strike">10 mg</content>'
        ' 5 mg<table><tbody><tr styleCode="strike"><td>old</td><td>1</td></tr><tr><td>new</td><td>2</td></tr></tbody>'
        "</table></text></section></component></structuredBody>"
    )
    reading = read(_cda(body), "a.xml")
    assert "10 mg" not in reading.text
    assert "old" not in reading.text
    assert "new | 2" in reading.text
    assert "2 deleted passages left out" in reading.notes


def test_fhir_as_xml_says_what_json_says() -> None:
    data = (
        '<Bundle xmlns="http://hl7.org/fhir"><entry><resource><Patient><name><family value="Weidenbach"/><given '
        'value="Ute"/></name><birthDate value="1951-04-02"/></Patient></resource></entry><entry><resource><Binary>'
        f'<contentType value="application/pdf"/><data value="{base64.b64encode(PDF).decode()}"/></Binary></resource>'
        '</entry><entry><resource><Composition><title value="Letter"/><section><title value="Plan"/><text><div '
        'xmlns="http://www.w3.org/1999/xhtml"><p>Ramipril 5 mg</p></div></text></section></Composition></resource>'
        "</entry></Bundle>"
    ).encode()
    reading = read(data, "a.xml")
    assert reading.media_type == "application/fhir+xml"
    assert reading.title == "Letter"
    assert "Ute Weidenbach" in reading.text
    assert "Ramipril 5 mg" in reading.text
    assert "<" not in reading.text
    assert reading.attachments == (("attachment-1.pdf", PDF),)


def test_words_are_no_hidden_file() -> None:
    assert hidden_file("A sentence of words that is longer than sixty four characters and is no base64.") is None
    assert hidden_file("a" * 80) is None
    assert hidden_file(base64.b64encode(PDF).decode()) == (PDF, ".pdf")


# ------------------------------------------------------------------------------------------------------- CSS


@pytest.mark.parametrize(
    "style",
    [
        "<style>.a .b {display: none}</style>",
        "<style>div > span:first-child {visibility: hidden}</style>",
        "<style>span {color: #fefefe}</style>",
        "<style>span {color: hsl(0, 0%, 100%)}</style>",
        "<style>span {color: rgba(0, 0, 0, 0)}</style>",
        "<style>.b {display: none !important} span {display: inline}</style>",
        "<style>@media screen {span[class] {clip-path: inset(100%)}}</style>",
        "<style>span {position: absolute; clip: rect(0 0 0 0)}</style>",
        "<style>span {transform: scale(0)}</style>",
    ],
)
def test_what_the_cascade_hides_is_left_out(style: str) -> None:
    reading = read(f"<html>{style}<div class=a><span class=b>secret</span> seen</div></html>".encode(), "a.html")
    assert reading.text == "seen"
    assert reading.hidden == len("secret")


@pytest.mark.parametrize(
    "style",
    [
        "<style>.b {display: none} #c.b {display: inline}</style>",
        "<style>.b {display: none !important} .b {display: inline !important}</style>",
        "<style>@media print {.b {display: none}}</style>",
        "<style>.b:hover {display: none} .b::before {display: none}</style>",
        "<style>.x .b {display: none}</style>",
        "<style>.a {background: navy} .b {color: white}</style>",
    ],
)
def test_what_the_cascade_shows_is_text(style: str) -> None:
    page = f"<html>{style}<div class=a><span class=b id=c>shown</span> seen</div></html>"
    assert read(page.encode(), "a.html").text == "shown seen"
