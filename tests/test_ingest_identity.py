from __future__ import annotations

import re
from dataclasses import replace

import pytest

from casefolio.ingest.document import Document, Page, Span
from casefolio.ingest.identity import identify, rules, without_overlong
from casefolio.ingest.identity.dating import document_day, labels
from casefolio.ingest.languages import LANGUAGES, own
from casefolio.ingest.meaning.moments import moments


@pytest.mark.parametrize(
    ("language", "rule"),
    [(language, rule) for language in LANGUAGES if own(language, "identity") for rule in rules(language)],
    ids=str,
)
def test_each_rule_finds_its_example(language, rule):
    before, _, rest = rule.example.partition("<<")
    value, _, after = rest.partition(">>")
    found = [m["value"].strip(" ,.") for m in rule.pattern.finditer(before + value + after)]
    assert value.strip(" ,.") in found


def document(text, language):
    return Document("id", "a.txt", "0" * 64, "text/plain", language, "", text, (Page(1, Span(0, len(text))),))


@pytest.mark.parametrize(
    ("text", "language", "day"),
    [
        (
            "# Clinic\n\n**Date of letter:** 26 September 2024\n**Re:** Ada Brome, born 4 February 1947\n",
            "en",
            "2024-09-26",
        ),
        ("# Court\n\n__Judgment handed down: 9 October 2024__\n", "en", "2024-10-09"),
        ("# Praxis\n\n**Datum:** 18.04.2024\nPatient: Ada Brom, *17.05.1949\n", "de", "2024-04-18"),
    ],
)
def test_a_day_in_bold_is_read_and_a_star_stays_a_birthday(text, language, day):
    assert document_day(document(text, language)) == day


def test_fields_point_at_what_they_say():
    text = "Discharge Summary\nPatient: Mary Poole\nAdmission: 3 May 2021\n\nSigned Dr. Hugo Lane"
    identity = identify(document(text, "en"))
    assert identity.kind == "discharge_letter"
    assert "Mary Poole" in identity.values("patient")
    assert "Hugo Lane" in identity.values("physician")
    for field in identity.fields:
        assert field.span.of(text) == field.value


def test_a_long_line_takes_linear_time():
    text = "Aa Bb " * 50_000
    assert identify(document(text, "en")).fields is not None


