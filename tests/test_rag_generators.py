"""Real models behind real sockets: a tiny model made here, served over OpenAI's protocol, and run in process."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from casefolio.answering import answer_from_hits
from casefolio.generators import generator_from
from casefolio.generators.base import Limits, complete
from casefolio.generators.scripted import Scripted
from casefolio.indexes.hit import Hit
from casefolio.ingest.document import Chunk, Span
from casefolio.ingest.errors import GeneratorError
from casefolio.prompts.prompt import Prompt, answer_prompt

pytestmark = pytest.mark.filterwarnings("ignore")  # torch and LangChain warn about themselves

TEMPLATE = (
    "{% for m in messages %}<{{ m.role }}>{{ m.content }}</s>{% endfor %}"
    "{% if add_generation_prompt %}<assistant>{% endif %}"
)
QUICK = Limits(timeout_s=300, retries=2, backoff_s=0.01, output_tokens=12)
TEXT = "Apixaban 5 mg twice daily is continued."
ASKED = "What dose of apixaban is continued?"


def a_hit() -> Hit:
    chunk = Chunk("a", "a", Span(0, len(TEXT)), (1,), (), "en")
    return Hit(chunk, "a.txt", "0" * 64, TEXT, 1.0, 1)


def a_prompt(generator: Any) -> Prompt:
    return answer_prompt(
        "What is continued?", [a_hit()], language="en", counter=generator.counter(), window=generator.window, reserve=12
    )


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A causal model of two layers with random weights, its tokenizer trained on a few lines, and a chat template."""
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    folder = tmp_path_factory.mktemp("tiny")
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400, special_tokens=["</s>", "<pad>"], initial_alphabet=pre_tokenizers.ByteLevel.alphabet()
    )
    tokenizer.train_from_iterator([TEXT, "Question: what is continued? The sources say so."] * 4, trainer)
    fast = transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="</s>", pad_token="<pad>")
    fast.chat_template = TEMPLATE
    fast.model_max_length = 4096
    fast.save_pretrained(folder)
    torch.manual_seed(7)
    config = transformers.LlamaConfig(
        vocab_size=len(fast), hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=4,
        max_position_embeddings=4096, eos_token_id=0, pad_token_id=1, bos_token_id=None,
    )  # fmt: skip
    transformers.LlamaForCausalLM(config).save_pretrained(folder)
    return folder


