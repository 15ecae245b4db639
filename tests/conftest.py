"""Tiny checkpoints of the real architectures, written to disk in the layout that their hub repositories have."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hypothesis
import pytest

# Of a run that decides whether a change is taken: the same examples each time, and no clock has a say. Other examples
# each time: `--hypothesis-profile=default`.
hypothesis.settings.register_profile(
    "house", deadline=None, derandomize=True, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("house")

# Tests run beside each other, one for each processor: threads that spin while they wait for work would take it from
# the others.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# keys and seals of tests are none of the user's
os.environ.setdefault("CASEFOLIO_HOME", tempfile.mkdtemp(prefix="casefolio-test-home-"))

TEXT = "the patient has pain in left knee denies fever query passage dose of warfarin contract shall pay fracture"
WORDS = TEXT.split()
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789.,:?-äöüß환자는두통이있다없좌측무릎"


@dataclass(frozen=True)
class Tiny:
    """A checkpoint on disk, and the model and tokenizer it was written from."""

    folder: Path
    model: Any
    tokenizer: Any


@pytest.fixture(scope="module")
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An empty cache folder for the tests of one file, so that tiny models do not pile up in the user's."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CASEFOLIO_CACHE", str(folder))
        yield folder


@pytest.fixture(scope="session")
def write_tiny() -> Callable[..., Tiny]:
    """A function `write(architecture, folder, seed=0, weights="safetensors")` that writes a checkpoint."""

    def write(architecture: str, folder: Path, seed: int = 0, weights: str = "safetensors") -> Tiny:
        import torch
        from safetensors.torch import save_file

        folder.mkdir(parents=True, exist_ok=True)
        tokenizer = _unigram() if architecture == "xlm-roberta" else _wordpiece(architecture)
        model = _model(architecture, tokenizer.get_vocab_size(), seed)
        (folder / "config.json").write_text(json.dumps(_config(architecture, model)), encoding="utf-8")
        tokenizer.save(str(folder / "tokenizer.json"))
        state = {name: tensor.contiguous() for name, tensor in model.state_dict().items()}
        if weights == "safetensors":
            save_file(state, folder / "model.safetensors", metadata={"format": "pt"})
        else:
            torch.save(state, folder / "pytorch_model.bin")
        return Tiny(folder, model, tokenizer)

    return write


@pytest.fixture(scope="session")
def write_modules() -> Callable[..., None]:
    """A function that writes the files of sentence-transformers beside a checkpoint, in the hub's older form."""

    def write(folder: Path, pooling: str, width: int, *, normalize: bool, window: int, prompts: dict[str, str]) -> None:
        kinds = ["Transformer", "Pooling", *(["Normalize"] if normalize else [])]
        paths = ["", "1_Pooling", "2_Normalize"]
        modules = [
            {"idx": i, "name": str(i), "path": paths[i], "type": f"sentence_transformers.models.{kind}"}
            for i, kind in enumerate(kinds)
        ]
        (folder / "1_Pooling").mkdir(exist_ok=True)
        modes = {"pooling_mode_cls_token": pooling == "cls", "pooling_mode_mean_tokens": pooling == "mean"}
        files = {
            "modules.json": modules,
            "1_Pooling/config.json": {"word_embedding_dimension": width, **modes},
            "sentence_bert_config.json": {"max_seq_length": window, "do_lower_case": False},
            "config_sentence_transformers.json": {"prompts": prompts, "default_prompt_name": None},
        }
        for name, content in files.items():
            (folder / name).write_text(json.dumps(content), encoding="utf-8")

    return write


def _model(architecture: str, vocabulary: int, seed: int) -> Any:
    import torch
    import transformers

    sizes = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 48}
    built = {
        "bert": lambda: transformers.BertModel(
            transformers.BertConfig(vocab_size=vocabulary, max_position_embeddings=160, **sizes)
        ),
        "distilbert": lambda: transformers.DistilBertModel(
            transformers.DistilBertConfig(
                vocab_size=vocabulary, max_position_embeddings=160, dim=32, n_layers=2, n_heads=4, hidden_dim=48
            )
        ),
        "xlm-roberta": lambda: transformers.XLMRobertaModel(
            transformers.XLMRobertaConfig(
                vocab_size=vocabulary, max_position_embeddings=162, type_vocab_size=1, layer_norm_eps=1e-5, **sizes
            )
        ),
        "mpnet": lambda: transformers.MPNetModel(
            transformers.MPNetConfig(vocab_size=vocabulary, max_position_embeddings=402, layer_norm_eps=1e-5, **sizes)
        ),
    }
    model = built[architecture]().eval()
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        # As far from their start values as trained weights are: with those, all texts would have nearly one vector.
        for name, parameter in model.named_parameters():
            noise = torch.randn(parameter.shape, generator=generator)
            scale = name.lower().replace("_", "").endswith("layernorm.weight")
            parameter.copy_(1 + 0.2 * noise if scale else 0.25 * noise)
    return model


