"""Sides that changed places."""

from __future__ import annotations

import pytest

from casefolio.ingest.meaning.exchanged_roles import exchanged_roles
from casefolio.ingest.meaning.facts import profile


@pytest.mark.parametrize(
    ("language", "claim", "quote", "expected"),
    [
        ("en", "The claimant pays the defendant 100 euros.", "The defendant shall pay the claimant 100 euros.", True),
        ("en", "The defendant pays the claimant.", "The defendant shall pay the claimant 100 euros.", False),
        ("en", "The claimant is paid by the defendant.", "The defendant shall pay the claimant.", False),
        ("en", "The Supplier delivers.", "The Supplier shall deliver to the Customer.", False),
        ("de", "Der Mieter zahlt dem Vermieter.", "Der Vermieter zahlt dem Mieter eine Entschädigung.", True),
        ("de", "Der Vermieter zahlt dem Mieter.", "Der Vermieter zahlt dem Mieter eine Entschädigung.", False),
        ("ko", "갑은 을에게 지급한다.", "을은 갑에게 대금을 지급하여야 한다.", True),
        ("ko", "을은 갑에게 지급한다.", "을은 갑에게 대금을 지급하여야 한다.", False),
        ("ko", "원고는 피고에게 지급하라.", "피고는 원고에게 47,000,000원을 지급하라.", True),
        ("en", "The applicant pays the respondent.", "The respondent shall pay the applicant.", True),
        ("de", "Der Antragsteller zahlt dem Antragsgegner.", "Der Antragsgegner zahlt dem Antragsteller.", True),
        ("ko", "신청인은 피신청인에게 지급한다.", "피신청인은 신청인에게 지급한다.", True),
        ("fr", "Le bailleur paie le locataire.", "Le locataire paie le bailleur.", True),
        ("fr", "Le bailleur est payé par le locataire.", "Le locataire paie le bailleur.", False),
    ],
)
def test_sides(language: str, claim: str, quote: str, expected: bool) -> None:
    assert bool(exchanged_roles(profile(claim, language), profile(quote, language))) is expected
