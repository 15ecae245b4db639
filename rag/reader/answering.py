"""The embedded default: no model writes; the reader finds the sentences that answer, and they are quoted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace

from casefolio.answer import Citation, Verdict
from casefolio.composing import Composer
from casefolio.indexes.analyzers import terms
from casefolio.indexes.hit import Hit
from casefolio.ingest.document import Span
from casefolio.ingest.identity.dating import days_of_others
from casefolio.ingest.meaning.annotating import cues
from casefolio.ingest.meaning.facts import VALUES, profile
from casefolio.ingest.meaning.moments import full_days
from casefolio.messages import say, spoken
from casefolio.quoting import citation_of
from casefolio.reader.considering import Evidence, considered, let_pass
from casefolio.reader.deciding import Decision, Scored, by_hand, scored
from casefolio.reader.forms import Form, form_of
from casefolio.reader.guards import drugs_in
from casefolio.reader.leading import with_what_they_head
from casefolio.reader.names_meant import HANGUL, named_alone
from casefolio.reader.numbers_borne import records_meant
from casefolio.reader.other_persons import people_in
from casefolio.reader.reading import Asked, Candidate, Model, units
from casefolio.reader.siblings import with_siblings
from casefolio.reader.stating import ends
from casefolio.reader.topic import topic_of
from casefolio.reader.versions import amendment_of, calls_itself_an_amendment
from casefolio.reader.when import day_of
from casefolio.reader.yes_no import Judge, affirming, is_denial, names_undenied, said_by_all

_QUOTES, _ITEMS = 2, 12  # citations of an answer, and of one that is a list
_QUOTING = by_hand("quoting")
_KEEP, _KEEP_LIST = _QUOTING["keep"], _QUOTING["keep_list"]  # share of the best score of further quotes
_RIVAL = _QUOTING["rival"]  # share of the best score from which on another document's sentence answers too
_BESIDE = _QUOTING["beside"]  # least score of another document's sentence where the reader alone says that it answers
_HEAD = 500  # characters at the head of a paper in which it says what it amends
_TELLING = 6  # characters of an answer from which on its words tell it from others
_ANEW = 0.1  # least score of a newer value of the same thing of which the reader is not sure
_TELLING_TERM = 4  # letters of a term that names what a value is of
_NEAREST = 3


@dataclass(frozen=True, slots=True)
class Quoted:
    """An answer in quotes before it is an `Answer`.

    Attributes:
        composer: the text and its citations; without claims where nothing answers.
        notes: sentences for the reader.
        nearest: where nothing answers, the quotes that came nearest, as no answer.
    """

    composer: Composer
    notes: tuple[str, ...]
    nearest: tuple[Citation, ...] = ()


def quote(
    asked: Asked, hits: Sequence[Hit], evidence: Evidence, model: Model, decision: Decision, threshold: float | None
) -> Quoted:
    """Read the hits and quote what answers.

    Args:
        asked: the question.
        hits: the passages to read, best first.
        evidence: of their documents.
        model: the reader.
        decision: which candidate answers.
        threshold: probability below which nothing is said; the decision's own unless given.
    """
    asked = named_alone(asked, people_in(evidence.identities))
    records = records_meant(asked.question, asked.language, hits, evidence.text)
    asked = records.alone(asked)
    hits = records.papers(hits, lambda a, b: evidence.one_matter(a, b, unnamed=False))
    found = considered(asked, hits, evidence, model, records)
    ranking = scored(asked, hits, found.best, decision)
    least = decision.threshold if threshold is None else threshold
    composer = Composer()
    if not ranking or ranking[0].score < least:
        return Quoted(composer, (), tuple(_cited(s, "unsupported") for s in ranking[:_NEAREST]))
    form = form_of(asked.question, asked.language)
    kept = _kept(asked, ranking, least, form, evidence)
    if not form.signed:
        kept = _with_its_change(kept, hits, evidence)
    if form.yes_no or form.latest:
        kept = _with_its_end(asked, kept, found.passed, evidence)
    if form.yes_no and isinstance(model, Judge):
        said, told = _said(asked, form, kept, model, evidence)
        kept = told if told == kept else _with_its_change(told, hits, evidence)
        if said is not None and kept == told:
            composer.plain(say("yes" if said else "no", asked.language))
    topic = topic_of(asked)
    if form.many:
        kept = with_siblings(kept, asked, evidence)
    kept = with_what_they_head(
        kept, evidence, lambda heading, tongue: form.many or form.yes_no or topic.names(heading, tongue)
    )
    _put(kept, composer, evidence, asked.language)
    return Quoted(composer, tuple(_later(kept, evidence, asked.language)))


def _kept(asked: Asked, ranking: Sequence[Scored], least: float, form: Form, evidence: Evidence) -> list[Scored]:
    """The sentences that are quoted: a superseded one never without the newer one, the newest first."""
    best = ranking[0]
    if form.signed:  # all that signed one paper
        return [s for s in _distinct(ranking) if s.candidate.hit.document == best.candidate.hit.document][:_ITEMS]
    keep = _KEEP_LIST if form.many else _RIVAL if form.latest else _KEEP
    good = [s for s in ranking if s.score >= max(least, keep * best.score)]
    if form.many:
        return _distinct(good)[:_ITEMS]
    days = {id(s): day_of(s.candidate, evidence.dated) for s in ranking}
    rivals = {
        s.candidate.hit.document: s
        for s in reversed(ranking)
        if s.score >= max(least, _RIVAL * best.score) or (_reads(s) and s.score >= _BESIDE)
    }
    later = [s for s in ranking if _supersedes(s, best, asked, days, evidence)]
    chosen = _distinct([*good[:_QUOTES], *later[:1], *rivals.values()])
    order = {id(s): n for n, s in enumerate(ranking)}
    if form.latest and any(days.values()):
        chosen.sort(key=lambda s: (_falling(days[id(s)]), order[id(s)]))
        return chosen[:_QUOTES]
    chosen.sort(key=lambda s: order[id(s)])
    chosen = chosen[: _QUOTES + 1]
    in_entries = all(evidence.entry_day(s.candidate) for s in chosen)
    if (in_entries or len({s.candidate.hit.document for s in chosen}) > 1) and all(days[id(s)] for s in chosen):
        chosen.sort(key=lambda s: (_falling(days[id(s)]), order[id(s)]))
    return chosen


def _with_its_change(kept: list[Scored], hits: Sequence[Hit], evidence: Evidence) -> list[Scored]:
    """The quotes, led by the sentences of later papers that change the clauses which answer."""
    changes = [Scored(change, s.score) for s in kept if (change := _change_of(s.candidate, hits, evidence)) is not None]
    return _distinct([*changes, *kept])[: max(_QUOTES + 1, len(kept))] if changes else kept


def _change_of(choice: Candidate, hits: Sequence[Hit], evidence: Evidence) -> Candidate | None:
    """What the latest paper that changes the clause of a choice says of it."""
    own, document = day_of(choice, evidence.dated), choice.hit.document
    days = {own} if own else {evidence.dated(h.document) for h in hits if h.document != document}
    later = [h for h in hits if h.document != document and _may_change(h, document, own, days, evidence)]
    later.sort(key=lambda h: evidence.dated(h.document), reverse=True)
    return amendment_of(choice, later, evidence.document)


def _may_change(hit: Hit, document: str, day: str, days: Set[str], evidence: Evidence) -> bool:
    """Whether a paper is later than a document of this day and of the same people, or names that day at its head.

    An amendment says what it amends ("zum Rahmenvertrag vom 09.01.2023") where it is undated or names no party. A
    document without a day may be what it amends, unless it names that of another (`days`).
    """
    head, language = evidence.text(hit.document)[:_HEAD], hit.chunk.language
    dated = evidence.dated(hit.document)
    meant = days_of_others(head, language) - {dated}
    other = day not in meant if day else bool(meant & days)
    if (meant and other) or evidence.of_others(document, hit.document):
        return False
    if day < dated and evidence.one_matter(document, hit.document, unnamed=False):
        return True
    if not dated and not meant and calls_itself_an_amendment(head, language):
        return evidence.names_the_title(hit.document, document)  # "Nachtrag zum Mietvertrag über Lagerräume"
    return (
        day in full_days(head, language) and (not dated or day <= dated) and evidence.one_matter(document, hit.document)
    )


def _with_its_end(asked: Asked, kept: list[Scored], passed: Sequence[Candidate], evidence: Evidence) -> list[Scored]:
    """The quotes, led by one that says that the drug asked for was ended or held, where none of them does."""
    best = kept[0]
    drugs = drugs_in(asked.question, asked.language)
    if not drugs or any(ends(s.candidate, drugs) for s in kept):
        return kept
    own = day_of(best.candidate, evidence.dated)
    for other in passed:
        same = other.hit.document == best.candidate.hit.document
        later = bool(own) and own <= day_of(other, evidence.dated) and evidence.one_person(best.candidate, other)
        if (same or later) and ends(other, drugs):
            return [Scored(other, best.score), *kept][: _QUOTES + 1]
    return kept


def _said(
    asked: Asked, form: Form, kept: list[Scored], judge: Judge, evidence: Evidence
) -> tuple[bool | None, list[Scored]]:
    """Yes, no or neither, and the quotes; beside a sentence that says yes no denial is shown alone, nor "no" said."""
    said = said_by_all(asked.question, [(s.candidate.text, s.candidate.hit.chunk.language) for s in kept], judge)
    denial = kept[0].candidate
    language, beside = denial.hit.chunk.language, let_pass(asked, form, _beside(denial), evidence)
    if said or not is_denial(denial.text, language):
        return said, kept
    at = affirming(asked.question, [other.text for other in beside], language, judge)
    if at is not None:
        return None, _distinct([Scored(beside[at], kept[0].score), *kept])[: _QUOTES + 1]
    named = any(names_undenied(asked.bare, denial.text, other.text, language) for other in beside)
    return None if named else said, kept


def _beside(choice: Candidate) -> list[Candidate]:
    """The other sentences of a candidate's passage, without headings and other single words."""
    base, language = choice.hit.chunk.span.start, choice.hit.chunk.language
    places = (Span(base + a, base + b) for a, b in units(choice.hit.text, language))
    found = [replace(choice, span=p, highlight=p) for p in places if not p.overlaps(choice.span)]
    return [c for c in found if len(terms(c.text, language)) > 1]


