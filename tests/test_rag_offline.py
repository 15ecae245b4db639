"""No verb reaches another host without --llm, whatever variables are set and whatever a document links to.

Every attempt is listed twice: Python's own by an audit hook, those of libraries and programs by strace where it is
installed.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

pytestmark = pytest.mark.whole
SOURCE = Path(__file__).parent.parent
HOOK = """
import os, sys
def _hear(event, args):
    if event in ("socket.connect", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname"):
        where = args[1] if event in ("socket.connect", "socket.sendto") else args[0]
        with open(os.environ["HEARD"], "a") as file:
            file.write(f"{event} {where}\\n")
sys.addaudithook(_hear)
"""
# the tracer sends from a thread of its own, which may end with the process: it is waited for
SENT = """
import sys
from casefolio.cli import main
status = main()
from langchain_core.tracers.langchain import wait_for_all_tracers
wait_for_all_tracers()
sys.exit(status)
"""
STRACE = ["strace", "-f", "--seccomp-bpf", "-qq"]
LETTER = "Mr. Marlowe takes apixaban 3 mg twice daily. He was seen in March.\n"
LINKED = '<html><body><p>Mr. Marlowe takes apixaban 3 mg.</p><img src="http://192.0.2.1/x.png"></body></html>'
# what the machine of a user who works with such services may have set
SET = {
    "LANGSMITH_TRACING": "true", "LANGCHAIN_TRACING_V2": "true", "LANGSMITH_API_KEY": "key", "OPENAI_API_KEY": "key",
    "LANGSMITH_ENDPOINT": "http://192.0.2.2:80", "CI": "",
    # what another test left in this process, whose commands switch tracing off
    "LANGSMITH_TRACING_V2": "", "LANGCHAIN_TRACING": "",
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    root = tmp_path_factory.mktemp("offline") / "files"
    root.mkdir()
    (root / "a.txt").write_text(LETTER)
    (root / "page.html").write_text(LINKED)
    if shutil.which("soffice"):
        page = root.parent / "old.html"
        page.write_text(LINKED)
        profile = f"-env:UserInstallation={(root.parent / 'profile').as_uri()}"
        subprocess.run(["soffice", profile, "--headless", "--infilter=HTML (StarWriter)", "--convert-to",
                        "doc:MS Word 97", "--outdir", str(root), str(page)],
                       check=True, capture_output=True)  # fmt: skip
    return root


def attempts(words, tmp_path, program=("-m", "casefolio"), **more):
    """What a command tried to reach."""
    (tmp_path / "sitecustomize.py").write_text(HOOK)
    heard, traced = tmp_path / "heard", tmp_path / "traced"
    heard.touch()
    watched = [*STRACE, "-e", "trace=connect,sendto,sendmsg", "-o", str(traced)]
    command = [*(watched if shutil.which("strace") else []), sys.executable, *program, *map(str, words)]
    environment = {**os.environ, **SET, "HEARD": str(heard), "PYTHONPATH": f"{SOURCE}:{tmp_path}", **more}
    environment = {k: v for k, v in environment.items() if v}
    done = subprocess.run(
        command, capture_output=True, text=True, env=environment, timeout=600, check=False, cwd=tmp_path
    )
    assert "Traceback" not in done.stderr
    lines = heard.read_text().splitlines()
    lines += traced.read_text().splitlines() if traced.exists() else []
    found = [line for line in lines if line.startswith("socket.") or "AF_INET" in line]
    return done, [line for line in found if not re.search(r"AF_UNIX|127\.0\.0\.1|AF_UNSPEC", line)]


VERBS = [
    ("index", "F"), ("search", "F", "apixaban"), ("ask", "F", "How much apixaban?"),
    ("show", "F", "a.txt"), ("text", "F", "a.txt"), ("doctor", "F"), ("encoders", "list"),
    ("encoders", "check", "minilm"), ("annotate", "L"), ("verify", "L"), ("chat", "F"),
    ("eval", "run", "L", "--out", "O"),
]  # fmt: skip


# all of them in one process, which says on stdout how each ended
EACH = """
import json, os, sys
from casefolio.cli import main
for words in json.loads(sys.argv[1]):
    with open(os.environ["HEARD"], "a") as file:
        file.write(f"{words[0]}\\n")
    print("ended", words[0], main(words), flush=True)
"""


def test_no_verb_reaches_another_host(folder, tmp_path):
    lines = tmp_path / "lines.jsonl"
    lines.write_text(json.dumps({"id": "1", "text": LETTER, "claim": "He takes apixaban.", "quote": LETTER}))
    places = {"F": str(folder), "L": str(lines), "O": str(tmp_path / "out")}
    verbs = [[places.get(word, word) for word in words] for words in VERBS]
    done, tried = attempts([json.dumps(verbs)], tmp_path, ("-c", EACH))
    ended = [line.split()[1] for line in done.stdout.splitlines() if line.startswith("ended ")]
    assert ended == [words[0] for words in VERBS], done.stderr
    assert tried == [], (tmp_path / "heard").read_text()  # the lines are between the names of the verbs


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_a_picture_that_an_old_word_file_links_to_is_not_fetched(folder, tmp_path):
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    shutil.copy(folder / "old.doc", fresh)
    done, tried = attempts(["index", fresh, "--json"], tmp_path)
    assert json.loads(done.stdout)["read"] == 1
    assert tried == []


def test_libreoffice_follows_no_link_even_where_there_is_a_network(folder, tmp_path, monkeypatch):
    if shutil.which("soffice") is None or shutil.which("strace") is None:
        pytest.skip("needs LibreOffice and strace")
    code = (
        "import sys\nfrom pathlib import Path\n"
        "from casefolio.ingest.loaders.office import legacy\n"
        "from casefolio.ingest.loaders.shared.source import Source\n"
        "legacy._without_network = lambda: ()\n"
        "print(legacy.read_legacy(Source('old.doc', Path(sys.argv[1]).read_bytes())).text)\n"
    )
    traced = tmp_path / "traced"
    command = [*STRACE, "-e", "trace=connect", "-o", str(traced), sys.executable, "-c", code]
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    done = subprocess.run(
        [*command, str(folder / "old.doc")], capture_output=True, text=True, env=environment, check=True
    )
    assert "apixaban" in done.stdout
    assert "192.0.2.1" not in traced.read_text()


class _Model(BaseHTTPRequestHandler):
    """Answers like a server of OpenAI's protocol."""

    paths: ClassVar[list[str]] = []

    def do_GET(self):
        self.paths.append(self.path)
        self.send_error(404)

    def do_POST(self):
        self.paths.append(self.path)
        self.rfile.read(int(self.headers["Content-Length"]))
        piece = {
            "choices": [{"index": 0, "delta": {"content": "He takes apixaban 3 mg [1]."}, "finish_reason": "stop"}]
        }
        body = f"data: {json.dumps(piece)}\n\ndata: [DONE]\n\n".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass


@pytest.fixture
def model():
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Model)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    server.shutdown()
    server.server_close()


