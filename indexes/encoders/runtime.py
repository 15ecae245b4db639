"""What computes: token ids in, one pooled vector a text out."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Protocol

from casefolio.indexes.encoders.base import Vectors
from casefolio.indexes.encoders.tokens import Sequences

# About this many tokens are computed at once: larger batches fall out of the processor's caches.
TOKENS_A_BATCH = 1024


class Runtime(Protocol):
    """Runs a transformer. Thread-safe; loads its model when it is first needed."""

    def pool(self, sequences: Sequences) -> Vectors:
        """Pooled last layer, float32 (n, width), in the order of the texts, neither projected nor normalised."""


@cache
def physical_cores() -> int:
    """Cores this process may keep busy: physical ones, within its affinity and its container's quota.

    `OMP_NUM_THREADS`, where set, says it instead.
    """
    told = os.environ.get("OMP_NUM_THREADS", "")
    if told.isdigit() and int(told) > 0:
        return int(told)
    if not hasattr(os, "sched_getaffinity"):
        return max(1, (os.cpu_count() or 2) // 2)
    allowed = os.sched_getaffinity(0)
    siblings = {_siblings(cpu) for cpu in allowed}
    return max(1, min(len(siblings), _quota() or len(siblings)))


def _siblings(cpu: int) -> str:
    try:
        return Path(f"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list").read_text().strip()
    except OSError:
        return str(cpu)


def _quota() -> int:
    """Whole cores that a Linux control group grants, 0 where it grants all."""
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text().split()
        return 0 if quota == "max" else max(1, round(int(quota) / int(period)))
    except (OSError, ValueError):
        return 0
