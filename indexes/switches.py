"""The parts of a search, each of which can be switched off to see what it gives (`benchmarks/ablation.py`)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Parts:
    """Which parts take part in a search; all of them, unless one is being measured.

    Attributes:
        naming: a question is read in two parts, which documents and what.
        names: fields of a document's identity count once more as its names.
        synonyms: terms from the data files are looked for too.
        compounds: German compounds find their parts and the other way round.
        marks: passages that hold a field of the identity are found by it.
        sparse: words count.
        dense: vectors count.
        feedback: the first round's best passages refine the question's vector.
        root: sparse scores are put under a square root.
        twins: a passage that contradicts the question is put behind its twin that agrees.
        repeats: the same words again step back.
    """

    naming: bool = True
    names: bool = True
    synonyms: bool = True
    compounds: bool = True
    marks: bool = True
    sparse: bool = True
    dense: bool = True
    feedback: bool = True
    root: bool = True
    twins: bool = True
    repeats: bool = True


ALL = Parts()
