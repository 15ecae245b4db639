"""The ledger in words: what to look at first and the way out, then every file by folder."""

from __future__ import annotations

from typing import Any

from casefolio.cli.ledger_text import LONG, lines

TOOLS = {"tesseract": "reads scans: apt install tesseract-ocr"}


def file(path: str, status: str = "read", **more: Any) -> dict[str, Any]:
    return {"document": path, "status": status, "reason": "", "hint": "", "pages": [], "n_pages": 1, **more}


def page(number: int, source: str = "text", reason: str = "", confidence: float | None = None) -> dict[str, Any]:
    lacks = source == "unread" or reason.startswith("partly read")
    return {"page": number, "source": source, "reason": reason, "confidence": confidence, "lacks_text": lacks}


def said(*files: dict[str, Any], every: bool = False, tesseract: bool = True) -> list[str]:
    report = {"folder": "case", "index": "case/.rag", "encoder": "minilm", "contract": {"dimension": 384},
              "passages": 9, "with_vector": 7, "tools": {"tesseract": tesseract}, "files": list(files)}  # fmt: skip
    return list(lines(report, TOOLS, every=every))


def test_what_is_unread_comes_first_by_reason_and_folder_with_the_way_out() -> None:
    why = {"reason": "the PDF is encrypted", "hint": "give its password with --password"}
    told = said(
        file("a/ok.txt"),
        file("a/x.pdf", "unread", n_pages=0, **why),
        file("b/y.pdf", "unread", n_pages=0, **why),
        file("a/z.pdf", "unread", n_pages=0, **why),
        file("c/scan.pdf", "partly", pages=[page(1), *(page(n, "unread", "no text layer") for n in (2, 3, 7))]),
    )
    assert told[0] == "case: 5 documents: 1 read, 1 partly read, 3 not read; 9 passages, 2 still without a vector"
    first = told.index("Look at these first:")
    assert told[first + 1 : first + 6] == [
        "  3 × the PDF is encrypted → give its password with --password",
        "      a/: x.pdf, z.pdf",
        "      b/: y.pdf",
        "  1 × no text layer",
        "      c/: scan.pdf (pages 2-3, 7)",
    ]


def test_poor_ocr_and_words_left_out_are_worth_a_look() -> None:
    told = said(
        file("a.pdf", "ocr", pages=[page(1, "ocr", confidence=55.0), page(2, "ocr", confidence=95.0)]),
        file("b.pdf", notes=["2 words struck out left out"], hidden_characters=7),
    )
    assert "nothing is unread" in told
    at = told.index("Worth a look:")
    assert told[at + 1 : at + 4] == [
        "  a.pdf: OCR was unsure on page 1; compare with the picture",
        "  b.pdf: 2 words struck out left out",
        "  b.pdf: 7 characters that a reader cannot see were left out",
    ]


def test_a_missing_program_is_named_with_what_it_is_for() -> None:
    assert "tesseract is not installed; it reads scans: apt install tesseract-ocr" in said(tesseract=False)


def test_files_are_listed_by_folder_unless_they_are_many() -> None:
    few = said(file("b/2.txt", kind="letter", date="2024-01-02"), file("b/1.txt"), file("top.txt"))
    assert few[few.index("./") :] == [
        "./",
        "  read    top.txt  1 page",
        "b/",
        "  read    1.txt  1 page",
        "  read    2.txt  1 page",
        "            letter; 2024-01-02",
    ]
    many = [file(f"n/{n}.txt") for n in range(LONG + 1)]
    assert said(*many)[-1] == f"{LONG + 1} files and attachments; --all lists every one"
    assert f"  read    {LONG}.txt  1 page" in said(*many, every=True)


def test_a_partly_read_page_says_why() -> None:
    told = said(file("a.pdf", "partly", pages=[page(1, reason="partly read: a picture beside the text was not read")]))
    assert "  1 × partly read: a picture beside the text was not read" in told
