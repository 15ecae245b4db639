"""A page for a human's eye: some pairs of each kind of finding, and some without, drawn by a seed."""

from __future__ import annotations

from html import escape

import numpy as np

from casefolio.training.auditing import KINDS, Audit, Finding

SHOWN = 25  # of each kind
_STYLE = """body{font:15px/1.45 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a}
h2{margin-top:2.2rem;border-bottom:1px solid #ccc}article{margin:1rem 0;padding:.7rem 1rem;border:1px solid #ddd;
border-radius:6px}.why{color:#8a1c1c}.answer{background:#fff3b0}small{color:#666}p{margin:.3rem 0}"""


def page(audit: Audit, seed: int = 0) -> str:
    """One HTML file that needs nothing else."""
    by_kind: dict[str, list[Finding]] = {kind: [f for f in audit.findings if f.kind == kind] for kind in KINDS}
    flagged = {f.pair for f in audit.findings}
    clean = [Finding(i, "", "") for i in range(len(audit.pairs)) if i not in flagged]
    parts = [
        f"<!doctype html><meta charset=utf-8><title>Audit of pairs</title><style>{_STYLE}</style>",
        f"<h1>Audit of {len(audit.pairs)} pairs</h1><ul>",
        *(f"<li>{kind}: {share:.1%}</li>" for kind, share in audit.shares().items()),
        "</ul><p>Read those without a finding too: what no rule sees stands among them.</p>",
    ]
    for title, found in [*by_kind.items(), ("without a finding", clean)]:
        rng = np.random.default_rng(seed)
        drawn = sorted(rng.permutation(len(found))[:SHOWN].tolist())
        parts.append(f"<h2>{escape(title)} ({len(found)})</h2>")
        parts += [_article(audit, found[k]) for k in drawn]
    return "\n".join(parts) + "\n"


def _article(audit: Audit, finding: Finding) -> str:
    pair = audit.pairs[finding.pair]
    text = pair.negative[finding.negative] if finding.negative >= 0 else pair.positive[0]
    shown = escape(text)
    if pair.answer and escape(pair.answer) in shown:
        shown = shown.replace(escape(pair.answer), f"<span class=answer>{escape(pair.answer)}</span>", 1)
    why = f"<p class=why>{escape(finding.reason)}</p>" if finding.reason else ""
    about = " · ".join(x for x in (f"pair {finding.pair + 1}", pair.template, pair.language) if x)
    return f"<article><p><b>{escape(pair.query)}</b></p>{why}<p>{shown}</p><small>{escape(about)}</small></article>"
