"""Nothing that we load tells anybody that it was used: switches of libraries that report to their makers, set off.

ONNX Runtime posts an identity of the machine, the interpreter's path and details of the system from 1.29 on; LangSmith
is sent every prompt where its variables are set. Both read their switch when they are loaded, so it is set before.
"""

from __future__ import annotations

import os

_REPORTS = {"ORT_DISABLE_TELEMETRY": "1", "HF_HUB_DISABLE_TELEMETRY": "1", "DO_NOT_TRACK": "1"}
_TRACING = ("LANGSMITH_TRACING", "LANGSMITH_TRACING_V2", "LANGCHAIN_TRACING", "LANGCHAIN_TRACING_V2")


def no_reports() -> None:
    """Switch off what libraries report to their makers."""
    os.environ.update(_REPORTS)


def no_tracing() -> None:
    """Switch off the tracers of this process, which would be sent every prompt and so the documents in it."""
    os.environ.update(dict.fromkeys(_TRACING, "false"))
