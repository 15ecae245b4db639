"""Folders of one letter for fifty patients: does the right patient's letter come first?

    python benchmarks/namesakes.py [--folders 20] [--patients 50] [--seed 7]

Every letter of a folder has the same words but for name, birth date, side, dose and dates; some surnames are borne by
two patients. Each patient is asked about by name in three ways. Prints the share of questions whose first hit is the
right letter, per language.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from pathlib import Path

from rag.library import Library

FIRST = {
    "en": ["Alice", "Brian", "Clara", "Daniel", "Edith", "Frank", "Grace", "Henry", "Irene", "Jack", "Karen", "Liam", "Mona", "Neil", "Olive", "Peter", "Quinn", "Rosa", "Simon", "Tessa"],
    "de": ["Anna", "Bernd", "Carla", "Dieter", "Elke", "Fritz", "Gerda", "Horst", "Inge", "Jürgen", "Karla", "Ludwig", "Maria", "Norbert", "Olga", "Paul", "Rita", "Stefan", "Tanja", "Uwe"],
    "ko": ["민수", "서연", "지훈", "하은", "도윤", "예린", "준호", "수빈", "현우", "지민", "태양", "유진", "성민", "다은", "재현", "소영", "동욱", "미경", "영호", "은지"],
}
LAST = {
    "en": ["Abbott", "Barlow", "Carver", "Dalton", "Easton", "Fowler", "Garner", "Harlow", "Ingram", "Jarvis", "Keaton", "Lawson", "Mercer", "Norton", "Osborn", "Palmer", "Radley", "Sawyer", "Thorne", "Weston"],
    "de": ["Albers", "Brandt", "Conrad", "Decker", "Eggert", "Förster", "Grünwald", "Hübner", "Imhoff", "Jäger", "Köhler", "Lüders", "Möller", "Neuner", "Osterloh", "Pfeiffer", "Reuter", "Schäfer", "Thiele", "Weiß"],
    "ko": ["김", "이", "박", "최", "정", "강", "조", "윤", "장", "임", "한", "오", "서", "신", "권", "황", "안", "송", "류", "홍"],
}
LETTER = {
    "en": (
        "Riverbank Hospital, Department of Trauma Surgery\nDischarge Summary\n\nPatient: {name}\nDate of birth: {birth}\n"
        "Admitted: {admitted}   Discharged: {discharged}\n\nDiagnosis\nFracture of the {side} distal radius.\n\nHistory\n"
        "{title} {last} fell on the outstretched hand while walking home. There was no loss of consciousness. The patient has"
        " high blood pressure, otherwise no relevant history.\n\nFindings\nSwelling and pain over the {side} wrist. No"
        " neurovascular deficit. The radiograph shows an extra-articular fracture without dislocation.\n\nCourse\nThe wrist"
        " was treated in a cast for {weeks} weeks. Pain was controlled with ibuprofen. The control radiograph was"
        " satisfactory.\n\nMedication on discharge\nIbuprofen {dose} mg three times daily. Amlodipine 5 mg once daily.\n\n"
        "Follow-up in our clinic is arranged. Physiotherapy is recommended after removal of the cast.\n\n"
        "Yours sincerely\nDr. Helen Marsh\n"
    ),
    "de": (
        "Klinikum am See, Klinik für Unfallchirurgie\nEntlassungsbrief\n\nSehr geehrte Damen und Herren,\n\nwir berichten über"
        " {title} {name}, geb. am {birth}, stationär vom {admitted} bis {discharged}.\n\nDiagnose\nDistale Radiusfraktur"
        " {side}.\n\nAnamnese\n{title} {last} stürzte auf dem Heimweg auf die ausgestreckte Hand. Keine Bewusstlosigkeit."
        " Bekannt ist ein Bluthochdruck, sonst keine Vorerkrankungen.\n\nBefund\nSchwellung und Druckschmerz über dem"
        " Handgelenk {side}. Keine neurovaskulären Ausfälle. Das Röntgenbild zeigt eine extraartikuläre Fraktur ohne"
        " Dislokation.\n\nVerlauf\nRuhigstellung im Gips für {weeks} Wochen. Die Schmerzen wurden mit Ibuprofen behandelt."
        " Die Röntgenkontrolle war zufriedenstellend.\n\nMedikation bei Entlassung\nIbuprofen {dose} mg 1-1-1. Amlodipin 5 mg"
        " 1-0-0.\n\nWiedervorstellung in unserer Ambulanz. Nach Gipsabnahme wird Physiotherapie empfohlen.\n\n"
        "Mit freundlichen Grüßen\nDr. med. Helene Marsch\n"
    ),
    "ko": (
        "한강병원 정형외과\n퇴원요약\n\n환자명: {name}\n생년월일: {birth}\n입원일: {admitted}\n퇴원일: {discharged}\n\n진단\n{side}"
        " 원위 요골 골절\n\n병력\n{name} 님은 귀가 중 넘어지면서 손을 짚었다. 의식 소실은 없었다. 고혈압 외에 특이 병력은 없다.\n\n"
        "검사 소견\n{side} 손목에 부종과 압통이 있었다. 신경혈관 손상은 없었다. 방사선 사진에서 전위가 없는 관절외 골절이"
        " 관찰되었다.\n\n경과\n{weeks}주간 석고 고정을 하였다. 통증은 이부프로펜으로 조절하였다. 추적 방사선 사진은 양호하였다.\n\n"
        "퇴원 처방\n이부프로펜 {dose} mg 1일 3회, 암로디핀 5 mg 1일 1회\n\n외래에서 추적 관찰할 예정이다. 석고 제거 후 물리치료를"
        " 권한다.\n\n주치의: 문혜린\n"
    ),
}
ASKED = {
    "en": ("Which wrist did {name} break?", "When was {title} {last_and_first} discharged?", "How much ibuprofen does {name} take?"),
    "de": ("Welches Handgelenk hat sich {name} gebrochen?", "Wann wurde {title} {name} entlassen?", "Wie viel Ibuprofen nimmt {name} ein?"),
    "ko": ("{name} 환자는 어느 쪽 손목이 골절되었습니까?", "{name}님은 언제 퇴원했나요?", "{name} 환자의 이부프로펜 용량은?"),
}  # fmt: skip
SIDES = {"en": ("left", "right"), "de": ("links", "rechts"), "ko": ("좌측", "우측")}


def patients(language: str, n: int, rng: random.Random) -> list[dict[str, str]]:
    pairs = rng.sample([(f, s) for f in FIRST[language] for s in LAST[language]], n)
    return [person(language, first, last, rng) for first, last in pairs]


def person(language: str, first: str, last: str, rng: random.Random) -> dict[str, str]:
    year, month, day = rng.randint(1935, 2000), rng.randint(1, 12), rng.randint(1, 20)
    form = {"en": "{2}/{1}/{0}", "de": "{2}.{1}.{0}", "ko": "{0}년 {1}월 {2}일"}[language]
    name = f"{last}{first}" if language == "ko" else f"{first} {last}"
    return {
        "name": name,
        "last": last,
        "last_and_first": name,
        "title": {"en": rng.choice(("Mr.", "Mrs.")), "de": rng.choice(("Frau", "Herrn")), "ko": ""}[language],
        "birth": form.format(year, month, day),
        "admitted": form.format(2023, month, day),
        "discharged": form.format(2023, month, day + rng.randint(2, 8)),
        "side": rng.choice(SIDES[language]),
        "weeks": str(rng.randint(3, 6)),
        "dose": rng.choice(("200", "400", "600")),
    }


def measure(language: str, n: int, rng: random.Random) -> tuple[int, int]:
    """Questions asked, and those whose first hit is the right letter."""
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        people = patients(language, n, rng)
        for number, patient in enumerate(people):
            (root / f"{number:03}.txt").write_text(LETTER[language].format(**patient), "utf-8")
        with Library.open(root) as library:
            library.sync(encode=True)
            right = [
                (library.search(question.format(**patient), k=1) or [None])[0]
                for patient in people
                for question in ASKED[language]
            ]
        wanted = [f"{number:03}.txt" for number in range(n) for _ in ASKED[language]]
        return len(wanted), sum(
            hit is not None and hit.document == name for hit, name in zip(right, wanted, strict=True)
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folders", type=int, default=20)
    parser.add_argument("--patients", type=int, default=50)
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    rng = random.Random(args.seed)
    totals: dict[str, list[int]] = {}
    for number in range(args.folders):
        language = ("en", "de", "ko")[number % 3]
        asked, right = measure(language, args.patients, rng)
        total = totals.setdefault(language, [0, 0])
        total[0] += asked
        total[1] += right
        print(f"folder {number + 1}/{args.folders} {language}: {right}/{asked}", file=sys.stderr)
    print("| language | questions | right letter first |\n|---|---|---|")
    for language, (asked, right) in totals.items():
        print(f"| {language} | {asked} | {right / asked:.4f} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
