"""Decoding, detection of encodings, repair of mojibake."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casefolio.ingest.text import canonical, decode, looks_like_text

GERMAN = "Entlassbrief: Die Patientin klagte über Schmerzen in der rechten Hüfte. Größe 1,68 m, müde, kein Fieber.\n"
KOREAN = "퇴원 요약지\n환자는 우측 고관절 통증으로 내원하였다. 발열은 없었으며 와파린을 복용 중이었다.\n"
FRENCH = "Le médecin a prescrit un traitement à l’hôpital ; l’état général du malade est stable, sans fièvre.\n"
GREEK = "Η ασθενής εισήχθη με πόνο στο δεξί ισχίο και πυρετό από χθες.\n"
THAI = "ผู้ป่วยมีอาการปวดสะโพกขวาและไม่มีไข้ ได้รับยาวาร์ฟาริน\n"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (GERMAN, "cp1252"),
        (GERMAN, "latin-1"),
        (GERMAN, "utf-16-le"),
        (GERMAN, "utf-16-be"),
        (GERMAN, "utf-16"),
        (GERMAN, "utf-32"),
        (GERMAN, "utf-8-sig"),
        (FRENCH, "cp1252"),
        (KOREAN, "cp949"),
        (KOREAN, "euc-kr"),
        (KOREAN, "utf-16-le"),
        (KOREAN, "utf-16-be"),
        (KOREAN, "utf-8"),
        (GREEK, "utf-8"),
        (GREEK, "iso8859-7"),
        (THAI, "utf-8"),
    ],
)
def test_text_is_decoded_from_its_encoding(text: str, encoding: str) -> None:
    decoded = decode(text.encode(encoding))
    assert decoded.text == text
    assert not any("repaired" in note or "lossy" in note for note in decoded.notes)


@pytest.mark.parametrize(
    ("text", "page"),
    [
        (GERMAN, "cp1252"),
        (GERMAN, "latin-1"),
        (GERMAN, "cp874"),
        (GERMAN, "iso8859-7"),
        (KOREAN, "latin-1"),
        (GERMAN, "cp949"),
        (FRENCH, "mac-roman"),
    ],
)
def test_utf8_read_as_another_code_page_is_repaired_and_said_so(text: str, page: str) -> None:
    broken = text.encode().decode(page, "replace")
    decoded = decode(broken.encode())
    assert any(note.startswith("repaired: UTF-8 read as") for note in decoded.notes)
    if "\ufffd" not in broken:
        assert decoded.text == text
    else:
        assert any(note.startswith("lossy") for note in decoded.notes)
        assert sum(a == b for a, b in zip(decoded.text, text, strict=False)) > 0.3 * len(text)


def test_what_nobody_can_recover_is_marked() -> None:
    decoded = decode(KOREAN.encode().decode("cp949", "replace").encode())
    assert any(note.startswith("lossy") for note in decoded.notes)


def test_what_was_lost_is_marked() -> None:
    decoded = decode(KOREAN.encode() * 20 + b"\xff\xfe\n")
    assert decoded.text.startswith(KOREAN)
    assert any(note.startswith("lossy") for note in decoded.notes)


def test_a_broken_byte_does_not_cost_the_encoding() -> None:
    assert decode(GERMAN.encode() * 10 + b"\xe4").text.startswith(GERMAN)


@given(st.text(st.sampled_from("abc äöüßéñ한글환자가 αβγ ไทย\n.,"), max_size=60))
def test_sound_text_is_never_repaired(text: str) -> None:
    assert decode(text.encode()).text == text


@given(st.binary(max_size=300))
def test_any_bytes_decode_to_canonical_text(data: bytes) -> None:
    text = decode(data).text
    assert "\r" not in text
    assert "\x00" not in text
    text.encode()  # no lone surrogates


def test_line_ends_nuls_and_surrogates() -> None:
    assert canonical("\ufeffa\r\nb\rc\x00\ud800") == "a\nb\nc\ufffd"


def test_binary_does_not_look_like_text() -> None:
    assert not looks_like_text(bytes(range(256)))
    assert looks_like_text(KOREAN.encode("cp949"))
