"""The few sentences that answers say by themselves, in the language of the question."""

from __future__ import annotations

from datetime import date

from casefolio.ingest.languages import DEFAULT, own, table


def say(key: str, language: str) -> str:
    """A sentence by its key; English where the language has none."""
    return own(language, "messages").get(key) or str(own(DEFAULT, "messages")[key])


def spoken(iso: str, language: str) -> str:
    """An ISO date as a person of that language writes it: `3 April 2021`, `3.4.2021`, `2021년 4월 3일`."""
    day = date.fromisoformat(iso)
    months = {number: name for name, number in reversed(table(language, "dates").get("months", {}).items())}
    name = months.get(day.month, "")
    return say("date", language).format(day=day.day, month=day.month, year=day.year, name=name)
