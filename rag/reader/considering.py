"""From hits to the candidates that are weighed: read, guarded, joined with what belongs to them by structure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from casefolio.indexes.analyzers import terms
from casefolio.indexes.hit import Hit
from casefolio.ingest.document import Document, Span
from casefolio.ingest.identity import Identity
from casefolio.ingest.languages import all_of
from casefolio.ingest.meaning.moments import full_days, moments
from casefolio.reader.entries import entry_day
from casefolio.reader.families import Tables, in_month, joined, months_asked
from casefolio.reader.forms import Form, form_of
from casefolio.reader.guards import guarded, without_relatives, without_what_is_sought
from casefolio.reader.items import without_rows_of_others
from casefolio.reader.namesakes import without_lines_of_others, without_the_other_sex
from casefolio.reader.numbers_borne import Records
from casefolio.reader.other_patients import of_other_patients
from casefolio.reader.other_persons import OF_PARTIES, about_the_named, papers_of_law, people_in, under_their_names
from casefolio.reader.reading import Asked, Candidate, Model, best_of_passages, checked, read, read_alone
from casefolio.reader.signing import signatures
from casefolio.reader.versions import one_matter, people_of

_OF_COURTS = ("judgment", "order", "pleading")
_ANY_RECORD = Records()
_YEAR = len("2024")
_TITLES = 300  # characters at the head of a paper in which it names what it amends
_SHORTEST_TITLE = 6  # letters and digits of a title that tells one paper from another
_SIGNED = 12  # signatures of one passage that may answer


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of the documents that the hits come from.

    Attributes:
        identities: what they say they are, by path.
        dated: ISO day of a document by its path, or empty.
        document: a document by its path; None where only its passages are known.
    """

    identities: Mapping[str, Identity]
    dated: Callable[[str], str]
    document: Callable[[str], Document | None] = lambda _: None

    def text(self, path: str) -> str:
        """Text of a document by its path, empty where it is not known."""
        document = self.document(path)
        return document.text if document is not None else ""

    def entry_day(self, c: Candidate) -> str:
        """ISO day of the entry that a candidate stands in, where its document is notes that run on."""
        if c.hit.chunk.columns:
            return ""  # a table knows its days
        return entry_day(self.text(c.hit.document), c.span.start, c.hit.chunk.language)

    def has_a_patient(self, path: str) -> bool:
        """Whether a document, by its path, is about a patient and no paper of the law."""
        identity = self.identities.get(path)
        return identity is not None and identity.kind not in OF_PARTIES and bool(identity.values("patient"))

    def of_a_court(self, path: str) -> bool:
        """Whether a document, by its path, is a court's paper or a party's to a court; a contract decides nothing."""
        identity = self.identities.get(path)
        return identity is not None and identity.kind in _OF_COURTS

    def headings(self, c: Candidate) -> tuple[str, ...]:
        """Titles of the sections that a candidate stands in, as far as its document is known."""
        document = self.document(c.hit.document)
        if document is None:
            return c.hit.chunk.section
        return tuple(s.title for s in document.sections if s.span.start <= c.span.start < s.span.end)

    def one_person(self, a: Candidate, b: Candidate) -> bool:
        """Whether two candidates may speak of one patient: no two documents of different ones."""
        people = [people_of(self.identities.get(c.hit.document), "patient") for c in (a, b)]
        return a.hit.document == b.hit.document or not all(people) or bool(people[0] & people[1])

    def one_matter(self, a: str, b: str, unnamed: bool = True) -> bool:
        """Whether two documents, by their paths, are of the same people; `unnamed` where one names nobody."""
        return one_matter(self.identities.get(a), self.identities.get(b), unnamed)

    def names_the_title(self, a: str, b: str) -> bool:
        """Whether a document that names nobody has at its head the title of another, which no third one bears."""
        titles = {path: _title(identity) for path, identity in self.identities.items() if path != a}
        title, named = titles.get(b, ""), people_of(self.identities.get(a), "patient", "party")
        alone = list(titles.values()).count(title) == 1
        return bool(title) and alone and not named and title in _written(self.text(a)[:_TITLES])

    def of_strangers(self, a: str, b: str) -> bool:
        """Whether two documents both name patients or parties, and no word of any name is in both."""
        first, second = (people_of(self.identities.get(path), "patient", "party") for path in (a, b))
        return bool(first and second) and set(" ".join(first).split()).isdisjoint(" ".join(second).split())

    def of_others(self, a: str, b: str) -> bool:
        """Whether each of two documents names somebody whom the other has in no form: one landlord, two tenants."""
        first, second = (people_of(self.identities.get(path), "patient", "party") for path in (a, b))
        return _strangers(first, second) and _strangers(second, first)


