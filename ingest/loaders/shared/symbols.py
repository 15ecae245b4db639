"""Characters of the Symbol and Wingdings fonts, and superscripts, as Unicode.

Word writes `µg` and ticked boxes with fonts whose code points mean nothing outside them; a superscript 9 in `10⁹/l`
that became a plain digit would make another number.
"""

from __future__ import annotations

_SYMBOL_RUNS = {
    0x22: "∀", 0x24: "∃", 0x27: "∋", 0x2A: "∗", 0x2D: "−", 0x40: "≅", 0x5C: "∴", 0x5E: "⊥",
    0xA1: "ϒ", 0xA2: "′", 0xA3: "≤", 0xA4: "⁄", 0xA5: "∞", 0xA6: "ƒ", 0xA7: "♣", 0xA8: "♦", 0xA9: "♥", 0xAA: "♠",
    0xAB: "↔", 0xAC: "←", 0xAD: "↑", 0xAE: "→", 0xAF: "↓", 0xB0: "°", 0xB1: "±", 0xB2: "″", 0xB3: "≥", 0xB4: "×",
    0xB5: "∝", 0xB6: "∂", 0xB7: "•", 0xB8: "÷", 0xB9: "≠", 0xBA: "≡", 0xBB: "≈", 0xBC: "…", 0xC5: "⊕", 0xC6: "∅",
    0xC7: "∩", 0xC8: "∪", 0xCE: "∈", 0xCF: "∉", 0xD0: "∠", 0xD1: "∇", 0xD2: "®", 0xD3: "©", 0xD4: "™", 0xD5: "∏",
    0xD6: "√", 0xD7: "⋅", 0xD8: "¬", 0xD9: "∧", 0xDA: "∨", 0xDB: "⇔", 0xDC: "⇐", 0xDD: "⇑", 0xDE: "⇒", 0xDF: "⇓",
    0xE5: "∑", 0xF2: "∫",
}  # fmt: skip
_GREEK = dict(
    zip(
        b"ABCDEFGHIKLMNOPQRSTUWXYZabcdefghiklmnopqrstuwxyzjvJV",
        "ΑΒΧΔΕΦΓΗΙΚΛΜΝΟΠΘΡΣΤΥΩΞΨΖαβχδεφγηικλμνοπθρστυωξψζϕϖϑς",
        strict=True,
    )
)
_WINGDINGS = {
    0x6C: "●", 0x6D: "❍", 0x6E: "■", 0x6F: "□", 0x70: "□", 0x71: "❑", 0x72: "❒", 0x73: "⬧", 0x74: "⧫", 0x75: "◆",
    0x76: "❖", 0x78: "☒", 0x9F: "•", 0xA1: "○", 0xA2: "○", 0xA4: "◉", 0xA7: "▪", 0xA8: "□", 0xD8: "➢", 0xDF: "←",
    0xE0: "→", 0xE1: "↑", 0xE2: "↓", 0xE8: "➔", 0xF0: "⇨", 0xFB: "✗", 0xFC: "✓", 0xFD: "☒", 0xFE: "☑",
}  # fmt: skip
_WINGDINGS2 = {0x4F: "✗", 0x50: "✓", 0x51: "☒", 0x52: "☑", 0x53: "☒", 0x54: "☒", 0x56: "⮾", 0x96: "•", 0xA3: "□"}
SUPERSCRIPTS = dict(zip("0123456789+-−=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱ", strict=True))
"""Characters that can be raised, and the raised ones."""


def symbol(font: str, code: int) -> str:
    """The character that `font` shows for `code` (with or without the private-use offset F000).

    A character that is not known becomes a replacement character, so that it is seen to be missing.
    """
    if 0xF000 <= code <= 0xF0FF:
        code -= 0xF000
    name = font.lower().replace(" ", "")
    if name == "symbol":
        return _SYMBOL_RUNS.get(code) or _GREEK.get(code) or (chr(code) if 32 <= code < 127 else "\ufffd")
    if name.startswith("wingdings2"):
        return _WINGDINGS2.get(code, "\ufffd")
    if name.startswith("wingdings") or name == "webdings":
        return _WINGDINGS.get(code, "\ufffd")
    return chr(code) if 32 <= code < 0xD800 or 0xE000 <= code < 0x110000 else "\ufffd"


def in_font(font: str, text: str) -> str:
    """`text` with the private-use characters of a symbol font as Unicode, and with that font's letters too."""
    whole = font.lower().startswith(("symbol", "wingdings", "webdings"))
    if not whole and not any("\uf000" <= c <= "\uf0ff" for c in text):
        return text
    used = font if whole else "Symbol"
    return "".join(symbol(used, ord(c)) if "\uf000" <= c <= "\uf0ff" or (whole and c != " ") else c for c in text)


def superscript(text: str) -> str:
    """`text` in superscript characters where each of its characters has one, else as it is."""
    stripped = text.strip()
    if stripped and all(c in SUPERSCRIPTS for c in stripped) and any(c.isdigit() or c == "n" for c in stripped):
        return "".join(SUPERSCRIPTS.get(c, c) for c in text)
    return text
