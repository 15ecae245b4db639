"""`python -m casefolio`: the same as the command `rag`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from casefolio.cli import main

if Path(__file__).resolve().parent.parent != Path.cwd():
    # the current folder may be one of documents, and nothing from there is imported
    sys.path[:] = [place for place in sys.path if place not in ("", os.getcwd())]
sys.exit(main())
