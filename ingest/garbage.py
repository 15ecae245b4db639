"""Is a text layer what the page shows, or the codes of glyphs that nobody mapped to letters?"""

from __future__ import annotations

import re

_UNMAPPED = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ue000-\uf8ff\ufff0-\uffff]")
_CID = re.compile(r"\(cid:\d+\)")
_LATIN_WORD = re.compile(r"(?<![^\W\d_])[A-Za-z]{5,}(?![^\W\d_])")
_MUTE_WORD = re.compile(r"(?<![^\W\d_])(?:(?![aeiouyAEIOUY])[A-Za-z]){5,}(?![^\W\d_])")
_LEADERS = re.compile("[._–—·…□☐☑☒•-]+")


def is_garbage(text: str) -> bool:
    """Whether a page's text layer is unusable.

    One of: a fifth of it are unmapped, private-use or control characters; fewer than two in five characters are letters
    or digits; or it is Latin, and most longer words have no vowel (codes shifted against letters).
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
    mute = _MUTE_WORD.findall(text[:1_500])
    return len(mute) >= 5 and len(mute) > 0.6 * len(_LATIN_WORD.findall(text[:1_500]))
