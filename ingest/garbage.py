"""Is a text layer what the page shows, or the codes of glyphs that nobody mapped to letters?"""

from __future__ import annotations

import re
from math import sqrt

_UNMAPPED = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ue000-\uf8ff\ufff0-\uffff]")
_CID = re.compile(r"\(cid:\d+\)")
_LATIN_WORD = re.compile(r"(?<![^\W\d_])[A-Za-z]{5,}(?![^\W\d_])")
_MUTE_WORD = re.compile(r"(?<![^\W\d_])(?:(?![aeiouyAEIOUY])[A-Za-z]){5,}(?![^\W\d_])")
_LEADERS = re.compile("[._–—·…□☐☑☒•-]+")

# Letters of English and German prose, in per cent, their mean: what languages in Latin letters share is that vowels
# and n, r, s, t are frequent, and j, q, x are not.
_FREQUENCY = dict(
    zip(
        "abcdefghijklmnopqrstuvwxyz",
        (7.3, 1.7, 2.9, 4.7, 15.1, 2.0, 2.5, 5.4, 7.3, 0.2, 1.1, 3.7, 2.5, 8.3, 5.1, 1.3, 0.1, 6.5, 6.8, 7.6, 3.6, 0.9,
         2.1, 0.1, 1.0, 0.6),
        strict=True,
    )
)  # fmt: skip
_ENOUGH = 120  # letters from which their frequencies say anything
_UNLIKE = 0.69  # cosine to these frequencies: prose has .9 and more, lists of codes .7


def is_garbage(text: str) -> bool:
    """Whether a page's text layer is unusable.

    One of: a fifth of it are unmapped, private-use or control characters; fewer than two in five characters are letters
    or digits; or it is Latin, and most longer words have no vowel, or its letters are
    as frequent as in no language that is written with them (codes shifted against letters).
    """
    solid = "".join(text.split())
    if len(solid) < 5:
        return False
    if _UNMAPPED.search(solid) and len(_UNMAPPED.findall(solid)) > 0.2 * len(solid):
        return True
    if "(cid:" in solid and 5 * len(_CID.findall(solid)) > 0.2 * len(solid):
        return True
    # Dots lead from a heading to its page number in a table of contents, lines stand for blanks in a form.
    plain = _LEADERS.sub("", solid[:1_000])
    if plain and sum(map(str.isalnum, plain)) < 0.4 * len(plain):
        return True
    if _is_shifted(text[:1_500]):
        return True
    mute = _MUTE_WORD.findall(text[:1_500])
    return len(mute) >= 5 and len(mute) > 0.6 * len(_LATIN_WORD.findall(text[:1_500]))


def _is_shifted(text: str) -> bool:
    """Whether Latin letters are as frequent as in no language: `WKH` for `the`, in a font whose codes are shifted."""
    folded = text.casefold()
    counts = {letter: folded.count(letter) for letter in _FREQUENCY}
    total = sum(counts.values())
    letters = sum(map(str.isalpha, text))
    if total < _ENOUGH or total < 0.8 * letters or len(set(text.split())) < 5:
        return False
    length = sqrt(sum(n * n for n in counts.values()) * sum(f * f for f in _FREQUENCY.values()))
    return sum(counts[c] * f for c, f in _FREQUENCY.items()) / length < _UNLIKE
