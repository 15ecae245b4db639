"""Case folders of a training corpus as case sets: `rag eval run FOLDER` with `questions.tsv` in it.

The documents are copied beside, since what lies with the questions would be searched with them.
"""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from casefolio.eval.cases import AROUND, Case, CaseSet, Gold, fingerprint
from casefolio.eval.faults import Faults
from casefolio.indexes.encoders.cache import build_once, cache_folder
from casefolio.ingest.errors import RagError
from casefolio.training.corpus import CLAIMS, QUESTIONS, CaseFolder, Place, case_folders, read_case_folder


def is_corpus(path: Path) -> bool:
    """Whether a folder, or one below it, is a case folder."""
    return path.is_dir() and bool(case_folders(path))


def read_corpus(path: Path, faults: Faults) -> list[CaseSet]:
    """The case folders at or below a folder; what is wrong goes into `faults`."""
    found = []
    for folder in case_folders(path):
        try:
            read = read_case_folder(folder)
        except RagError as error:
            faults.add(str(folder), 0, "", str(error))
        else:
            found.append(_case_set(read))
    return found


def _case_set(read: CaseFolder) -> CaseSet:
    files = sorted(p for p in read.folder.iterdir() if p.is_file() and not p.name.startswith("."))
    sha256 = fingerprint(read.folder, files)
    documents = [p for p in files if p.name not in (QUESTIONS, CLAIMS)]

    def copy(place: Path) -> None:
        (place / "documents").mkdir(parents=True)
        for file in documents:
            shutil.copyfile(file, place / "documents" / file.name)

    place = build_once(
        cache_folder() / "corpus" / hashlib.sha256(f"{read.folder.resolve()} {sha256}".encode()).hexdigest(), copy
    )
    cases = tuple(
        Case(
            id=f"{read.name}.{q.id}",
            question=q.text,
            answerable=bool(q.gold),
            gold=tuple(_gold(read, p) for p in q.gold),
            answer=q.answer,
            group=f"{read.name}.{q.fact}",  # wordings of one fact stand and fall together
            language=next(iter(read.documents.values())).language,
        )
        for q in read.questions
    )
    return CaseSet(read.name, place, sha256, cases, tuple(sorted(p.name for p in documents)))


def _gold(read: CaseFolder, place: Place) -> Gold:
    text, span = read.documents[place.document].text, place.span
    before, after = text[max(0, span.start - AROUND) : span.start], text[span.end : span.end + AROUND]
    return Gold(place.document, span, span.of(text), before, after)
