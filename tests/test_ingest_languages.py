"""A language is a folder: what each holds, what English stands in for, and a language that was added by data alone."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from casefolio import Library
from casefolio.ingest.document import Span
from casefolio.ingest.identity.dating import document_day
from casefolio.ingest.language import detect_language
from casefolio.ingest.languages import FOLDER, LANGUAGES, own
from casefolio.ingest.meaning import annotate, moments, quantities, sides
from casefolio.ingest.meaning.assertion import Assertion
from casefolio.ingest.meaning.contrasts import contrasts, listed
from casefolio.ingest.meaning.lexicon import SIDES, read_rules
from casefolio.ingest.meaning.references import references
from casefolio.ingest.reading import read_file
from casefolio.ingest.sections import find_sections
from casefolio.ingest.sentences import sentence_spans

ROOT = Path(__file__).parent.parent
# Without these a language cannot be read and answered: the tables, and of each the keys.
NEEDED = {
    "language": ("name", "decimal", "first", "names"),
    "words": ("stop", "generic", "now"),
    "sentences": ("never", "maybe", "starters"),
    "headings": ("kinds", "structure", "prose"),
    "numbers": ("units", "scales", "fractions"),
    "dates": ("units", "relative"),
    "messages": tuple(key for key in own("en", "messages") if key != "page"),
}
# For these English stands in, or nothing is known.
OTHERS = {
    *("assertions.tsv", "contrasts.toml", "identity.toml", "labels.toml", "names.toml", "questions.toml"),
    *("references.toml", "amendments.toml", "synonyms.tsv", "signatures.toml", "expansions.txt"),
    "clock.toml",
    # of a full language: what models put around answers, training
    *("peeling.toml", "wordings.toml", "surrogates.toml"),
}
STANDS_IN = {
    "en": set(),
    "de": set(),
    "ko": set(),
    "fr": {
        *("amendments", "clock", "expansions", "identity", "labels", "synonyms", "peeling", "wordings", "surrogates"),
    },
}
SERVED_IN_ENGLISH = {"fr"}  # the page of `rag serve`
ASKED_IN_ENGLISH = {"fr"}  # language models, of `prompts/templates`
LETTER = """Hôpital de la Rive
Lyon, le 3 avril 2021

Lettre de sortie
Patiente : Mme Claire Dupont, née le 2 mai 1950

Antécédents
Appendicectomie en 1998.

Diagnostic
Pneumonie droite. Il n'y a pas de fracture, cf. art. 12 al. 2.

Traitement de sortie
Apixaban 5 mg deux fois par jour pendant quatre-vingt-deux jours.

