"""Mail: headers and body as text, attachments as files."""

from __future__ import annotations

import email.policy
import itertools
import struct
from email.message import EmailMessage

import pytest

from casefolio.ingest import limits
from casefolio.ingest.errors import EncryptedFile, LimitExceeded
from casefolio.ingest.loaders.mail.loader import read_eml, read_msg
from casefolio.ingest.loaders.mail.outlook import decompressed_rtf
from casefolio.ingest.loaders.shared.source import Source


def mail(subject: str = "Befund", body: str = "Kein Erguss.\n") -> EmailMessage:
    message = EmailMessage(policy=email.policy.SMTP)
    message["From"] = "Jörg Arzt <arzt@example.org>"
    message["To"] = "Praxis <praxis@example.org>"
    message["Date"] = "Tue, 01 Oct 2024 12:34:56 +0200"
    message["Subject"] = subject
    message.set_content(body)
    return message


def test_headers_and_body_are_text() -> None:
    reading = read_eml(Source("a.eml", mail("결과: 정상").as_bytes()))
    assert reading.text.startswith("From: Jörg Arzt <arzt@example.org>\nTo: Praxis <praxis@example.org>\nDate: Tue")
    assert "Subject: 결과: 정상\n\nKein Erguss." in reading.text
    assert reading.title == "결과: 정상"


def test_plain_is_preferred_to_html_but_not_where_it_is_empty() -> None:
    message = mail()
    message.add_alternative("<p>Kein <b>Erguss</b>.</p>", subtype="html")
    assert read_eml(Source("a.eml", message.as_bytes())).text.count("Erguss") == 1
    message = mail(body="This mail needs an HTML viewer.")
    message.add_alternative("<p>Only here.</p>", subtype="html")
    text = read_eml(Source("a.eml", message.as_bytes())).text
    assert "Only here." in text
    assert "viewer" not in text


def test_attachments_are_files_and_mails_inside_too() -> None:
    message = mail()
    message.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="../Brief.pdf")
    message.add_attachment(mail("inner"))
    reading = read_eml(Source("a.eml", message.as_bytes()))
    assert [name for name, _ in reading.attachments] == ["Brief.pdf", "message-2.eml"]
    assert reading.attachments[0][1] == b"%PDF-1.4"
    inner = read_eml(Source("b.eml", reading.attachments[1][1]))
    assert inner.title == "inner"
    assert "Kein Erguss." in inner.text
    assert "inner" not in reading.text


def test_lines_that_flow_are_joined() -> None:
    data = b"From: a@b.c\nContent-Type: text/plain; format=flowed\n\nThe dose is \n5 mg.\nNew line\n"
    assert "The dose is 5 mg.\nNew line" in read_eml(Source("a.eml", data)).text


def test_eight_bit_bodies_without_charset() -> None:
    data = "From: a@b.c\nSubject: x\n\nschön".encode("cp1252")
    assert "schön" in read_eml(Source("a.eml", data)).text


def test_an_encrypted_mail_says_so() -> None:
    data = b"From: a@b.c\nContent-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\n\nMIIB"
    with pytest.raises(EncryptedFile):
        read_eml(Source("a.eml", data))


def test_a_text_that_is_no_mail_is_read_all_the_same() -> None:
    text = "Von: Klinik Nord\nAn: Kanzlei\nBetreff: Termin\n\nDer Termin am 3.4.2021 entfällt.\n"
    assert read_eml(Source("a.eml", text.encode())).text == text
    assert read_eml(Source("a.eml", b"nothing at all")).text == "nothing at all"


@pytest.mark.parametrize(
    "known", ["Cc: RAin Petrich", "From: K. Brandt", "Date: 6.11.2023", "Content-Type: text/plain"]
)
def test_headers_in_another_language_are_not_lost_beside_one_that_is_known(known: str) -> None:
    text = f"Von: Katrin Brandt\n{known}\nDatum: Mo, 06.11.2023\nBetreff: =?utf-8?Q?Sch=C3=A4den?=\n\nGuten Abend\n"
    lines = read_eml(Source("a.eml", text.encode())).text.splitlines()
    assert {"Von: Katrin Brandt", "Datum: Mo, 06.11.2023", "Betreff: Schäden", "Guten Abend"} <= set(lines)


