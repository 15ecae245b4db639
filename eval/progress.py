"""How far an evaluation is and how long it will take: one line on a terminal, nothing anywhere else."""

from __future__ import annotations

import sys
import time
from typing import TextIO

EVERY_S = 0.2


class Progress:
    """A line that is written over. The time left comes from the cases of this process alone: resumed ones are free."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = sys.stderr if stream is None else stream
        self._shown = self._stream.isatty()
        self._last = 0.0
        self._width = 0

    def say(self, text: str) -> None:
        """Shows what is being done now."""
        self._write(text)

    def step(self, label: str, done: int, total: int, began: float, first: int) -> None:
        """Shows a bar.

        Args:
            label: set and configuration.
            done: cases done, those of an earlier run included.
            total: all cases.
            began: `time.monotonic()` when this process took up its first case.
            first: cases that were done by then.
        """
        now = time.monotonic()
        if now - self._last < EVERY_S and done < total:
            return
        self._last = now
        here = done - first
        left = "" if not here else f"  {duration((now - began) / here * (total - done))} left"
        filled = 20 * done // max(total, 1)
        self._write(f"{label}  {'█' * filled}{'░' * (20 - filled)}  {done}/{total}{left}")

    def clear(self) -> None:
        """Takes the line away."""
        self._write("")

    def _write(self, text: str) -> None:
        if not self._shown:
            return
        self._stream.write("\r" + text + " " * max(0, self._width - len(text)) + ("\r" if not text else ""))
        self._stream.flush()
        self._width = len(text)


def duration(seconds: float) -> str:
    """Seconds as people say them."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
