"""`python -m rag`: the same as the command `rag`."""

from __future__ import annotations

import sys

from rag.cli import main

sys.exit(main())
