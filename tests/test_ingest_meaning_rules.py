"""Every rule does what its own example says; the tables are well formed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from casefolio.ingest.document import Span
from casefolio.ingest.languages import FOLDER
from casefolio.ingest.meaning import annotate
from casefolio.ingest.meaning.assertion import Assertion
from casefolio.ingest.meaning.facts import profile
from casefolio.ingest.meaning.frames import same_frame
from casefolio.ingest.meaning.lexicon import Rule, read_rules
from casefolio.ingest.meaning.patterns import pattern_regex

TABLES = {path.parent.name: read_rules(path) for path in sorted(FOLDER.glob("*/assertions.tsv"))}


def _target(example: str) -> tuple[str, Span, bool]:
    match = re.search(r"\[([^\]]+)\]|\{([^}]+)\}", example)
    assert match, f"no target in {example!r}"
    text = example[: match.start()] + match[0][1:-1] + example[match.end() :]
    return text, Span(match.start(), match.end() - 2), match[1] is not None


def _value(assertion: Assertion, kind: str) -> str:
    if kind == "negated":
        return "yes" if assertion.negated else "no"
    if kind == "conditions":
        return "condition" if assertion.certainty == "hypothetical" else "exception" if assertion.conditions else ""
    return str(getattr(assertion, kind))


def _fields(rule: Rule) -> list[tuple[str, str]]:
    """Pairs of field and the value that the target must (or, in braces, must not) have."""
    fields = []
    for kind, value in rule.effects:
        if kind == "counted":
            continue  # of two sentences; what it does beside is said by the other kind
        if kind in ("pseudo", "end", "absorb"):
            fields += [(k, "") for k in (("negated",) if value == "all" else value.split(","))]
        else:
            fields.append((kind, value))
    return fields


def _faults(language: str, rule: Rule) -> Iterator[str]:
    text, span, positive = _target(rule.example)
    (assertion,) = annotate(text, language, [span])
    neutral = {"negated": "no", "certainty": "certain", "temporality": "recent", "experiencer": "patient"}
    for kind, value in _fields(rule):
        found = _value(assertion, kind)
        if kind == "conditions" and not positive and value:
            if not assertion.conditions:
                yield f"{rule.source}: no condition found beside {span.of(text)!r}"
        elif found != (value if positive and value else neutral.get(kind, "")):
            yield f"{rule.source}: {kind} of {span.of(text)!r} is {found!r}"


# one test a language: pytest takes longer over a case of its own than a rule over its example
@pytest.mark.parametrize("language", sorted(TABLES))
def test_every_example_says_what_its_rule_does(language: str) -> None:
    assert [fault for rule in TABLES[language] for fault in _faults(language, rule)] == []


@pytest.mark.parametrize("language", sorted(TABLES))
def test_every_example_holds_the_words_of_its_rule(language: str) -> None:
    texts = [(rule, _target(rule.example)[0]) for rule in TABLES[language]]
    without = [(r.source, text) for r, text in texts if not re.search(pattern_regex(r.pattern), text.lower())]
    assert without == []


@pytest.mark.parametrize("language", ["de", "en", "ko"])
def test_at_least_sixty_examples_a_language(language: str) -> None:
    assert len({rule.example for rule in TABLES[language]}) >= 60


@pytest.mark.parametrize("language", sorted(TABLES))
def test_no_pattern_twice(language: str) -> None:
    keys = [(rule.pattern, rule.effects) for rule in TABLES[language]]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize(
    ("language", "affirmed", "denied"),
    [
        ("en", "The tenant has paid the rent.", "The tenant has never paid the rent."),
        (
            "de",
            "Es bestanden Hinweise auf eine frische Blutung.",
            "Es bestanden keinerlei Hinweise auf eine frische Blutung.",
        ),
        ("fr", "Le locataire est tenu de payer le loyer.", "Le locataire est non tenu de payer le loyer."),
        ("ko", "환자는 약을 오늘 아침에 먹었다.", "환자는 약을 오늘 아침에 안 먹었다."),
    ],
)
def test_words_that_deny_are_counted_where_two_sentences_have_the_same_words(
    language: str, affirmed: str, denied: str
) -> None:
    claim, quote = profile(affirmed, language), profile(denied, language)
    assert [finding.kind for finding in same_frame(claim, quote)] == ["negation"]
    assert same_frame(quote, quote) == []


def test_a_verb_that_denies_by_its_last_letters_denies_what_follows() -> None:
    text = "The tenant shouldn't sublet the premises."
    (assertion,) = annotate(text, "en", [Span(text.index("sublet"), len(text) - 1)])
    assert assertion.negated


@pytest.mark.parametrize(
    "line",
    ["negated\tyes\tforward\tno\tsentence", "negated\tyes\tup\tno\tsentence\t[x]", "colour\tred\tboth\tred\t3\t[x]"],
)
def test_a_broken_line_is_refused(line: str, tmp_path: Path) -> None:
    (tmp_path / "xx.tsv").write_text(line + "\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"xx\.tsv:1"):
        read_rules(tmp_path / "xx.tsv")