@pytest.mark.parametrize(
    "typed", ["Content: lease", "Old-Name: Hob Ltd", "Priority: urgent", "List: two keys", "MIME: none"]
)
def test_what_only_resembles_a_header_of_programs_is_read(typed: str) -> None:
    assert typed in read_eml(Source("a.eml", f"From: a@b.c\n{typed}\n\nHi\n".encode())).text.splitlines()


def test_a_mail_stays_one_whatever_programs_wrote_above_it() -> None:
    head = b"From: a@b.c\nBcc: secret@b.c\nSubject: =?utf-8?B?w5xiZXI=?=\nMessage-ID: <>\nStatus: RO\nX-Mailer: m\n"
    data = head + b"Importance: high\nContent-Transfer-Encoding: base64\n\nRGVyIFBhdGllbnQ="
    reading = read_eml(Source("a.eml", data))
    assert ("subject", "Über") in reading.metadata
    assert reading.text.splitlines() == ["From: a@b.c", "Subject: Über", "Bcc: secret@b.c", "", "Der Patient"]


def test_two_headers_of_one_name_are_both_shown_and_typed_ones_that_look_like_a_programs():
    head = "From: a@b.c\nTo: d@e.f\nTo: g@h.i\nSubject: Sturz\nStatus: DNR\nImportance: der Termin\n\nText"
    reading = read_eml(Source("m.eml", head.encode()))
    shown = ["From: a@b.c", "To: d@e.f", "To: g@h.i", "Subject: Sturz"]
    assert reading.text.splitlines() == [*shown, "Status: DNR", "Importance: der Termin", "", "Text"]
    assert dict(reading.metadata)["to"] == "d@e.f"


@pytest.mark.parametrize(
    "typed", ["Status: AF", "X-Ray: Rippe 7 gebrochen", "References: 12 C 318/24", "In-Reply-To: Ihr Schreiben"]
)
def test_what_somebody_typed_under_a_name_that_programs_use_is_shown(typed):
    assert typed in read_eml(Source("m.eml", f"From: a@b.c\n{typed}\n\nText".encode())).text.splitlines()


@pytest.mark.parametrize("noted", ["Status: RO", "References: <1@a.b> <2@a.b>", "In-Reply-To: <1@a.b>", "X-Mailer: m"])
def test_what_programs_write_for_each_other_is_not_shown(noted):
    assert read_eml(Source("m.eml", f"From: a@b.c\n{noted}\n\nText".encode())).text.splitlines() == [
        "From: a@b.c",
        "",
        "Text",
    ]


def test_of_two_subjects_the_one_that_says_something_is_the_title():
    reading = read_eml(Source("m.eml", b"From: a@b.c\nSubject:\nSubject: Sturz\n\nText"))
    assert (reading.title, dict(reading.metadata)["subject"]) == ("Sturz", "Sturz")


