"""What who asks may wish for: one set of arguments, from the command line down to where the answer is made."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from casefolio.claim_gate import Unsupported
    from casefolio.generators.base import Generator
    from casefolio.prompts.prompt import PromptProfile


class Wishes(TypedDict, total=False):
    """Keyword arguments of asking.

    Attributes:
        generator: the model that phrases what was quoted.
        unsupported: with a model: what happens to sentences that no page supports: `drop`, `flag` or `keep`.
        as_of: ISO date; later documents are left out, and of two versions the one that held on that day answers.
        threshold: probability below which no sentence counts as an answer; the calibrated one by default.
        support_threshold: with a model: probability of support below which a sentence falls.
        prompt: with a model: `short` shows it the sentences that the reader chose, `full` whole passages.
    """

    generator: Generator | None
    unsupported: Unsupported
    as_of: str | None
    threshold: float | None
    support_threshold: float | None
    prompt: PromptProfile