def test_with_a_model_on_this_machine_no_tracer_and_no_table_of_tokens_is_reached(folder, tmp_path, model):
    words = ["ask", folder, "How much apixaban does Mr. Marlowe take?", "--llm", "openai:gpt-4o", "--base-url", model]
    done, tried = attempts(words, tmp_path, TIKTOKEN_CACHE_DIR=str(tmp_path))
    assert "apixaban 3 mg" in done.stdout
    assert tried == []


def test_only_trace_lets_the_tracer_hear(folder, tmp_path, model):
    words = ["ask", folder, "How much apixaban does Mr. Marlowe take?", "--llm", "openai:gpt-4o", "--base-url", model]
    tracer = {"LANGSMITH_ENDPOINT": model.removesuffix("/v1"), "TIKTOKEN_CACHE_DIR": str(tmp_path)}
    for flags, heard in (([], False), (["--trace"], True)):
        _Model.paths.clear()
        for _ in range(4 if heard else 1):  # a tracer gives up where the machine is slow to answer it
            attempts([*words, *flags], tmp_path, ("-c", SENT), **tracer)
            if any("/runs" in path for path in _Model.paths):
                break
        assert any("/runs" in path for path in _Model.paths) == heard


def test_reports_are_off_before_the_library_is_loaded():
    code = (
        "import os, sys, casefolio.indexes; assert 'onnxruntime' not in sys.modules\n"
        "print(os.environ['ORT_DISABLE_TELEMETRY'])"
    )
    environment = {k: v for k, v in os.environ.items() if k != "ORT_DISABLE_TELEMETRY"} | {"PYTHONPATH": str(SOURCE)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.strip() == "1"