def container(tree: dict[str, object]) -> bytes:
    """A small OLE container: names -> bytes of a stream or a dict of a storage. All streams lie in the mini stream."""
    entries: list[list[object]] = [["Root Entry", 5, -1, b""]]
    mini, fat_of_mini = bytearray(), []

    def add(name: str, content: object) -> int:
        number = len(entries)
        entries.append([name, 1 if isinstance(content, dict) else 2, -1, content])
        if isinstance(content, dict):
            entries[number][2] = chain(content)
        return number

    def chain(inner: dict[str, object]) -> int:
        """Children as a chain of right siblings, in the order of the format: by length, then by name."""
        numbers = [add(name, inner[name]) for name in sorted(inner, key=lambda n: (len(n), n.upper()))]
        for left, right in itertools.pairwise(numbers):
            entries[left].append(right)
        return numbers[0] if numbers else -1

    entries[0][2] = chain(tree)
    directory = bytearray()
    starts: dict[int, tuple[int, int]] = {}
    for number, entry in enumerate(entries):
        if entry[1] == 2:
            content = bytes(entry[3])  # type: ignore[call-overload]
            first = len(mini) // 64
            mini += content + b"\0" * (-len(content) % 64)
            count = -(-len(content) // 64)
            fat_of_mini += [first + i + 1 for i in range(count - 1)] + ([0xFFFFFFFE] if count else [])
            starts[number] = (first if count else 0xFFFFFFFE, len(content))
    mini += b"\0" * (-len(mini) % 512)
    for number, entry in enumerate(entries):
        name = str(entry[0]).encode("utf-16-le")
        first, size = starts.get(number, (0, 0))
        if number == 0:
            first, size = 0, len(mini)  # patched below by the caller's layout: the mini stream is first
        right = entry[4] if len(entry) > 4 else -1
        directory += name.ljust(64, b"\0") + struct.pack("<HBBiii", len(name) + 2, entry[1], 1, -1, right, entry[2])
        directory += b"\0" * 36 + struct.pack("<IQ", first, size)
    directory += (b"\0" * 66 + struct.pack("<BBiii", 0, 1, -1, -1, -1) + b"\0" * 48) * (-len(entries) % 4)
    mini_fat = struct.pack(f"<{len(fat_of_mini)}I", *fat_of_mini)
    mini_fat += b"\xff" * (-len(mini_fat) % 512)
    sizes = [len(part) // 512 for part in (mini, directory, mini_fat)]
    at = [0, sizes[0], sizes[0] + sizes[1]]
    total = sum(sizes)
    fat: list[int] = []
    for size in sizes:
        base = len(fat)
        fat += [base + i + 1 for i in range(size - 1)] + [0xFFFFFFFE]
    n_fat = -(-(total + 1) // 127)
    fat += [0xFFFFFFFD] * n_fat
    fat += [0xFFFFFFFF] * (n_fat * 128 - len(fat))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
    header += struct.pack("<IIIIIIIII", 0, n_fat, at[1], 0, 4096, at[2], sizes[2], 0xFFFFFFFE, 0)
    header += struct.pack("<109I", *([total + i for i in range(n_fat)] + [0xFFFFFFFF] * (109 - n_fat)))
    return header + bytes(mini) + bytes(directory) + mini_fat + struct.pack(f"<{len(fat)}I", *fat)


def message_tree(subject: str, body: str, header: int = 32) -> dict[str, object]:
    sent = struct.pack("<IIQ", 0x00390040, 6, 133_500_000_000_000_000)
    return {
        "__properties_version1.0": b"\0" * header + sent,
        "__substg1.0_0037001F": subject.encode("utf-16-le"),
        "__substg1.0_1000001F": body.encode("utf-16-le"),
        "__substg1.0_0C1A001F": "Jörg Arzt".encode("utf-16-le"),
        "__substg1.0_0C1F001F": "arzt@example.org".encode("utf-16-le"),
        "__substg1.0_0E04001F": "Praxis; Labor".encode("utf-16-le"),
    }


def message(depth: int = 1) -> bytes:
    tree = message_tree("Befund 결과", "Kein Erguss.\r\nHerd 5 mm.")
    tree["__attach_version1.0_#00000000"] = {
        "__properties_version1.0": b"\0" * 8,
        "__substg1.0_3707001F": "Brief.pdf".encode("utf-16-le"),
        "__substg1.0_37010102": b"%PDF-1.4",
    }
    inner = tree
    for _ in range(depth):
        deeper = message_tree("inner", "Inside.", 24)
        inner["__attach_version1.0_#00000001"] = {
            "__properties_version1.0": b"\0" * 8,
            "__substg1.0_3701000D": deeper,
        }
        inner = deeper
    return container(tree)


def test_an_outlook_message_is_read_like_a_mail() -> None:
    reading = read_msg(Source("a.msg", message()))
    assert reading.text.startswith("From: Jörg Arzt <arzt@example.org>\nTo: Praxis; Labor\nDate: ")
    assert reading.text.endswith("Subject: Befund 결과\n\nKein Erguss.\nHerd 5 mm.")
    assert reading.attachments[0] == ("Brief.pdf", b"%PDF-1.4")
    inner = read_eml(Source("b.eml", reading.attachments[1][1]))
    assert inner.title == "inner"
    assert "Inside." in inner.text
    assert "Jörg Arzt" in inner.text


def test_a_message_of_attachments_alone_is_not_cut_in_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_MAIL_PARTS", 2)
    tree = message_tree("x", "")
    for number in range(3):
        tree[f"__attach_version1.0_#0000000{number}"] = {
            "__properties_version1.0": b"\0" * 8,
            "__substg1.0_3707001F": f"{number}.pdf".encode("utf-16-le"),
            "__substg1.0_37010102": b"%PDF-1.4",
        }
    with pytest.raises(LimitExceeded, match="more than 2 parts"):
        read_msg(Source("a.msg", container(tree)))


def test_messages_that_nest_without_end_are_refused() -> None:
    with pytest.raises(LimitExceeded):
        read_msg(Source("a.msg", message(depth=12)))


def test_compressed_rtf_of_the_specification() -> None:
    packed = bytes.fromhex(
        "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
    )
    assert decompressed_rtf(packed) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
