"""Types of answers: what a question word promises, and whether a sentence shows it."""

from __future__ import annotations

import re

_MONTHS = (
    r"jan(?:uary|uar|ner)?|feb(?:ruary|ruar)?|mar(?:ch)?|märz|apr(?:il)?|may|mai|june?|juni|july?|juli|aug(?:ust)?|sept?(?:ember)?|"
    r"o[ck]t(?:ober)?|nov(?:ember)?|de[cz](?:ember)?"
)
_DATE = (
    r"\b\d{1,2}[./-]\s?\d{1,2}[./-]\s?(?:\d{4}|\d{2})?(?!\d)|\b\d{4}[-./]\s?\d{1,2}[-./]\s?\d{1,2}|"
    rf"\b(?:{_MONTHS})\.?\s+\d{{1,2}}(?:st|nd|rd|th)?,?(?:\s+\d{{4}})?|\b\d{{1,2}}(?:\.|st|nd|rd|th)?(?:\s+day\s+of)?\s+(?:{_MONTHS})\b|"
    rf"\b(?:{_MONTHS})\.?,?\s+\d{{4}}|\d{{4}}\s?년|\d{{1,2}}\s?월\s?\d{{1,2}}\s?일|\b(?:1[89]|20)\d\d\b"
)
_NUMERAL = (
    r"(?:\d+(?:[.,]\d+)?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|thirty|sixty|ninety|twenty|"
    r"ein(?:e[nmrs]?)?|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|zwölf|vierzehn|dreißig)"
)
_DURATION = (
    rf"\b{_NUMERAL}\)?[\s-]+(?:\(\d+\)\s*)?(?:calendar |business |consecutive |full )?"
    r"(?:day|week|month|year|hour|minute|quarter|tag|woche|monat|jahr|stunde)\w*|"
    r"\d+\s?(?:일|주|개월|달|년|시간|분)\b|\d+\s?(?:일|주|개월|년|시간)(?:간|동안|이내|전|후)|"
    r"perpetual|indefinite|month[- ]to[- ]month|\b(?:annual|monthly|yearly|quarterly)\b|unbestimmte zeit"
)
_MONEY = (
    r"[$€£¥₩]\s?\d|\d[\d.,]*\s?(?:€|eur\b|euro|usd|dollars?|won\b|million|billion|원|만원|억)|"
    r"\b(?:eur|usd|rmb|gbp)\s?\d"
)
_NUMBER = (
    rf"\d|\b{_NUMERAL}\b|\b(?:half|dozen|none|hundred|thousand|million|percent|keine|viele)\b|"
    r"[한두세네]\s?(?:명|개|번|곳)"
)
_TITLE = (
    r"(?:\b(?:dr|prof|univ|pd|priv|oa|oä|med|dipl|mr|mrs|ms|herrn?|frau|chefarzt|oberarzt)\b\.?[ \t-]*(?:in\b\.?)?)+"
)
_PERSON = (
    rf"{_TITLE}\s*(?-i:[A-ZÄÖÜ])[\w'’.-]+|"
    r"(?-i:\b[A-ZÄÖÜ][\w'’-]+)\s+(?:(?-i:[A-Z])\.\s+|von\s+|de\s+|van\s+)?(?-i:[A-ZÄÖÜ][a-zäöüß'’-]+)|"
    r"(?-i:\b[A-Z]\.)\s?(?-i:[A-ZÄÖÜ][a-zäöüß]+)|[가-힣]{2,4}\s?(?:님|씨|교수|의사|과장|원장|박사|전문의|대표)|\b[가-힣]{2,4}(?:은|는|이|가)?\b"
)
_ORGANISATION = r"(?-i:\b[A-ZÄÖÜ][\w&.'-]+)|[가-힣]+(?:병원|센터|회사|원|부|청|법원|위원회|과)"
_PLACE = r"(?-i:\b[A-Z][a-z]+)|[가-힣]+(?:시|도|군|구|국|법)"
_DRUG = (
    r"\d\s?(?:mg|mcg|µg|㎎|g|ml|iu|ie|i\.e\.|units?|tab|tbl|정)\b|\d\s?-\s?\d\s?-\s?\d|"
    r"\b\w{4,}(?:ine?|ol|an|il|at|id|um|ab|cin|pril|sartan|statin|mab|zol|xaban|parin|mycin|cillin)e?\b|[가-힣]{3,}(?:정|린|틴|신|졸|탄|필|반)\b"
)
_DOSE = r"\d\s?(?:mg|mcg|µg|㎎|g|ml|iu|ie|i\.e\.|units?|tab|tbl|hub|puffs?|정|캡슐)\b|\d\s?-\s?\d\s?-\s?\d|%"
_PHONE = r"(?:\+?\d[\d\s()/.-]{6,}\d)"
_LIMIT = r"liab|damages|loss|\d"
_SIDE = (
    r"\b(?:left|right|bilateral\w*|both)\b|\b(?:link|recht)(?:s|e|es|er|en|em)\b|\b(?:links|rechts)\w+|beidseit\w*|beide[rn]?\b|"
    r"[좌우양]측|왼|오른|양쪽"
)
_SHARE = r"\d\s?(?:%|percent|per cent|prozent|퍼센트)|\b(?:half|third|quarter|hälfte|drittel|viertel|절반)\b|분의"