@pytest.mark.parametrize("language", ["en", "de", "ko"])
@pytest.mark.parametrize("piece", ["A", "A.", "Aa-", "1."])
def test_names_are_looked_for_in_linear_time_in_words_that_never_end(piece, language, linear_time):
    def look(size):
        for rule in rules(language):
            list(rule.pattern.finditer(without_overlong(piece * (size // len(piece)))))

    linear_time(look, 500, 4_000)


def test_a_word_too_long_for_a_name_hides_no_name_beside_it():
    text = f"{'A.' * 2000} Patient: Hazel Tunstall, born 04/07/1961"
    assert identify(document(text, "en")).values("patient") == ("Hazel Tunstall",)


@pytest.mark.parametrize("label", labels(), ids=lambda label: label.pattern.pattern[:40])
def test_a_label_is_looked_for_in_linear_time(label, linear_time):
    def look(size):
        for piece in (" ", "am ", "Xy   "):
            list(label.pattern.finditer(piece * (size // len(piece))))

    linear_time(look, 1_000, 8_000)


@pytest.mark.parametrize("label", labels(), ids=lambda label: label.pattern.pattern[:40])
def test_each_label_of_a_date_leads_to_its_example(label):
    before, _, rest = label.example.partition("<<")
    value, _, after = rest.partition(">>")
    language = "ko" if re.search("[가-힣]", before) else "de" if re.search(r"\d\.\d", value) else "en"
    expected = next(m.start for m in moments(value, language) if m.kind == "date")
    assert document_day(document(before + value + after, language)) == expected


@pytest.mark.parametrize(
    ("text", "language", "kind"),
    [
        ("District Court\nDistrict of Example\nORDER\nIt is hereby ordered that the motion is denied.", "en",
         "order"),
        ("CT of the chest\nTechnique: contrast\nFindings: no effusion\nImpression: normal", "en", "radiology_report"),
        ("Röntgen Thorax\nFragestellung: Pneumonie\nBeurteilung: kein Infiltrat", "de", "radiology_report"),
        ("Landgericht Neustadt\nIm Namen des Volkes\nUrteil\nTatbestand\nDie Klägerin verlangt", "de", "judgment"),
        ("대전지방법원\n판결\n주문\n원고의 청구를 기각한다.\n이유\n1. 원고는", "ko", "judgment"),
        ("복약 계획표\n약품명 | 용량 | 복용 시간 | 복용 이유\n메트포르민 | 850 mg | 아침 | 당뇨병", "ko", ""),
        ("Änderungsvereinbarung\nzum Dienstvertrag zwischen der Nord GmbH und Frau Sommer", "de", "amendment"),
        ("부동산임대차계약서\n임대인 정해림과 임차인 오승민은 다음과 같이 계약을 체결한다.", "ko", "agreement"),
        ("퇴원요약지\n환자: 김민수\n입원일: 2024년 1월 2일", "ko", "discharge_letter"),
        ("순환기내과 외래\nINR 3.0 이하 유지. 혈압 140 이하 목표.\n처방: warfarin", "ko", ""),
        ("Operative report\nPreoperative diagnosis: hernia\nSurgeon: Dr. Lane", "en", "operation_report"),
        ("The weather was fine.", "en", ""),
    ],
)  # fmt: skip
def test_kinds_are_told_by_whole_words(text, language, kind):
    assert identify(document(text, language)).kind == kind


def test_formulas_of_contracts_are_no_parties():
    text = 'WHEREAS, Northwind Ltd, a company ("Client"), and WHEREAS the Supplier agrees between WHEREAS and others'
    assert "Northwind Ltd" in identify(document(text, "en")).values("party")
    assert not any("WHEREAS" in party for party in identify(document(text, "en")).values("party"))


@pytest.mark.parametrize(
    ("text", "language", "name", "values"),
    [
        ("Patient: Eleanor Whitby Date of birth: 23 June 1988", "en", "patient", ("Eleanor Whitby",)),
        ("Patient: Erika Sommer Geburtsdatum: 23.06.1988", "de", "patient", ("Erika Sommer",)),
        ("등록번호 | 성명 | 채혈일시\n00412 | 박미순 | 2024-03-12", "ko", "patient", ()),
        ("임대차계약(이하 \"원계약\"이라 한다)을 강문호(이하 \"갑\")와 맺는다", "ko", "party", ("강문호",)),
        ("713호 최도운 (M/29) / 716호 최두진 (M/63)", "ko", "patient", ("최도운", "최두진")),
        ("수술기록지\nPt  최두진   0041-7730   M / 67", "ko", "patient", ("최두진",)),
        ("경과기록\n**최도운** / 0038-2214 / 작성: 임상강사", "ko", "patient", ("최도운",)),
        ("7번 bed 최두진님 (0041-7730)\n형님 최도운님은 투석환자 아님", "ko", "patient", ("최두진",)),
        ("최도운 0038-2214 M/70\n* 동생분(최두진) 도 같은 요일 외래", "ko", "patient", ("최도운",)),
        ("보호자 최도운님 연락처 010-4412-0930", "ko", "patient", ()),
        ("대표 전화\n상담실 1588-3390", "ko", "patient", ()),
        ("Montag, Dienstag, 03.04.2015", "de", "patient", ()),
        ("Blood Pressure 120 F\nAspirin Plus 75 M\nPurchase Price 20 M\nRoom Two 12 F", "en", "patient", ()),
        ("Berlin, Stand 07.06.1990\nKöln, Januar 05.03.2014\nLabor, Blut 05.03.2014", "de", "patient", ()),
        ("병동 302/F\n근로자 (남 3, 여 5)\n대상자 (여성 12명)\n체온 F/74", "ko", "patient", ()),
        ("Clinic 52\nSeen with 14 F patients", "en", "patient", ()),
        ("Sehr geehrte Frau Kollegin,\n\nwir berichten über Frau Sommer.", "de", "patient", ("Sommer",)),
        ("# SUPPLY AGREEMENT\n\nThis Supply Agreement (the \"Agreement\") is made between **Tarn Ltd.**, a company "
         "registered in England (the \"Supplier\"), and **Quill Clinics plc** (the \"Buyer\").", "en", "party",
         ("Tarn Ltd", "Quill Clinics plc")),
        ("zwischen\n\nGrün Immobilien KG, Hafenstraße 2, 26789 Leer (Vermieterin)\n\nund\n\nFrau Tomma Jans (Mieterin)",
         "de", "party", ("Grün Immobilien KG", "Tomma Jans")),
        ("판결\n원고    표진우\n피고    남궁설아\n변론종결    2025. 2. 13.", "ko", "party", ("표진우", "남궁설아")),
    ],
)  # fmt: skip
def test_names_end_where_the_next_field_begins(text, language, name, values):
    assert identify(document(text, language)).values(name) == values


@pytest.mark.parametrize(
    ("text", "language", "day"),
    [
        ("Patient: Ada Lorne\nDOB / MRN 02-Sep-1951 / 44719\nReported by Dr Gwen Ash, Pathologist, 15-Mar-2024", "en",
         "2024-03-15"),
        ("Date of birth\n3 May 1950\n\nNo other day is told.", "en", ""),
        ("환자: 김서연 (1969년 7월 12일생)\n소견 없음", "ko", ""),
        ("First Amendment to the Lease dated May 2, 2019\nThis Amendment is dated as of June 1, 2020.", "en",
         "2020-06-01"),
        ("Wir danken für Ihr Schreiben vom 3.4.2020.\nNeustadt, den 7.5.2021", "de", "2021-05-07"),
        ("AMENDMENT No. 1 TO THE SUPPLY AGREEMENT\n\ndated 20 March 2025\n\nThe parties entered into an Agreement on "
         "12 January 2024.", "en", "2025-03-20"),
        ("As agreed in the Lease\ndated 2 May 2019, the rent is due. Signed on 1 June 2020", "en", "2020-06-01"),
        ("Medikationsplan\ngeb. am: 12.03.1951\nausgedruckt von: Dr. Ada Lorenz, Deich 1, 26721 Emden\n"
         "ausgedruckt am: 05.05.2025", "de", "2025-05-05"),
        ("퇴원요약지\n입원일: 2025-04-17   퇴원일: 2025-04-25", "ko", "2025-04-25"),
        ("계약을 체결한다.\n\n제1조 목적\n\n2023년 12월 18일\n\n갑: 한빛병원", "ko", "2023-12-18"),
        # alone above the greeting: the letter's day, and not the stay's that it tells of
        ("Dr A Brown\n4 High Street\n\n12 March 2025\n\nDear Dr Brown,\n\nMr Holl was discharged on 11 March 2025.",
         "en", "2025-03-12"),
        ("Hauptstr. 4, 04177 Lindenau                    12.03.2025\n\nBetr.: Egon Hollmann, geb. 04.07.1948\n\n"
         "Sehr geehrte Frau Kollegin,\n\ner war vom 03.03. bis 11.03.2025 in unserer stationären Behandlung.",
         "de", "2025-03-12"),
        ("한빛병원\n\n2025년 3월 12일\n\n김 원장님께\n\n입원일: 2025-03-03   퇴원일: 2025-03-11", "ko", "2025-03-12"),
        ("Dr Claire Morel\n\n12 mars 2025\n\nMadame, chère consœur,\n\nM. Hollier est sorti le 11 mars 2025.", "fr",
         "2025-03-12"),
        ("Klinik\nAufnahme       03.03.2025\nEntlassung:    11.03.2025\n\nSehr geehrte Frau Kollegin,\n\nwir",
         "de", "2025-03-11"),
        ("Ward 4      DOB 4 July 1948\nAdmitted: 1 March 2025   Discharged: 11 March 2025\n\nDear Dr Brown,", "en",
         "2025-03-11"),
        ("Herrn Egon Hollmann\n04.07.1948\ngeb. 04.07.1948\n\nSehr geehrter Herr Kollege,\n\nEntlassung am 11.03.2025.",
         "de", "2025-03-11"),
        # in a column beside something else
        ("KREISKLINIK\n                     Lindenau, 14.03.2025  th/oe\n\nHerr Hollmann, stationär vom 27.02.2025 bis "
         "11.03.2025", "de", "2025-03-14"),
        ("Az. 53.2-2021    Lindenau, 22.11.21\nIhr Antrag vom 3.11.2021", "de", "2021-11-22"),
        ("Patientin      Holl Notburga, geb. 11.11.1971\nEntlassungsdatum 11.03.2025", "de", "2025-03-11"),
        ("Priestley & Orme\n23 October 2023                      File 23/0904\n\nDear Mr Holl,\n\nDischarged on "
         "3 May 2023", "en", "2023-10-23"),
        ("Dear Mr. Holl,                                  3 August 2018\n\nDate of visit: 1 June 2018", "en",
         "2018-08-03"),
        # not every date that is called one is the paper's
        ("Date of injury: 22 February 2023\n\nEmployee: Ada Holl\nDate prepared: 1 March 2023", "en", "2023-03-01"),
        ("Date of death: 30 December 2013", "en", ""),
        ("The Expiration Date is extended from 31 August 2025 to 31 August 2030.", "en", ""),
        ("Date of clinic: 3rd June 2019\nDate of letter: 10th June 2019", "en", "2019-06-10"),
        ("Date of op: 6th March 2025      Theatre 4", "en", "2025-03-06"),
        ("Datum des Unfalls: 3.4.2021\nDatum des Berichts: 5.6.2021", "de", "2021-06-05"),
        ("Datum der Einlieferung: 3.4.2021", "de", ""),
        ("Bericht\nDatum: 5.6.2021", "de", "2021-06-05"),
        ("사고 날짜: 2021. 4. 3.", "ko", ""),
        ("진술서\n날짜: 2021. 6. 5.", "ko", "2021-06-05"),
        ("출생 일시: 2020년 2월 29일 오전 4시", "ko", ""),
        ("제18기 이사회 의사록\n일시: 2023년 10월 19일 15시   장소: 본점", "ko", "2023-10-19"),
        ("퇴실기록      출력 08.09. 03:17", "ko", ""),
        ("Dear Dr Brown,\nDischarge       3 August 2018 \nDictated 9 August 2018", "en", "2018-08-09"),
    ],
)  # fmt: skip
def test_a_document_has_its_own_date_and_no_other(text, language, day):
    assert identify(document(text, language)).day == day


@pytest.mark.parametrize(
    ("day", "language", "greeting", "stay"),
    [
        ("12 March 2025", "en", "To whom it may concern", "Discharged on 11 March 2025"),
        ("12.03.2025", "de", "Lieber Herr Kollege,", "Entlassungsdatum 11.03.2025"),
        ("12.03.2025", "de", "Werte Kollegin,", "Entlassungsdatum 11.03.2025"),
        ("12.03.2025", "de", "Guten Tag Frau Brandis,", "Entlassungsdatum 11.03.2025"),
        ("2025년 3월 12일", "ko", "한빛의원 원장 귀하", "퇴원일: 2025-03-11"),
        ("2025년 3월 12일", "ko", "한빛의원 귀중", "퇴원일: 2025-03-11"),
        ("2025년 3월 12일", "ko", "안녕하십니까. 회신 드립니다.", "퇴원일: 2025-03-11"),
        ("12 mars 2025", "fr", "Cher confrère,", "Sorti le 11 mars 2025"),
    ],
)
def test_each_greeting_has_the_day_of_the_letter_above_it(day, language, greeting, stay):
    assert document_day(document(f"{day}\n\n{greeting}\n\n{stay}.", language)) == "2025-03-12"
    assert document_day(document(f"{day}\n\n{stay}.", language)) == "2025-03-11"


@pytest.mark.parametrize(
    ("path", "day"),
    [
        ("letters/2021-04-03_Arztbrief.pdf", "2021-04-03"),
        ("Befund 03.04.2021.docx", "2021-04-03"),
        ("CT 21.05.24.pdf", "2024-05-21"),
        ("scan_20210403.pdf", "2021-04-03"),
        ("report 05-04-2021.pdf", ""),
        ("invoice 20219999.pdf", ""),
    ],
)
def test_a_date_in_the_name_counts_where_the_text_has_none(path, day):
    plain = replace(document("A note without any day.", "en"), path=path)
    assert document_day(plain) == day
    told = replace(document("Report date: 1 May 2020", "en"), path=path)
    assert document_day(told) == "2020-05-01"


def test_what_the_header_of_a_mail_states_goes_first():
    mail = replace(
        document("Report date: 1 May 2020", "en"),
        media_type="message/rfc822",
        metadata=(("date", "Tue, 04 Jun 2024 10:00:00 +0200"),),
    )
    assert document_day(mail) == "2024-06-04"


@pytest.mark.parametrize(
    ("text", "language", "people"),
    [
        # what a list, a day or a formula puts before and behind a name is none of it
        ("3. The Plaintiff gives undertakings.", "en", ()),
        ("PARTICULARS OF CLAIM\n\n1. The Claimant owns the beds.", "en", ()),
        ("The meter is read between 22 and 6 o'clock.", "en", ()),
        ('The term ends on 19 May 2015 (the "Expiry").', "en", ()),
        ('4.1 Stroudwater Membranes, Inc. ("Stroudwater") delivers.', "en", ("Stroudwater Membranes, Inc",)),
        ('3M Filters Ltd (the "Seller") delivers.', "en", ("3M Filters Ltd",)),
        ('Fjordwing AS (the "Seller") delivers.', "en", ("Fjordwing AS",)),
        ("Hollow Lane Cattery Ltd\nDefendant", "en", ("Hollow Lane Cattery Ltd",)),
        ("Patient: Beryl Antrobus DOB 3 May 1950", "en", ("Beryl Antrobus",)),
        ("Dear Mrs Crake, You were seen today.", "en", ("Crake",)),
        ("Pt: Ines Friday", "en", ("Ines Friday",)),
        ("Dear Mr Hall,\nFollowing our call I write to confirm.", "en", ("Hall",)),
        ("Landlord: Harbor Point Ltd\nTenant: Freya Nilsson\nAddress: 4 Quay Street", "en",
         ("Harbor Point Ltd", "Freya Nilsson")),
        ("MOTOR ACCIDENT REPORT\nClaimant: Joanne Tickell", "en", ("Joanne Tickell",)),
        ("Disc prolapse between L4 and L5, open between Monday and Friday, since between March and May.", "en", ()),
        ("The Court Orders Defendant to pay.", "en", ()),
        ("Physician Name: Karen Mbeki\nInsurance Name: Aetna\nPatient Name: Ann Lee", "en", ("Ann Lee",)),
        ("Re: Invoice 445", "en", ()),
        ("Re: Notice of Termination", "en", ()),
        ("Patient DOB: 14/02/1950", "en", ()),
        ("We saw Mr J Smith and Mrs A. B. Jones.", "en", ("J Smith", "A. B. Jones")),
        ("Sehr geehrter Herr Kolb,\nVielen Dank für Ihr Schreiben.", "de", ("Kolb",)),
        ("Vermieter: Grünhof KG\nMieter: Max Rehbein\nAnschrift: Holzweg 9", "de", ("Grünhof KG", "Max Rehbein")),
        ("Beschwerden zwischen März und Mai, zwischen L4 und L5.", "de", ()),
        ("Herrn\nMag. Lukas Feurstein", "de", ("Lukas Feurstein",)),
        ("당뇨병 환자의 관리. 고혈압 환자는. 뇌졸중 환자.", "ko", ()),
        ("진단서\n환자의 성명: 배정자", "ko", ("배정자",)),
        ("의사 성명: 한지원", "ko", ()),
        ("중환자실 F/74", "ko", ()),
        ("operiert durch Herrn OA Dr. Selcuk Baykurt", "de", ()),
        ("Herr Assistenzarzt Kluge war dabei.", "de", ()),
        ("Frau Theda Brömse, Ihre Mutter", "de", ("Theda Brömse",)),
        ("Herr Baldur Freitag kam zur Aufnahme.", "de", ("Baldur Freitag",)),
        ("zwischen dem 10. und 21. Tag", "de", ()),
        ("zwischen 22 und 6 Uhr", "de", ()),
        ("신청인: 2022년 2월 28일입니다.", "ko", ()),
        ("원고: 31,640,000원의 잔대금", "ko", ()),
    ],
)  # fmt: skip
def test_people_and_parties_are_names_only(text, language, people):
    assert identify(document(text, language)).values("patient", "party") == people


@pytest.mark.parametrize(
    ("text", "language", "day"),
    [
        ("Injury Date: 08/14/2022\nPatient: Joan Tickell\nReport Date: 11/02/2022", "en", "2022-11-02"),
        ("Admission Date: 2 June 2024\nDischarge Date: 17 June 2024\nDate of letter: 18 June 2024", "en", "2024-06-18"),
        ("Expiry Date: 2 May 2026\nDate of issue: 18 June 2024", "en", "2024-06-18"),
        ("Start Date: 1 July 2024\nEnd Date: 30 June 2025\n\nThis Agreement is made on 18 June 2024", "en",
         "2024-06-18"),
        ("Due date: 2 January 2025\nInvoice date: 3 December 2024", "en", "2024-12-03"),
        ("18 June 2024\n\nDear Dr Whit\n\nMr Hallam reported a fall on 3 March 2024.", "en", "2024-06-18"),
        ("18 June 2024\n\nDear Dr Whit\n\nWe decided to admit him for surgery on 12 August 2024.", "en", "2024-06-18"),
        ("SECOND AMENDMENT\n\nWHEREAS Landlord and Tenant are parties to a Lease Agreement dated March 15, 2018;\n\n"
         "IN WITNESS WHEREOF executed this Amendment on September 1, 2021.", "en", "2021-09-01"),
        ("FIRST AMENDMENT TO OFFICE LEASE DATED MARCH 15, 2018\n\nThis First Amendment is entered into on "
         "September 1, 2021.", "en", "2021-09-01"),
        ("18 June 2024\n\nDear Dr Whit\n\nI enclose a report dated 2 May 2024 from Leeds.", "en", "2024-06-18"),
        ("I, HERBERT CASTLE, revoke my will dated May 5, 2010.\n\nDated this 21st day of June, 2021.", "en",
         "2021-06-21"),
        ("2023년 5월 1일자 계약을 2024년 4월 30일 해지합니다.\n2024년 4월 15일", "ko", "2024-04-15"),
        ("변경합의서\n원계약 체결일: 2020년 3월 5일\n\n위 계약을 변경한다.\n\n2023년 7월 1일", "ko", "2023-07-01"),
        ("제1심 판결선고 2022. 9. 1.\n판결선고 2024. 4. 15.", "ko", "2024-04-15"),
        ("계약일로부터 30일 이내인 2024. 4. 11.까지 지급한다.\n2024. 3. 12.", "ko", "2024-03-12"),
        ("다음 검사일: 2024-09-12\n작성 2024-03-12", "ko", "2024-03-12"),
        ("1970. 3. 11. 출생\n2024. 3. 12.", "ko", "2024-03-12"),
        ("생년월일(양력) 1966. 7. 24.\n2024. 4. 15.", "ko", "2024-04-15"),
        ("유효기간 2026. 3. 11.\n2024. 3. 12.", "ko", "2024-03-12"),
        ("김하나는 2023년 12월 1일 수술받은 분입니다\n의뢰일자 2024년 1월 9일", "ko", "2024-01-09"),
        ("Praxis Lind\n\nTermin am Montag, den 17.06.2024, 10:00 Uhr\n\nKöln, 03.05.2024", "de", "2024-05-03"),
        ("Wie besprochen, am 17.06.2024 Kontrolle.\nKöln, 03.05.2024", "de", "2024-05-03"),
        ("Gegen den Vertrag, den die Parteien am 3.5.2019 unterschrieben, klagt er.\n\nKöln, 03.05.2024", "de",
         "2024-05-03"),
        ("Zahnarztpraxis\nTermin am Donnerstag, 17.06.2024\nKöln, 03.05.2024", "de", "2024-05-03"),
        ("Ich, Ernst Haberl, am 07.07.1951 in Linz geboren, erteile Vollmacht.\n\nLinz, am 5.12.2023", "de",
         "2023-12-05"),
        ("Lease expires 31 May 2026\n\nSigned at Hull, 18 June 2024", "en", "2024-06-18"),
        ("Insured person\nDate of loss 3 May 2021\nValid until 3 May 2026", "en", ""),
        ("arbeitsunfähig seit 30.09.2024\nvoraussichtlich bis 07.10.2024\nfestgestellt am 01.10.2024", "de",
         "2024-10-01"),
        ("Garantieschein\nGültig bis 31.12.2026", "de", ""),
        ("Our ref AB12\nDate: 18 June 2024\n\nDear Mr Hall\n\nExam date: 2 May 2024", "en", "2024-06-18"),
        ("An den Vorstand der Alpha AG\nDatum: 03.05.2024\n\nUnfalldatum 01.02.2024", "de", "2024-05-03"),
        ("Köln, 03.05.2024\n\nBetreff: Urteil vom 08.11.2022, Az. 4 O 231/21\n\nSehr geehrter Herr Kolb,", "de",
         "2024-05-03"),
        ("BESCHLUSS\nDie Beschwerde gegen Beschluss vom 01.02.2024 wird verworfen.\nWien, am 3.5.2024", "de",
         "2024-05-03"),
        ("Kündigung\n\nMietvertrag vom 01.03.2018\n\nHiermit kündige ich.\n\nKöln, 03.05.2024", "de", "2024-05-03"),
        ("Aufnahme-Datum: 01.05.2024\nEntlass-Datum: 02.05.2024\nBrief-Datum: 03.05.2024", "de", "2024-05-03"),
        ("Date of birth: 17/09/1982\nDate: 03/10/2024", "en", "2024-10-03"),
        ("Seen 09/17/2024\nDate: 03/10/2024", "en", "2024-03-10"),
        ("18 June 2024\n\nDear Mr Hall\n\nThe payment was made in error on 2 May 2024.", "en", "2024-06-18"),
        ("Die Ehe wurde geschlossen am 04.05.1999.\nKöln, 03.05.2024", "de", "2024-05-03"),
        ("Das Lager ist geschlossen und öffnet am 01.07.2024.\nKöln, 03.05.2024", "de", "2024-05-03"),
        ("Untersuchung vom 08.05.2023\nBefundet am 09.05.2023 durch Dr. Krahe", "de", "2023-05-09"),
        ("Verhandelt zu Oldenburg am 28. März 2019\nVor mir, dem Notar Dr. Harms", "de", "2019-03-28"),
        ("THIS POWER OF ATTORNEY is given this 30th day of July 2024 by EDITH MALLORY.", "en", "2024-07-30"),
    ],
)  # fmt: skip
def test_days_of_other_things_are_not_the_papers_own(text, language, day):
    assert document_day(document(text, language)) == day


@pytest.mark.parametrize(
    ("text", "language", "physicians"),
    [
        ("123 Main Street, Baltimore, MD 21201", "en", ()),
        ("Dear Dr Stone,\nMany thanks", "en", ("Stone",)),
        ("Dr. Kolb Oberarzt", "de", ("Kolb",)),
        ("담당의: 전공의 하정민\n주치의: 내과 박상준\n작성자: 간호사 김미정", "ko", ("하정민", "박상준", "김미정")),
    ],
)
def test_physicians_are_names_only(text, language, physicians):
    assert identify(document(text, language)).values("physician") == physicians


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("John Carter\n04.05.1951\n\nClinic note\n\nHeight 180 cm.\n", ""),
        ("Frau Gerda Vogt 03.04.1960\n\nVisite\n\nGewicht 70 kg.\n", ""),
        ("Anna Keller (F) 17/8/1955\n\nNote\nPulse 70.\n", ""),
        ("박민지 1951.05.04\n\n진료 기록\n체중 51 kg\n", ""),
        ("John Carter\n12 March 2024\n\nClinic note\n", "2024-03-12"),
        ("Clinic note\n04.05.1998\n\nHeight 180 cm.\n", "1998-05-04"),
        ("Lease\n\nThe rent is 400.\n\nThe parties agree.\n\nEnd.\n\nHull, 4 May 1999\nJohn Carter\n", "1999-05-04"),
    ],
)
def test_a_day_beside_a_name_that_is_as_old_as_a_grown_person_is_its_birthday(text: str, day: str) -> None:
    language = "ko" if "체중" in text else "de" if "Visite" in text else "en"
    document = Document("0" * 12, "a.txt", "0" * 64, "text/plain", language, "", text, (Page(1, Span(0, len(text))),))
    assert document_day(document) == day
