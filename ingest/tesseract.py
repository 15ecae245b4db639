"""The `tesseract` program: what is installed, and one run over one picture."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache

from PIL import Image

from casefolio.ingest import limits
from casefolio.ingest.errors import MissingTool, ReadingError
from casefolio.ingest.languages import every
from casefolio.ingest.text import canonical

_INSTALLED_WITH_IT = {"eng"}
_READ = {name for _, found in every("language") for name in found.get("ocr", "").split("+") if name}
PACKAGES = " ".join(["tesseract-ocr", *(f"tesseract-ocr-{name}" for name in sorted(_READ - _INSTALLED_WITH_IT))])
"""What Debian calls all that is needed for the languages that have a folder."""
HINT = f"install Tesseract: Debian packages {PACKAGES}"


@dataclass(frozen=True, slots=True)
class Word:
    """A word on a picture, its box in pixels from the upper left, and Tesseract's confidence, 0 to 100."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    confidence: float
    block: int
    line: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Orientation:
    """How far a picture has to be turned clockwise to stand upright, how sure that is, and in what script it is."""

    turn: int
    confidence: float
    script: str


@cache
def installed() -> frozenset[str]:
    """Names of the installed languages; empty where there is no Tesseract."""
    program = shutil.which("tesseract")
    if program is None:
        return frozenset()
    listed = subprocess.run([program, "--list-langs"], capture_output=True, text=True, timeout=30, check=False)
    return frozenset(line.strip() for line in listed.stdout.splitlines()[1:])


def require(*languages: str) -> None:
    """Make sure that Tesseract can read these languages.

    Raises:
        MissingTool: where it, or one of them, is not installed.
    """
    have = installed()
    if not have:
        raise MissingTool("Tesseract is not installed", HINT)
    missing = [language for language in languages if language not in have]
    if missing:
        packages = " ".join(f"tesseract-ocr-{language}" for language in missing)
        raise MissingTool(f"Tesseract lacks {', '.join(missing)}", f"install the Debian packages {packages}")


def words(image: Image.Image, languages: str) -> tuple[Word, ...]:
    """The words on an upright picture, in Tesseract's reading order.

    Args:
        image: 8-bit grey.
        languages: as Tesseract takes them, e.g. `kor+eng`.
    """
    table = _run(image, ["-l", languages, "--psm", "3", "tsv"])
    return tuple(word for line in table.splitlines()[1:] if (word := _word(line.split("\t"))) is not None)


def _word(columns: list[str]) -> Word | None:
    if len(columns) < 12 or columns[0] != "5" or not columns[11].strip():
        return None
    block, paragraph, line = (int(c) for c in columns[2:5])
    left, top, width, height = (int(c) for c in columns[6:10])
    text = canonical(columns[11].strip())
    right, bottom = left + width, top + height
    return Word(text, left, top, right, bottom, float(columns[10]), block, (block, paragraph, line))


def orientation(image: Image.Image) -> Orientation | None:
    """How a picture stands, or None where it has too few letters to tell, or the data for it is not installed."""
    if "osd" not in installed():
        return None
    try:
        report = _run(image, ["-l", "osd", "--psm", "0"])
    except ReadingError:
        return None
    values = dict(line.split(": ", 1) for line in report.splitlines() if ": " in line)
    if "Rotate" not in values:
        return None
    sure = float(values.get("Orientation confidence", 0))
    return Orientation(int(values["Rotate"]) % 360, sure, values.get("Script", ""))


def _run(image: Image.Image, arguments: list[str]) -> str:
    """What Tesseract prints for a picture.

    Raises:
        MissingTool: where it is not installed.
        ReadingError: where it fails or takes too long.
    """
    program = shutil.which("tesseract")
    if program is None:
        raise MissingTool("Tesseract is not installed", HINT)
    picture = b"P5 %d %d 255\n" % image.size + image.tobytes()
    # Its threads wait for each other more than they help; pages are read in parallel instead.
    environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    try:
        done = subprocess.run(
            [program, "stdin", "stdout", "--dpi", "300", *arguments],
            input=picture,
            capture_output=True,
            timeout=limits.SECONDS_OF_OCR,
            env=environment,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ReadingError(f"OCR took longer than {limits.SECONDS_OF_OCR:.0f} s") from error
    if done.returncode != 0:
        raise ReadingError(f"Tesseract ended with status {done.returncode}")
    return done.stdout.decode("utf-8", "replace")