PATTERNS: dict[str, re.Pattern[str]] = {
    name: re.compile(pattern, re.IGNORECASE)
    for name, pattern in {
        "date": _DATE,
        "duration": _DURATION,
        "date_or_duration": f"{_DATE}|{_DURATION}|until|upon|bis ",
        "money": _MONEY,
        "number": f"{_NUMBER}",
        "person": _PERSON,
        "organisation": _ORGANISATION,
        "place": _PLACE,
        "drug": _DRUG,
        "dose": _DOSE,
        "phone": _PHONE,
        "limit": _LIMIT,
        "side": _SIDE,
        "share": _SHARE,
    }.items()
}

# The first that matches the question decides; a concept that names a kind goes before it.
_QUESTIONS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        (
            "side",
            r"\b(?:which|what) (?:side|hip|knee|leg|arm|eye|ear|lung|kidney|breast|shoulder|elbow|hand|foot)\b|"
            r"\bleft or right|\bwelche\w* (?:\w*seite|hüfte|knie|bein|arm|auge|ohr|niere|schulter|hand|fuß)\b|"
            r"links oder rechts|어느 ?쪽|좌측인|우측인",
        ),
        (
            "share",
            r"\b(?:what|which) (?:percentage|share|proportion)|how many percent|"
            r"welche\w* (?:\w*anteil|quote|prozentsatz)|wie ?viel prozent|몇 ?(?:퍼센트|프로|%)|비율",
        ),
        ("date_or_duration", r"\b(?:un)?till? (?:when|which (?:day|date))|\bbis (?:wann|zu welchem)|언제까지"),
        ("duration", r"\bhow (?:long|far ahead|soon)\b|\bwie lange\b|얼마 ?동안|며칠 ?(?:간|동안)|몇 (?:년|개월|일)"),
        (
            "date",
            r"\bwhen\b|\b(?:which|what|on which) (?:date|day|year)\b|\bwann\b|welche[mns]? (?:tag|datum|jahr)|"
            r"언제|날짜|몇 ?년",
        ),
        (
            "money",
            r"\bhow much (?:money|does|is|was)?.*\b(?:cost|pay|fee|price)|wie ?viel (?:geld|euro|kostet)|금액|얼마를",
        ),
        (
            "number",
            r"\bhow (?:many|much|old|often|large|high)\b|\bwie (?:viele?|hoch|oft|alt|groß|schwer)\b|wieviel|몇|얼마",
        ),
        ("person", r"\bwho(?:se|m)?\b|\bwe[rnm]\b|wessen|누구|누가"),
        ("place", r"\bwhere\b|\bwo\b|\bwohin\b|어디|어느 나라"),
    )
)
_YES_NO = re.compile(
    r"^(?:is|are|was|were|does|do|did|has|have|had|can|could|may|must|shall|should|will)\b|"
    r"^(?:ist|sind|war|waren|hat|haben|hatte|darf|dürfen|kann|können|muss|müssen|wird|wurde|gibt|soll|besteht|bestand|nimmt|leidet)\b|"
    r"(?:ㅂ|습|입|됩)니까\?*$|(?:나요|까요|가요|는가|인가)\?*$",
    re.IGNORECASE,
)
_WH_KO = re.compile("무엇|누구|누가|언제|어디|어떤|어느|얼마|몇|왜|어떻게|무슨")


def expected(question: str) -> str:
    """Type of answer that the question words promise, or an empty string."""
    return next((kind for kind, pattern in _QUESTIONS if pattern.search(question)), "")


# A second question in the same sentence: the first decides.
_FURTHER = re.compile(
    r",?\s(?:and|und)\s(?=(?:since|until|in|on|by|within|for|at|seit|bis|am|an|um|mit)?\s?"
    r"(?:when|what|which|how|where|who|wann|wie|wo|wer|welche\w*)\b)",
    re.IGNORECASE,
)
# What a question word asks for before all that its subject promises: "until when … rivaroxaban" is no drug.
_FIRST = frozenset({"date", "duration", "date_or_duration", "side", "share", "person"})
_TIMES = frozenset({"date", "duration", "date_or_duration", "number"})
_SUBJECTS = frozenset({"drug", "dose", "organisation", "place", "money", "limit"})


def wanted(question: str, of_concept: str) -> str:
    """Type of answer by the question's words and by the concept it asks for."""
    said = expected(_FURTHER.split(question)[0])
    if not of_concept or (said in _FIRST and of_concept in _SUBJECTS) or said in ("side", "share"):
        return said
    return of_concept


def shows(kind: str, text: str) -> bool:
    """Whether `text` holds something of that type; true for an unknown or empty type."""
    pattern = PATTERNS.get(kind)
    return pattern is None or pattern.search(text) is not None


def is_yes_no(question: str) -> bool:
    """Whether the question wants a yes or a no."""
    asked = question.strip()
    return _YES_NO.search(asked) is not None and _WH_KO.search(asked) is None


_MANY = re.compile(
    r"\b(?:all|every|list|which|what)\s+(?:of\s+)?(?:the\s+|his\s+|her\s+|their\s+|\w+\s+){0,2}"
    r"(?:medications|medicines|drugs|diagnoses|allergies|procedures|operations|findings|symptoms|parties|deadlines|obligations)\b|"
    r"\blist (?:all|the)\b|\bwelche\s+(?:\w+\s+){0,2}(?:medikamente|arzneimittel|diagnosen|allergien|eingriffe|befunde|"
    r"fristen|pflichten)\b|\balle\s+\w+en?\b|어떤 약(?:물|제)?들|모든|약물 ?목록|처방된 약|나열",
    re.IGNORECASE,
)


def is_many(question: str) -> bool:
    """Whether the question asks for a list."""
    return _MANY.search(question) is not None