def _title(identity: Identity) -> str:
    """A document's title as another one names it, without an ending for "paper"; empty for a single short word."""
    title = _written(identity.title)
    for ending in all_of("amendments", "title_endings"):
        title = title.removesuffix(ending)
    return title if len(title) >= _SHORTEST_TITLE else ""


def _written(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


def _strangers(some: frozenset[str], others: frozenset[str]) -> bool:
    """Whether one of some names shares no word with any of the others."""
    words = {word for name in others for word in name.split()}
    return len(some) > 1 and len(others) > 1 and any(words.isdisjoint(name.split()) for name in some)


@dataclass(frozen=True, slots=True)
class Considered:
    """The candidates that are weighed, and all that the guards let pass."""

    best: list[Candidate]
    passed: list[Candidate]


def considered(
    asked: Asked, hits: Sequence[Hit], evidence: Evidence, model: Model, records: Records = _ANY_RECORD
) -> Considered:
    """What the hits hold for a question.

    Args:
        asked: the question.
        hits: the passages to read, best first.
        evidence: of their documents.
        model: the reader.
        records: that the question means by their numbers.
    """
    form = form_of(asked.question, asked.language)
    everything = read(asked, hits, evidence.identities, model)
    known, law = people_in(evidence.identities), papers_of_law(evidence.identities)
    everything = about_the_named(asked.question, asked.names, everything, known, evidence.text, asked.language, law)
    others = of_other_patients(asked.question, asked.names, everything, evidence.identities, evidence.text)
    everything = [c for c in everything if c.hit.document not in others]
    everything = without_the_other_sex(asked.question, everything, evidence.identities, evidence.text)
    everything = without_lines_of_others(asked.question, asked.names, everything, evidence.identities, evidence.text)
    everything = under_their_names(asked.question, everything, evidence.text)
    everything = records.of(everything)
    if form.signed:
        papers = _of_the_time(asked, everything, evidence)
        signed = under_their_names(asked.question, _signed(papers, evidence), evidence.text)
        signed = best_of_passages(signed, _SIGNED)
        signed = read_alone(asked, signed, [c.header for c in signed], model)
        return Considered(checked(asked, signed, lambda c: c.header, model, many=True), everything)
    passed = let_pass(asked, form, everything, evidence)
    if form.addressed:
        passed = _unsigned(passed, evidence)
    if form.told:
        passed = _below_the_heading(asked, passed, evidence.identities)
    tables = Tables(evidence.document, evidence.dated)
    rows = joined(asked, form, passed, everything, tables, lambda cs, heads: read_alone(asked, cs, heads, model))
    rows = without_lines_of_others(asked.question, asked.names, rows, evidence.identities, evidence.text)
    rows = without_rows_of_others(asked, rows, tables)
    best = checked(asked, best_of_passages(rows), tables.header, model, form.many)
    best = [c if c.day else replace(c, day=evidence.entry_day(c)) for c in best]
    return Considered(_of_the_day(asked, best), passed)


def _of_the_day(asked: Asked, candidates: Sequence[Candidate]) -> list[Candidate]:
    """Candidates without rows and entries of other days than the one that a question names, where some are of it."""
    days = set(full_days(asked.question, asked.language))
    if not any(c.day in days for c in candidates):
        return list(candidates)
    return [c for c in candidates if not c.day or c.day in days]


def let_pass(asked: Asked, form: Form, candidates: Sequence[Candidate], evidence: Evidence) -> list[Candidate]:
    """Candidates that no guard of what is named, sought, or said of relatives holds back."""
    passed = guarded(asked, candidates)
    passed = without_what_is_sought(asked, form, passed, evidence.of_a_court, evidence.headings)
    return without_relatives(asked, form, passed, evidence.has_a_patient)


def _unsigned(candidates: Sequence[Candidate], evidence: Evidence) -> list[Candidate]:
    """Without signatures: who signed a paper is not to whom it went."""
    return [
        c
        for path, found in _by_document(candidates).items()
        for places in [_places(path, found, evidence)]
        for c in found
        if not any(c.span.overlaps(place) for place in places)
    ]


def _by_document(candidates: Sequence[Candidate]) -> dict[str, list[Candidate]]:
    out: dict[str, list[Candidate]] = {}
    for c in candidates:
        out.setdefault(c.hit.document, []).append(c)
    return out


def _places(path: str, found: Sequence[Candidate], evidence: Evidence) -> list[Span]:
    """Where a document is signed, as far as it or the passages found in it tell."""
    document = evidence.document(path)
    if document is not None:
        return signatures(document.text, document.language)
    hits = {c.hit.chunk.id: c.hit for c in found}.values()
    return [
        Span(s.start + h.chunk.span.start, s.end + h.chunk.span.start)
        for h in hits
        for s in signatures(h.text, h.chunk.language)
    ]


def _of_the_time(asked: Asked, candidates: Sequence[Candidate], evidence: Evidence) -> list[Candidate]:
    """Candidates of the papers of the month or year that the question names; all where none is of it."""
    months = months_asked(asked.question, asked.language)
    years = {m.start[:_YEAR] for m in moments(asked.question, asked.language) if m.kind == "year"}

    def meant(c: Candidate) -> bool:
        day = evidence.dated(c.hit.document)
        return bool(day) and (in_month(day, months) if months else day[:_YEAR] in years)

    return [c for c in candidates if meant(c)] or list(candidates)


def _signed(candidates: Sequence[Candidate], evidence: Evidence) -> list[Candidate]:
    """The signatures of the documents that were read, each with all that the reader saw in its passage.

    A document signed outside the passages that were found brings its signatures into the best one of them.
    """
    out: list[Candidate] = []
    for path, found in _by_document(candidates).items():
        document = evidence.document(path)
        for place in _places(path, found, evidence)[-_SIGNED:]:
            inside = [c for c in found if c.hit.chunk.span.contains(place)]
            base = max(inside or found, key=lambda c: (c.answers, c.margin))
            signed = base if inside else moved(base, document, place)
            if signed is not None:
                beside = inside or [base]
                margin, mass = max(c.margin for c in beside), min(1.0, sum(c.mass for c in beside))
                out.append(replace(signed, span=place, highlight=place, margin=margin, mass=mass))
    return out


def moved(candidate: Candidate, document: Document | None, place: Span) -> Candidate | None:
    """A candidate with a passage of its own at a place of its document."""
    if document is None:
        return None
    chunk = replace(candidate.hit.chunk, span=place, pages=(document.page_of(place.start),))
    return replace(candidate, hit=replace(candidate.hit, chunk=chunk, text=place.of(document.text)))


def _below_the_heading(
    asked: Asked, candidates: Sequence[Candidate], identities: Mapping[str, Identity]
) -> list[Candidate]:
    """Without title and letterhead, where the question asks what the paper of that title says.

    What the reader saw in them, it saw in the paper: it counts for what stands below.
    """
    wanted = set(terms(asked.bare, asked.language))
    titles: dict[str, Span] = {}
    passages: dict[str, list[Candidate]] = {}
    for c in candidates:
        said = set(terms(c.text, c.hit.chunk.language))
        if said and said <= wanted and (c.hit.document not in titles or c.span < titles[c.hit.document]):
            titles[c.hit.document] = c.span
        passages.setdefault(c.hit.chunk.id, []).append(c)
    out: list[Candidate] = []
    for found in passages.values():
        path = found[0].hit.document
        title, identity = titles.get(path), identities.get(path)
        below = [c for c in found if title is None or (c.span.start >= title.end and not _is_field(c, identity))]
        share, whole = sum(c.mass for c in below), sum(c.mass for c in found)
        if len(below) == len(found) or share <= 0:
            out += below
            continue
        margin = max(c.margin for c in found)
        out += [replace(c, mass=c.mass / share * whole, margin=margin) for c in below]
    return out


def _is_field(candidate: Candidate, identity: Identity | None) -> bool:
    """Whether a line says hardly more than what identifies its document: a case number, a date, a party."""
    fields = identity.fields if identity is not None else ()
    taken = sum(len(f.span) for f in fields if candidate.span.contains(f.span))
    return 2 * taken >= len(candidate.text.strip())
