"""Reading pictures of pages: orientation, skew and language found out, then Tesseract, page by page.

The first readable page of a document settles its language; where a page comes out badly, turning it, straightening it
and the other languages are tried, and what Tesseract is surest of is kept.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np
from PIL import Image

from casefolio.ingest import limits, tesseract
from casefolio.ingest.language import detect_language
from casefolio.ingest.languages import DEFAULT, LANGUAGES, about
from casefolio.ingest.tesseract import Word

GOOD = 85.0
"""Mean confidence from which a page is taken as it is."""
POOR = 70.0
"""Mean confidence below which a page is tried in other positions."""
_SURE = 8.0  # of Tesseract's orientation confidence; pictures of one sentence stay near 3 when it is right
_NOISE = 30.0  # lines below this mean confidence are specks and drawings, not words
_LANGUAGES = {code: about(code)["ocr"] for code in LANGUAGES if "ocr" in about(code)}
_USUAL = _LANGUAGES[DEFAULT]  # reads other Latin writing but for its marks; another script it cannot read at all
_OTHERWISE = next(_LANGUAGES[code] for code in _LANGUAGES if about(code).get("ocr_for_latin"))
_SCRIPTS = [_LANGUAGES[code] for code in _LANGUAGES if "script" in about(code)]
_BY_SCRIPT = {name: _LANGUAGES[code] for code in _LANGUAGES for name in about(code).get("ocr_scripts", ())}


@dataclass(frozen=True, slots=True)
class Recognised:
    """What was read on a picture: the words, in order, for which languages, and the size of the upright picture.

    That picture is the one given, turned clockwise by `turn` degrees, then counter-clockwise by `angle`.
    """

    words: tuple[Word, ...]
    languages: str
    size: tuple[int, int] = (0, 0)
    turn: int = 0
    angle: float = 0.0

    @property
    def confidence(self) -> float:
        """Mean confidence of the characters, 0 to 100; 0 where there are none."""
        weight = sum(len(w.text) for w in self.words)
        return sum(w.confidence * len(w.text) for w in self.words) / weight if weight else 0.0

    @property
    def score(self) -> float:
        """How much was read with certainty: what the better of two readings has more of."""
        return sum(max(0.0, w.confidence - 50.0) * len(w.text) for w in self.words)

    @property
    def text(self) -> str:
        """The words, one after the other: enough to tell the language."""
        return " ".join(w.text for w in self.words)


class Ocr:
    """OCR of one document.

    Args:
        language: of the document as far as it is known, else `und`.

    Raises:
        MissingTool: where Tesseract, or the data for that language, is not installed.
    """

    def __init__(self, language: str = "und") -> None:
        self._languages = _LANGUAGES.get(language, "")
        if "script" not in about(language) and self._languages not in ("", *tesseract.installed()):
            self._languages = _USUAL
        tesseract.require(*(self._languages or _USUAL).split("+"))

    def read(self, image: Image.Image) -> Recognised:
        """Read one page.

        Args:
            image: of the page, in any position and mode, ideally at 200 to 300 dots per inch.

        Raises:
            MissingTool: where the data for the script of the page is not installed.
            ReadingError: where Tesseract fails on it or takes too long.
        """
        image = _grey(image)
        standing = tesseract.orientation(image)
        limits.beat()
        languages = self._languages
        if not languages and standing is not None and standing.script in _BY_SCRIPT:
            languages = _BY_SCRIPT[standing.script]
            tesseract.require(*languages.split("+"))
        turn = standing.turn if standing is not None and standing.confidence >= _SURE else 0
        image = turned(image, turn)
        best = _recognise(image, languages or _USUAL, turn)
        if best.confidence < POOR:
            suggested = [standing.turn] if standing is not None and standing.turn and not turn else [90, 180, 270]
            image, best = _try_positions(image, best, suggested)
        if best.words and best.confidence < GOOD:
            best = _try_straightened(image, best)
        if not languages:
            best = _try_languages(image, best)
        return _without_noise(best)

    def settle(self, recognised: Recognised) -> None:
        """Take the language of a page for the rest of the document."""
        if not self._languages and len(recognised.words) >= 20:
            self._languages = recognised.languages


def _recognise(image: Image.Image, languages: str, turn: int, angle: float = 0.0) -> Recognised:
    words = tesseract.words(image, languages)
    limits.beat()
    return Recognised(words, languages, image.size, turn, angle)


def _grey(image: Image.Image) -> Image.Image:
    """8-bit grey, what is transparent being white."""
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        colours = image.convert("RGBA")
        paper = Image.new("RGBA", colours.size, "white")
        image = Image.alpha_composite(paper, colours)
    return image.convert("L")


def turned(image: Image.Image, degrees: int) -> Image.Image:
    """`image` turned clockwise by a multiple of 90 degrees."""
    ways = {90: Image.Transpose.ROTATE_270, 180: Image.Transpose.ROTATE_180, 270: Image.Transpose.ROTATE_90}
    return image.transpose(ways[degrees]) if degrees in ways else image


def _try_positions(image: Image.Image, best: Recognised, turns: list[int]) -> tuple[Image.Image, Recognised]:
    """The reading in another position, where that is clearly better."""
    upright, turn = image, best.turn
    for degrees in turns:
        other = turned(image, degrees)
        recognised = _recognise(other, best.languages, (turn + degrees) % 360)
        if recognised.score > 1.2 * best.score and recognised.confidence > best.confidence:
            upright, best = other, recognised
    return upright, best


def _try_straightened(image: Image.Image, best: Recognised) -> Recognised:
    angle = skew(image)
    if abs(angle) < 0.5:
        return best
    straight = image.rotate(angle, Image.Resampling.BICUBIC, expand=True, fillcolor=255)
    return max(best, _recognise(straight, best.languages, best.turn, angle), key=lambda r: r.score)


def _try_languages(image: Image.Image, best: Recognised) -> Recognised:
    """The reading for the language that the words seem to be in, or for any other where they seem to be in none."""
    language = detect_language(best.text)
    wanted = [_LANGUAGES.get(language, _OTHERWISE)]
    doubtful = sum(len(w.text) for w in best.words if w.confidence < 60) > 0.12 * sum(len(w.text) for w in best.words)
    if doubtful:
        wanted += _SCRIPTS
    for languages in dict.fromkeys(wanted):
        if languages == best.languages or not set(languages.split("+")) <= tesseract.installed():
            continue
        if doubtful or languages == _LANGUAGES.get(language):
            best = max(best, _recognise(image, languages, best.turn), key=lambda r: r.score)
    return best


def _without_noise(recognised: Recognised) -> Recognised:
    kept: list[Word] = []
    for _, members in groupby(recognised.words, key=lambda w: w.line):
        line = list(members)
        if sum(w.confidence * len(w.text) for w in line) >= _NOISE * sum(len(w.text) for w in line):
            kept += line
    return replace(recognised, words=tuple(kept))


def skew(image: Image.Image) -> float:
    """Degrees by which to turn `image` counter-clockwise so that its lines run level, within 10 either way.

    Lines that run level give rows that are either full or empty, so the sum of squares of the row sums is largest.
    """
    small = image.copy()
    small.thumbnail((800, 800))

    def sharpness(angle: float) -> float:
        rows = 255.0 - np.asarray(small.rotate(angle, fillcolor=255), dtype=np.float32)
        return float(np.square(rows.sum(axis=1)).sum())

    coarse = max(np.arange(-10, 10.1, 1.0), key=sharpness)
    return float(max(np.arange(coarse - 1, coarse + 1.01, 0.25), key=sharpness))