def _reads(choice: Scored) -> bool:
    """Whether the reader by itself says that this answers, whatever stands beside it."""
    return choice.candidate.answers > 0 and choice.candidate.margin > 0


def _supersedes(other: Scored, best: Scored, asked: Asked, days: Mapping[int, str], evidence: Evidence) -> bool:
    """Whether a sentence of a later document is, or may be, the newer value of what the best one says."""
    own, its = days[id(best)], days[id(other)]
    path, document = other.candidate.hit.document, best.candidate.hit.document
    if not own or own >= its or evidence.of_strangers(path, document):
        return False
    if path == document and not (evidence.entry_day(other.candidate) and evidence.entry_day(best.candidate)):
        return False
    if _replaces(other, best):
        return True
    mine, theirs = _families(best.candidate), _families(other.candidate)
    if mine and theirs and mine.isdisjoint(theirs):
        return False  # a rent is no newer end of the lease
    if not _alike(other.candidate, best.candidate, asked):
        return False
    return _reads(other) or (bool(mine & theirs) and _says_anew(other, best, days[id(best)], evidence))


def _families(candidate: Candidate) -> frozenset[str]:
    """Of which families the values in the words that answer are: money, a date, a mass."""
    base, light = candidate.hit.chunk.span.start, candidate.highlight
    words = candidate.hit.text[light.start - base : light.end - base]
    return frozenset(f.family for f in profile(words, candidate.hit.chunk.language).facts if f.kind in VALUES)


