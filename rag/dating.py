"""Days as a person writes them."""

from __future__ import annotations

from datetime import date


def spoken(iso: str, language: str) -> str:
    """An ISO date as a person of that language writes it: `3 April 2021`, `3.4.2021`, `2021년 4월 3일`."""
    day = date.fromisoformat(iso)
    if language == "de":
        return f"{day.day}.{day.month}.{day.year}"
    if language == "ko":
        return f"{day.year}년 {day.month}월 {day.day}일"
    months = "January February March April May June July August September October November December".split()  # noqa: SIM905
    return f"{day.day} {months[day.month - 1]} {day.year}"