def _config(architecture: str, model: Any) -> dict[str, Any]:
    config: dict[str, Any] = model.config.to_dict()
    if architecture == "distilbert":
        # As on the hub: called a BERT, with the keys of DistilBERT and a few of BERT's beside them.
        kept = ("activation", "dim", "hidden_dim", "max_position_embeddings", "n_heads", "n_layers", "vocab_size")
        config = {key: config[key] for key in kept}
        config |= {"architectures": ["BertModel"], "model_type": "bert", "hidden_size": 32, "num_attention_heads": 4}
        config |= {"pad_token_id": 0, "projection_dim": 16}
    return config


def _wordpiece(architecture: str) -> Any:
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    begin, end = ("<s>", "</s>") if architecture == "mpnet" else ("[CLS]", "[SEP]")
    unknown, pad = "[UNK]", "<pad>" if architecture == "mpnet" else "[PAD]"
    # Position of the padding as on the hub: MPNet counts positions from it.
    first = [begin, pad] if architecture == "mpnet" else [pad, begin]
    listed = [*first, end, unknown, *WORDS, *LETTERS, *(f"##{letter}" for letter in LETTERS)]
    vocabulary = {token: i for i, token in enumerate(dict.fromkeys(listed))}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token=unknown))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True, strip_accents=False)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    middle = f"{end}:0 {end}:0 $B:0 {end}:0" if architecture == "mpnet" else f"{end}:0 $B:1 {end}:1"
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{begin} $A {end}",
        pair=f"{begin}:0 $A:0 {middle}",
        special_tokens=[(begin, vocabulary[begin]), (end, vocabulary[end])],
    )
    tokenizer.add_special_tokens([pad, begin, end, unknown])
    # What hub files carry and a careful loader switches off.
    tokenizer.enable_truncation(64)
    tokenizer.enable_padding(length=64, pad_id=0, pad_token=pad)
    return tokenizer


def _unigram() -> Any:
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    specials = ["<s>", "<pad>", "</s>", "<unk>"]
    pieces = [*(f"▁{word}" for word in WORDS), "▁", *LETTERS]
    vocabulary = [(token, 0.0) for token in specials] + [(p, -float(5 + 5 * (len(p) < 3))) for p in pieces]
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=3))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    tokenizer.add_special_tokens(specials)
    return tokenizer


@dataclass(frozen=True)
class Ran:
    """How a command ended and what it wrote."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture(scope="session")
def rag() -> Callable[..., Ran]:
    """`rag(words…, cwd=None, VARIABLE=value…)` runs a command in this process.

    A process of its own loads the libraries and the encoder anew, which takes seconds. Tests about processes start one.
    """

    def run(*words: object, cwd: Path | None = None, **variables: str) -> Ran:
        from casefolio.cli import main

        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            for name, value in variables.items():
                patch.setenv(name, value)
            if cwd is not None:
                patch.chdir(cwd)
            try:
                status = main([str(word) for word in words])
            except SystemExit as end:  # of argparse
                status = end.code if isinstance(end.code, int) else 1
            for stream in (out, err):
                stream.flush()
        said = (stream.buffer.getvalue().decode("utf-8") for stream in (out, err))  # type: ignore[attr-defined]
        return Ran(status, *said)

    return run


@pytest.fixture(scope="session")
def linear_time() -> Callable[..., None]:
    """`linear_time(work, least, most)`: `work(most)` takes at most three times its share of what `work(least)` takes.

    Said of the processor's time, and of the best of a few tries: another process may have taken the caches.
    """

    def took(work: Callable[[int], object], size: int) -> float:
        began = time.process_time()
        work(size)
        return time.process_time() - began

    def check(work: Callable[[int], object], least: int, most: int) -> None:
        share = 0.0
        for _ in range(5):
            short = min(took(work, least), took(work, least))
            long = took(work, most)
            share = (long - 0.1) / max(short, 1e-4) / (most / least)
            if share < 3:
                return
        pytest.fail(f"{most // least} times the size took {share:.0f} times its share")

    return check


class Service:
    """A server in a process of its own."""

    def __init__(self, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "casefolio", "serve", *arguments, "--port", "0"],
            stderr=subprocess.PIPE, text=True, cwd=Path(__file__).parent.parent,
        )  # fmt: skip
        assert self.process.stderr
        self.said: list[str] = []
        for line in self.process.stderr:
            self.said.append(line)
            if line.startswith("listening on "):
                self.url = line.split()[-1]
                return
        raise AssertionError("".join(self.said))

    def stop(self, how: int = signal.SIGINT) -> str:
        self.process.send_signal(how)
        _, rest = self.process.communicate(timeout=300)
        return "".join(self.said) + rest


@pytest.fixture(scope="session")
def service_of() -> type[Service]:
    """`service_of("FOLDER", …)` starts `rag serve` on a free port; `url`, `stop()`."""
    return Service