def _says_anew(other: Scored, best: Scored, day: str, evidence: Evidence) -> bool:
    """Whether a paper of the same people has another value, though the reader is not sure.

    Read by itself, "the Rent shall be GBP 41,250" of an amendment does not tell of which lease.
    """
    a, b = (s.candidate.hit.document for s in (best, other))
    head = evidence.text(b)[:_HEAD]
    of_it = evidence.one_matter(a, b, unnamed=False) or day in full_days(head, other.candidate.hit.chunk.language)
    return of_it and other.score >= _ANEW


def _alike(other: Candidate, best: Candidate, asked: Asked) -> bool:
    """Whether a sentence shares a telling word with the best one or with the question; Korean ones are short."""
    wanted = frozenset(terms(asked.bare, asked.language)).union(terms(best.text, best.hit.chunk.language))
    shared = wanted.intersection(terms(other.text, other.hit.chunk.language))
    return any((len(term) >= _TELLING_TERM and not term[0].isdigit()) or HANGUL.match(term) for term in shared)


def _replaces(other: Scored, best: Scored) -> bool:
    """Whether a sentence names the very words that answer, and says that they were replaced or ended."""
    base = best.candidate.hit.chunk.span.start
    light = best.candidate.highlight
    words = " ".join(best.candidate.hit.text[light.start - base : light.end - base].split())
    said = " ".join(other.candidate.text.split())
    if len(words) < _TELLING or words not in said:
        return False
    return any(cue.kind == "state" for cue in cues(said, other.candidate.hit.chunk.language))