Conclusion
Le Dr. Martin la reverra dans trois semaines.
"""


ADDS_WORDS = "# A new language adds its words here."  # at the head of a file that all share


def shared() -> list[str]:
    """Files of all languages to which a new one has words to add."""
    files = sorted((FOLDER / "common").iterdir())
    return [path.name for path in files if path.read_text("utf-8").startswith(f"{ADDS_WORDS}\n")]


def lacking(language: str) -> list[str]:
    """What a language's folder lacks of what every one needs."""
    return [f"{name}.toml: {key}" for name, keys in NEEDED.items() for key in keys if key not in own(language, name)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_folder_holds_what_every_language_needs(language: str) -> None:
    assert lacking(language) == [], f"and its words in languages/common: {', '.join(shared())}"


def test_files_that_a_new_language_has_words_for_say_so() -> None:
    of_code = {"contrasts.toml", "other_languages.toml"}  # classes, and languages without a folder
    assert {*shared(), *of_code} == {path.name for path in (FOLDER / "common").iterdir()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_english_stands_in_for_what_a_folder_lacks(language: str) -> None:
    lacks = {name.partition(".")[0] for name in OTHERS if not (FOLDER / language / name).exists()}
    assert lacks == STANDS_IN.get(language, set())


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_folder_holds_nothing_that_no_code_reads(language: str) -> None:
    known = {f"{name}.toml" for name in NEEDED} | OTHERS
    assert {path.name for path in (FOLDER / language).iterdir()} <= known


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["wordings", "surrogates"])
def test_a_table_that_is_there_holds_all_that_is_asked_of_it(language: str, name: str) -> None:
    held = own(language, name)
    optional = {"ways", "person"}  # Korean addresses end with no word for a street, names are told by identity.toml
    assert not held or set(own("en", name)) - set(held) <= optional


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_says_all_that_is_asked_of_it_and_nothing_that_answers_say(language: str) -> None:
    said = dict(own(language, "messages"))
    page = said.pop("page", {})
    assert bool(page) is not (language in SERVED_IN_ENGLISH)
    assert not page or set(page) == set(own("en", "messages")["page"])
    assert set(page.values()).isdisjoint(said.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_model_is_asked_is_there_in_a_language_or_english_stands_in(language: str) -> None:
    templates = {path.name.split(".")[0] for path in (ROOT / "prompts" / "templates").glob("*.en.md")}
    lacks = {name for name in templates if not (ROOT / "prompts" / "templates" / f"{name}.{language}.md").exists()}
    assert lacks == (templates if language in ASKED_IN_ENGLISH else set())


def _compared(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Compare):
            for side in (node.left, *node.comparators):
                if isinstance(side, ast.Constant) and side.value in LANGUAGES:
                    yield f"{path.relative_to(ROOT)}:{node.lineno}"


def _rooms() -> list[Path]:
    folders = [ROOT / package for package in ("ingest", "indexes", "prompts", "rag")]
    found = [path for folder in folders for path in sorted(folder.rglob("*.py"))]
    return [path for path in found if not any(parent.is_symlink() for parent in path.parents)]  # rag/ingest is ingest


def test_no_code_compares_a_language_with_its_own_code() -> None:
    assert [place for path in _rooms() for place in _compared(path)] == []


def _hangul(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text("utf-8"))
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings
    said = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in told]
    for node in said:
        yield from re.findall("[가-힣]+", re.sub("가-.", "", str(node.value)).strip("가힣"))  # but bounds of ranges


def test_no_code_holds_words_of_a_language() -> None:
    """Korean ones can be told: but for the numbers that office formats spell out, they stand in `languages/ko`."""
    spelled_by_formats = {"list_numbers.py", "odf_styles.py"}
    known = [path for path in _rooms() if path.name not in spelled_by_formats]
    assert {path.relative_to(ROOT).as_posix(): words for path in known if (words := list(_hangul(path)))} == {}


def _of(text: str, part: str) -> Assertion:
    start = text.index(part)
    (found,) = annotate(text, "fr", [Span(start, start + len(part))])
    return found


def test_a_french_letter_is_read(tmp_path: Path) -> None:
    (tmp_path / "lettre.txt").write_text(LETTER, encoding="utf-8")
    (document,) = read_file(tmp_path, "lettre.txt")
    assert document.language == detect_language(LETTER) == "fr"
    assert document_day(document) == "2021-04-03"
    kinds = [section.kind for section in find_sections(LETTER, "fr")]
    assert kinds == ["title", "past_history", "diagnosis", "medication", "impression"]
    sentences = [span.of(LETTER) for span in sentence_spans(LETTER, "fr")]
    assert "Le Dr. Martin la reverra dans trois semaines." in sentences
    assert "Il n'y a pas de fracture, cf. art. 12 al. 2." in sentences


def test_french_words_mean_something() -> None:
    assert _of("Il n'y a pas de fracture.", "fracture").negated
    assert not _of("Pas de fièvre, mais toux.", "toux").negated
    assert [m.days for m in moments("pendant quatre-vingt-deux jours", "fr")] == [82]
    assert [(q.value, q.unit) for q in quantities("Apixaban 5 mg deux fois par jour", "fr")] == [(5, "mg"), (2, "/d")]
    assert [q.value for q in quantities("1.250,50 euros", "fr")] == [1250.5]
    assert [r.canonical for r in references("selon l’art. 12 al. 2", "fr")] == ["article 12 para 2"]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Quel est le loyer mensuel ?", r"bail\.txt du 1 février 2022 indique :\n“Le loyer mensuel est de 1\.250,50"),
        ("Quel est le groupe sanguin de la patiente ?", r"Les pages lues n'y répondent pas\."),
    ],
)
def test_a_french_question_is_answered_in_french(tmp_path: Path, question: str, answer: str) -> None:
    (tmp_path / "lettre.txt").write_text(LETTER, encoding="utf-8")
    lease = "Contrat de bail\nLyon, le 1er février 2022\n\nArticle 1 Loyer\nLe loyer mensuel est de 1.250,50 euros.\n"
    (tmp_path / "bail.txt").write_text(lease, encoding="utf-8")
    with Library.open(tmp_path) as library:
        library.sync(encode=True)
        assert re.match(answer, library.ask(question).text)


