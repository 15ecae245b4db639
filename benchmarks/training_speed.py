"""Steps per second of `rag train encoder` and of sentence-transformers: same pairs, base, batch, loss.

    python benchmarks/training_speed.py PAIRS.jsonl [--batch 64] [--mini 16] [--steps 10] [--device cpu]

Both train all layers with the embeddings of words held still, dropout .1, AdamW, cached softmax at temperature .05;
on a GPU both compute in bfloat16. Both read texts of at most 128 and 256 tokens.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from contextlib import nullcontext
from pathlib import Path

import numpy as np

from casefolio.training.base import Reading, open_base
from casefolio.training.batching import make_batch
from casefolio.training.encoder import default_device, optimizer_of
from casefolio.training.pairs import Pair, read_pairs
from casefolio.training.recipes import recipe
from casefolio.training.steps import backward, sides_and_loss
from casefolio.training.tower import Tower


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pairs", type=Path)
    parser.add_argument("--base", default="multilingual-e5-small")
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--mini", type=int, default=16)
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--device", default="")
    args = parser.parse_args()
    device = args.device or default_device()
    pairs = read_pairs(args.pairs)
    if len(pairs) < args.batch * args.steps:
        pairs = pairs * (args.batch * args.steps // len(pairs) + 1)
    pairs = pairs[: args.batch * args.steps]
    print(json.dumps(measure(pairs, args.base, args.batch, args.mini, args.steps, device)))


def measure(pairs: list[Pair], base: str, batch: int, mini: int, steps: int, device: str) -> dict[str, object]:
    # the first steps of each warm it up; ours and theirs in turn, the best of two
    ours, theirs = [], []
    for _ in range(2):
        ours.append(our_rate(pairs, base, batch, mini, steps, device))
        theirs.append(their_rate(pairs, base, batch, mini, steps, device))
    return {
        "device": device_name(device),
        "batch": batch,
        "mini_batch": mini,
        "ours_steps_a_second": round(max(ours), 4),
        "sentence_transformers": round(max(theirs), 4),
        "ratio": round(max(ours) / max(theirs), 3),
    }


def device_name(device: str) -> str:
    import torch

    return (
        torch.cuda.get_device_name() if device.startswith("cuda") else f"processor, {torch.get_num_threads()} threads"
    )


def our_rate(pairs: list[Pair], name: str, batch: int, mini: int, steps: int, device: str) -> float:
    import torch

    chosen = recipe("miracle", batch=batch, mini_batch=mini, passage_tokens=256)
    base = open_base(name, chosen)
    tower, reading = Tower(base.passages, base.profile.pooling, device), Reading(base, chosen)
    optimizer = optimizer_of([tower], chosen)
    tower.model.train()
    began = 0.0
    for step in range(steps):
        if step == 1:
            began = time.perf_counter()
        rows = pairs[step * batch : (step + 1) * batch]
        sides, loss_of = sides_and_loss(make_batch(rows, chosen, 0, step), chosen, reading, (tower, tower))
        optimizer.zero_grad(set_to_none=True)
        backward(sides, loss_of, mini, step)
        torch.nn.utils.clip_grad_norm_([p for p in tower.model.parameters() if p.grad is not None], 1.0)
        optimizer.step()
    if device.startswith("cuda"):
        torch.cuda.synchronize()
    return (steps - 1) / (time.perf_counter() - began)


def their_rate(pairs: list[Pair], name: str, batch: int, mini: int, steps: int, device: str) -> float:
    """Their model, collating and cached loss in a bare loop: what their trainer does for a step, and nothing beside."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.losses import CachedMultipleNegativesRankingLoss

    with tempfile.TemporaryDirectory() as folder:
        write_sentence_transformer(Path(folder) / "base", name)
        model = SentenceTransformer(str(Path(folder) / "base"), device=device)
    model.max_seq_length = 256
    model.train()
    model[0].auto_model.embeddings.word_embeddings.weight.requires_grad_(False)
    loss_of = CachedMultipleNegativesRankingLoss(model, mini_batch_size=mini)
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=2e-5)
    half = device.startswith("cuda")
    began = 0.0
    for step in range(steps):
        if step == 1:
            began = time.perf_counter()
        rows = pairs[step * batch : (step + 1) * batch]
        sides = [[f"query: {r.query}" for r in rows], [f"passage: {r.positive[0]}" for r in rows]]
        features = [{k: v.to(device) for k, v in model.tokenize(side).items() if hasattr(v, "to")} for side in sides]
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast("cuda", torch.bfloat16) if half else nullcontext():
            loss = loss_of(features, None)
            loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
    if half:
        torch.cuda.synchronize()
    return (steps - 1) / (time.perf_counter() - began)


def write_sentence_transformer(folder: Path, name: str) -> None:
    """The same base as sentence-transformers reads it: with its whole table of words and a fast tokenizer."""
    from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    from casefolio.indexes.encoders.table import open_table
    from casefolio.training.tower import WORDS, transformer

    table = open_table()
    base = open_base(name, recipe("miracle"))
    model = transformer(base.passages, 0.1)
    import torch

    n = table.file.vocabulary
    words = torch.nn.Embedding(n, base.passages.shape.width)
    words.weight.data = torch.from_numpy(table.rows(np.arange(n, dtype=np.int32)))
    model.set_input_embeddings(words)
    model.config.vocab_size = n
    assert WORDS in model.state_dict()
    folder.mkdir(parents=True)
    model.save_pretrained(folder)
    vocabulary = table.file.read_vocabulary()
    pieces = [(p, float(s)) for p, s in zip(vocabulary.pieces, vocabulary.scores, strict=True)]
    cut = Tokenizer(models.Unigram(pieces, unk_id=3))
    cut.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(r"\s+"), " ")])
    cut.pre_tokenizer = pre_tokenizers.Metaspace()
    cut.decoder = decoders.Metaspace()
    cut.post_processor = processors.TemplateProcessing(single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)])
    PreTrainedTokenizerFast(
        tokenizer_object=cut, bos_token="<s>", eos_token="</s>", pad_token="<pad>", unk_token="<unk>",
        cls_token="<s>", sep_token="</s>", model_max_length=512,
    ).save_pretrained(folder)  # fmt: skip
    modules = [
        {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
        {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
        {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
    ]
    (folder / "modules.json").write_text(json.dumps(modules))
    (folder / "1_Pooling").mkdir()
    pooling = {"word_embedding_dimension": 384, "pooling_mode_mean_tokens": True, "pooling_mode_cls_token": False}
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(pooling))


if __name__ == "__main__":
    sys.exit(main())
