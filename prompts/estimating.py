"""How many tokens a text is for a model whose tokenizer is out of reach: counted by kinds of characters.

The rates stand in `token_rates.toml` with their errors, which are below a quarter on clinical and legal text in
English, German and Korean. A stretch that no language is (base64, keys) may be more tokens than it is told here.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

_PARTS = re.compile(
    r"(?P<latin>[A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff]+)"
    r"|(?P<hangul>[\uac00-\ud7a3\u1100-\u11ff\u3130-\u318f]+)"
    r"|(?P<digit>[0-9]+)"
    r"|(?P<line>[ \t]*[\n\r]\s*)"
    r"|(?P<blank>[ \t]+)"
    r"|(?P<mark>[!-/:-@\[-`{-~]+)"
    r"|(?P<han>[\u3040-\u30ff\u3400-\u9fff]+)"
    r"|(?P<other>[^A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff\uac00-\ud7a3\u1100-\u11ff\u3130-\u318f"
    r"0-9 \t\n\r!-/:-@\[-`{-~\u3040-\u30ff\u3400-\u9fff]+)"
)


@cache
def _table() -> tuple[dict[str, float], float]:
    found = tomllib.loads((Path(__file__).parent / "token_rates.toml").read_text("utf-8"))
    return found["rates"], float(found["margin"])


def margin() -> float:
    """Share by which the true number may be larger."""
    return _table()[1]


def parts(text: str) -> dict[str, int]:
    """How many of each of the things that `token_rates.toml` has a rate for."""
    n = dict.fromkeys(_table()[0], 0)
    for match in _PARTS.finditer(text):
        kind, found = match.lastgroup, match.group()
        if kind == "latin":
            n["latin_runs"] += 1
            n["latin_letters"] += len(found)
            n["latin_accents"] += 0 if found.isascii() else sum(c > "\x7f" for c in found)
            n["latin_capitals"] += sum(c.isupper() for c in found[1:])
        elif kind in ("hangul", "digit", "mark"):
            n[f"{kind}_runs"] += 1
            n["digits" if kind == "digit" else "marks" if kind == "mark" else "hangul_letters"] += len(found)
        elif kind == "line":
            n["line_ends"] += 1
        elif kind == "blank":
            n["wide_blanks"] += len(found) > 1
        elif kind == "han":
            n["han_letters"] += len(found)
        else:
            n["other_bytes"] += len(found.encode("utf-8", "surrogatepass"))
    return n


def estimate(text: str) -> int:
    """Tokens of a text, about; at least one for any text that is not empty."""
    if not text:
        return 0
    rates = _table()[0]
    return max(1, round(sum(rates[name] * count for name, count in parts(text).items())))