class Server:
    """Speaks the chat completions protocol; what it does depends on the name of the model it is asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.requests: list[dict[str, Any]] = []
        self.failures = 0
        self.over = threading.Event()  # of who hangs
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.requests.append({**body, "key": self.headers.get("Authorization", "")})
                outer.answer(self, body)

            def log_message(self, *_: object) -> None: ...

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}/v1"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def pieces(self, body: dict[str, Any]) -> Iterator[str]:
        if body["model"] != "tiny":
            yield from ["Apixaban 5 mg ", "twice daily ", "is continued ", "[1]."]
            while body["model"] == "slow" and not self.over.wait(0.1):
                yield " It goes on."
            return
        model = generator_from(f"transformers:{self.folder}", limits=QUICK)
        assert model is not None
        system, user = (m["content"] for m in body["messages"])
        yield from model.stream(Prompt(system, user, (), (), "", "", 0, ""))

    def answer(self, handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        model = body["model"]
        if model == "refused" or (model == "busy" and self.failures < 2):
            self.failures += 1
            status = 401 if model == "refused" else 503
            handler.send_response(status)
            handler.send_header("Content-Length", "2")
            handler.end_headers()
            handler.wfile.write(b"{}")
            return
        if model == "hangs":
            self.over.wait()
            return
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        handler.end_headers()
        for number, piece in enumerate(self.pieces(body)):
            if model == "dies" and number == 2:
                handler.connection.close()
                return
            self.event(handler, {"content": piece, "role": "assistant"})
            if model == "stalls" and number == 1:
                self.over.wait()
                return
        self.event(handler, {}, "stop")
        handler.wfile.write(b"data: [DONE]\n\n")

    @staticmethod
    def event(handler: BaseHTTPRequestHandler, delta: dict[str, str], reason: str | None = None) -> None:
        choice = {"index": 0, "delta": delta, "finish_reason": reason}
        chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
        handler.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
        handler.wfile.flush()


@pytest.fixture(scope="module")
def server(tiny: Path) -> Iterator[Server]:
    pytest.importorskip("langchain_openai")
    made = Server(tiny)
    yield made
    made.over.set()
    made.http.shutdown()
    made.http.server_close()


def chat(server: Server, model: str, **limits: Any) -> Any:
    bounds = {"timeout_s": 300.0, "retries": 2, "backoff_s": 0.01, "output_tokens": 12, **limits}
    return generator_from(f"openai:{model}", server.url, limits=Limits(**bounds))


def test_the_local_model_streams_what_it_would_say_at_once(tiny: Path) -> None:
    model = generator_from(f"transformers:{tiny}", limits=QUICK)
    assert model is not None
    prompt = a_prompt(model)
    pieces = [p for p in model.stream(prompt) if p]
    assert len(pieces) > 1
    assert "".join(pieces) == complete(model, prompt)


def test_the_local_model_counts_with_its_own_tokenizer(tiny: Path) -> None:
    model = generator_from(f"transformers:{tiny}", limits=QUICK)
    assert model is not None
    counter = model.counter()
    assert counter.exact
    assert 0 < counter.count(TEXT) < len(TEXT)
    assert model.window == 4096


def test_closing_the_stream_stops_the_local_model(tiny: Path) -> None:
    model = generator_from(f"transformers:{tiny}", limits=Limits(output_tokens=2000, retries=0))
    assert model is not None
    stream = model.stream(a_prompt(model))
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    assert not [t for t in threading.enumerate() if t.name == "casefolio-generate"]


def test_the_local_model_keeps_its_time_out(tiny: Path) -> None:
    model = generator_from(f"transformers:{tiny}", limits=Limits(timeout_s=0.001, output_tokens=3000, retries=0))
    assert model is not None
    with pytest.raises(GeneratorError, match="longer than"):
        complete(model, a_prompt(model))


def test_a_missing_local_model_says_what_to_do(tmp_path: Path) -> None:
    pytest.importorskip("transformers")
    with pytest.raises(GeneratorError, match="no local model"):
        generator_from(f"transformers:{tmp_path}")


def test_the_served_model_says_the_same_as_the_local_one(server: Server, tiny: Path) -> None:
    local = generator_from(f"transformers:{tiny}", limits=QUICK)
    remote = chat(server, "tiny")
    prompt = a_prompt(remote)
    assert local is not None
    assert complete(remote, prompt).strip() == complete(local, prompt).strip()
    assert server.requests[-1]["stream"] is True
    assert [m["role"] for m in server.requests[-1]["messages"]] == ["system", "user"]


def test_a_served_answer_is_verified_like_any_other(server: Server) -> None:
    answer = answer_from_hits(ASKED, [a_hit()], language="en", generator=chat(server, "good"))
    assert answer.status == "supported"
    assert answer.citations[0].quote == TEXT
    assert answer.model == "openai:good"
    assert answer.prompt_sha256


def test_the_key_of_openai_is_not_sent_to_another_server(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-private")
    complete(chat(server, "good"), a_prompt(Scripted()))
    assert "sk-private" not in server.requests[-1]["key"]
    monkeypatch.setenv("CASEFOLIO_API_KEY", "own-key")
    complete(chat(server, "good"), a_prompt(Scripted()))
    assert server.requests[-1]["key"] == "Bearer own-key"


def test_a_busy_server_is_asked_again(server: Server) -> None:
    server.failures = 0
    assert "Apixaban" in complete(chat(server, "busy"), a_prompt(Scripted()))
    assert server.failures == 2


def test_retries_are_bounded(server: Server) -> None:
    server.failures = 0
    with pytest.raises(GeneratorError, match="gave no answer"):
        complete(chat(server, "busy", retries=1), a_prompt(Scripted()))


def test_a_refusal_is_not_repeated_and_names_the_key(server: Server) -> None:
    server.failures = 0
    with pytest.raises(GeneratorError, match="key"):
        complete(chat(server, "refused"), a_prompt(Scripted()))
    assert server.failures == 1


def test_a_server_that_hangs_is_given_up(server: Server) -> None:
    with pytest.raises(GeneratorError, match="time-out"):
        complete(chat(server, "hangs", timeout_s=0.5, retries=1), a_prompt(Scripted()))


@pytest.mark.parametrize("model", ["dies", "stalls"])
def test_a_server_that_breaks_off_costs_that_answer_alone(server: Server, model: str) -> None:
    settings = {"timeout_s": 3.0} if model == "stalls" else {}
    answer = answer_from_hits(ASKED, [a_hit()], language="en", generator=chat(server, model, **settings))
    assert answer.citations[0].quote == TEXT
    assert any("broke off" in note for note in answer.notes)
    good = answer_from_hits(ASKED, [a_hit()], language="en", generator=chat(server, "good"))
    assert good.status == "supported"


def test_nobody_listening_says_so() -> None:
    pytest.importorskip("langchain_openai")
    limits = Limits(timeout_s=300, retries=1, backoff_s=0.01)
    nobody = generator_from("openai:x", "http://127.0.0.1:9/v1", limits=limits)
    with pytest.raises(GeneratorError, match="server running"):
        complete(nobody, a_prompt(Scripted()))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["nonsense", "openai:", ":x", "no_such_provider:model"])
def test_names_that_mean_nothing_are_refused(name: str) -> None:
    pytest.importorskip("langchain")
    with pytest.raises(GeneratorError):
        generator_from(name)


def test_extractive_needs_no_generator() -> None:
    assert generator_from("extractive") is None
    assert generator_from(None) is None


def test_an_endless_model_is_cut() -> None:
    def endless() -> Iterator[str]:
        while True:
            yield "The patient is well and plays chess. "

    writer = Scripted(endless(), limits=Limits(retries=0, output_characters=2000))
    answer = answer_from_hits(ASKED, [a_hit()], language="en", generator=writer)
    assert not any(claim.written for claim in answer.claims)


def test_a_scripted_model_out_of_replies_says_so() -> None:
    with pytest.raises(GeneratorError, match="no reply left"):
        complete(Scripted(), a_prompt(Scripted()))


@pytest.mark.parametrize("model", ["good", "dies"])
def test_chat_streams_from_a_server_and_outlives_it(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], model: str
) -> None:
    import io
    import sys

    from casefolio.cli import main

    (tmp_path / "letter.txt").write_text(f"Letter\n\n{TEXT}\n", encoding="utf-8")
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{ASKED}\n{ASKED}\n"))
    arguments = ["chat", str(tmp_path), "--llm", f"openai:{model}", "--base-url", server.url]
    assert main(arguments) == 0
    out = capsys.readouterr()
    if model == "good":
        assert out.out.count(TEXT) == 2
        assert "[1] letter.txt, page 1" in out.out
    else:
        assert out.err.count("broke off") == 2


def test_ctrl_c_stops_the_answer_and_the_chat_goes_on(server: Server, tmp_path: Path) -> None:
    import signal
    import subprocess
    import sys

    (tmp_path / "letter.txt").write_text(f"Letter\n\n{TEXT}\n", encoding="utf-8")
    command = [sys.executable, "-m", "casefolio", "chat", str(tmp_path)]
    command += ["--llm", "openai:slow", "--base-url", server.url]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        bufsize=1,
        # a test run in the background of a shell inherits "ignore Ctrl-C"
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as chat:
        assert chat.stdin is not None
        assert chat.stdout is not None
        chat.stdin.write(f"{ASKED}\n")
        seen = ""
        while "continued" not in seen:
            piece = chat.stdout.read(1)
            assert piece, chat.stderr.read() if chat.stderr else ""
            seen += piece
        chat.send_signal(signal.SIGINT)
        try:
            _, said = chat.communicate(timeout=600)
        finally:
            chat.kill()
    assert chat.returncode == 0
    assert "stopped" in said


def test_an_interrupt_that_was_handled_is_no_end_by_signal(tmp_path: Path) -> None:
    import subprocess
    import sys

    (tmp_path / "letter.txt").write_text(f"Letter\n\n{TEXT}\n", encoding="utf-8")
    # strikes where an import makes a class from a string
    (tmp_path / "struck.py").write_text(
        "import sys, casefolio.asking\n"
        "from casefolio.cli import main\n"
        "casefolio.asking.stream = lambda *args, **kwargs: exec('raise KeyboardInterrupt')\n"
        "sys.exit(main(['chat', '.']))\n"
    )
    command = [sys.executable, "-m", "struck"]
    done = subprocess.run(command, cwd=tmp_path, input=f"{ASKED}\n", capture_output=True, text=True, timeout=600)
    assert done.stderr.strip().endswith("stopped")
    assert done.returncode == 0


@pytest.mark.parametrize("served", [True, False], ids=["openai", "transformers"])
def test_rag_ask_writes_with_a_model_on_a_terminal(served: bool, server: Server, tiny: Path, tmp_path: Path) -> None:
    import os
    import pty
    import subprocess
    import sys

    (tmp_path / "letter.txt").write_text(f"Letter\n\n{TEXT}\n", encoding="utf-8")
    model = ["--llm", "openai:said", "--base-url", server.url] if served else ["--llm", f"transformers:{tiny}"]
    command = [sys.executable, "-m", "casefolio", "ask", str(tmp_path), ASKED, *model, "--unsupported", "flag"]
    screen, terminal = pty.openpty()
    with subprocess.Popen(command, stdin=terminal, stdout=terminal, stderr=subprocess.PIPE) as asked:
        os.close(terminal)
        shown = b""
        while True:
            try:
                piece = os.read(screen, 4096)
            except OSError:  # the other end is closed
                break
            if not piece:
                break
            shown += piece
        said = asked.stderr.read().decode() if asked.stderr else ""
    os.close(screen)
    assert asked.returncode in (0, 3), said
    assert "Traceback" not in said
    if served:
        assert b"Apixaban 5 mg twice daily is continued" in shown
        assert b"letter.txt, page 1" in shown