def _falling(day: str) -> int:
    return -int(day.replace("-", "")) if day else 0


def _distinct(choices: Sequence[Scored]) -> list[Scored]:
    """Choices that do not say the same words twice, nor overlap."""
    out: list[Scored] = []
    said: set[str] = set()
    for choice in choices:
        words = " ".join(choice.candidate.text.split()).casefold()
        if words not in said and not any(_overlap(choice, other) for other in out):
            out.append(choice)
        said.add(words)
    return out


def _overlap(a: Scored, b: Scored) -> bool:
    return a.candidate.hit.document == b.candidate.hit.document and a.candidate.span.overlaps(b.candidate.span)


def _put(kept: Sequence[Scored], composer: Composer, evidence: Evidence, language: str) -> None:
    """The quotes, each document's, or entry's, under a line that names it."""
    last = ("", "")
    bulleted = len(kept) > _QUOTES
    for choice in kept:
        citation = _cited(choice, "supported")
        day = evidence.entry_day(choice.candidate) or evidence.dated(citation.document)
        if (citation.document, day) != last:
            composer.plain(_states(citation.document, day, language))
            last = citation.document, day
        before, after = ("- “", "”") if bulleted else ("“", "”")
        composer.claim(citation.quote, [citation], line=True, before=before, after=after)


def _states(document: str, iso: str, language: str) -> str:
    if not iso:
        return say("states", language).format(document=document)
    return say("states_dated", language).format(document=document, date=spoken(iso, language))


def _cited(choice: Scored, label: str) -> Citation:
    c = choice.candidate
    verdict = Verdict(label, choice.score)  # type: ignore[arg-type]
    return citation_of(c.hit, c.span, verdict, highlight=c.highlight)


def _later(kept: Sequence[Scored], evidence: Evidence, language: str) -> list[str]:
    """Which of two documents is the later one, where both are about the same people."""
    documents = list(dict.fromkeys(s.candidate.hit.document for s in kept))
    days = [evidence.dated(d) for d in documents]
    if len(documents) < 2 or not all(days) or days[0] == days[-1]:
        return []
    if not evidence.one_matter(documents[0], documents[-1]):
        return []  # two persons are never two versions, nor two contracts of others
    first, last = (0, -1) if days[0] > days[-1] else (-1, 0)
    return [
        say("later", language).format(
            later=documents[first], later_date=spoken(days[first], language),
            earlier=documents[last], earlier_date=spoken(days[last], language),
        )
    ]  # fmt: skip