def test_every_name_of_a_month_is_known_to_the_rules_of_the_past() -> None:
    (assertion,) = annotate("Kündigung des Vertrags vom 1. Jänner 2019.", "de")
    assert assertion.temporality == "recent"


SIDES_IN_ROWS = {  # CONTRIBUTING says why of each
    *("=L", "=R", "lt", "rt", "(l)", "(r)", "(좌)|(lt)", "(우)|(rt)", "li & <end>", "both", "beide|beider|beiden"),
    *("left and|& right", "right and|& left", "links und|wie|u. rechts", "rechts und|wie|u. links"),
}


def test_no_other_word_for_a_side_stands_among_the_rules() -> None:
    tables = [FOLDER / language / "assertions.tsv" for language in LANGUAGES]
    rules = [rule for table in tables for rule in read_rules(table)]
    assert {r.pattern for r in rules if any(kind == "side" for kind, _ in r.effects)} == SIDES_IN_ROWS


PARTIES = {"beide seiten", "beider seiten"}  # who sign a contract: a row `pseudo` keeps them from being a side


def _spelled(word: str) -> str:
    """A word of `contrasts.toml` without its marks."""
    return word.strip("*=")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("side", SIDES)
def test_a_word_for_a_side_is_one_of_a_passage_and_where_two_texts_are_compared(language: str, side: str) -> None:
    words = [_spelled(word) for word in listed(own(language, "contrasts"), side)]
    assert words
    assert {word for word in words if word not in PARTIES and sides(f"{word} x", language) != {side}} == set()
    for word in words:
        tokens = [*re.finditer(r"\w+", word.lower())]
        found = contrasts(word, [token.group() for token in tokens], [token.end() for token in tokens])
        assert (side, word) in {(one.value, word) for one in found}


@pytest.mark.parametrize(
    ("language", "text", "of", "side"),
    [
        # words that one of the two copies lacked
        ("de", "Befund linkslateral am Hals.", "Befund", "left"),
        ("de", "Ausschlag auf beiden Seiten.", "Ausschlag", "both"),
        ("de", "Rechten Fuß gekühlt.", "Fuß", ""),
        ("de", "Den rechten Fuß gekühlt.", "Fuß", "right"),
        ("en", "Rightward deviation of the tongue.", "tongue", "right"),
        ("en", "No sinister features.", "features", ""),
        ("en", "Rash on both sides.", "Rash", "both"),
        ("ko", "좌견 통증이 있다.", "통증", "left"),
        ("ko", "오른 무릎에 통증이 있다.", "통증", "right"),
        ("ko", "체온이 오른 환자이다.", "환자", ""),
        ("ko", "환자는 결과를 좌우하는 인자가 있다.", "인자", ""),
        ("fr", "Pneumonie gauche.", "Pneumonie", "left"),
    ],
)
def test_the_side_of_a_finding(language: str, text: str, of: str, side: str) -> None:
    start = text.index(of)
    (assertion,) = annotate(text, language, [Span(start, start + len(of))])
    assert assertion.side == side
