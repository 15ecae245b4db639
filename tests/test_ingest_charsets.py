"""Code pages: as declared where that fits, else as the bytes look, short texts too."""

from __future__ import annotations

import pytest

from casefolio.ingest.loaders.shared.charsets import decode_as


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("schön", "cp1252"),
        ("Müller – 5 µg „täglich“ für 10 €", "cp1252"),
        ("환자 홍길동", "cp949"),
        ("아스피린 100㎎ 1일 1회", "cp949"),
        ("Größe 5 ≥ 3, 환자", "utf-8"),
        ("Befund 결과", "utf-16"),
    ],
)
def test_undeclared(text: str, encoding: str) -> None:
    assert decode_as(text.encode(encoding)).text == text


@pytest.mark.parametrize(
    ("label", "encoding"),
    [("iso-8859-1", "cp1252"), ("EUC-KR", "cp949"), ("ks_c_5601-1987", "cp949"), ("no", "utf-8"), ("utf-16", "utf-8")],
)
def test_labels_mean_what_browsers_take_them_for(label: str, encoding: str) -> None:
    text = "환자 똠" if encoding == "cp949" else "„schön“"
    assert decode_as(text.encode(encoding), label).text == text


def test_a_guess_is_remarked() -> None:
    assert decode_as("schön".encode("cp1252")).notes == ("encoding: cp1252",)
    assert decode_as("schön".encode()).notes == ()
