"""What one file may cost: bytes, pages, characters, memory and time. A file beyond them is named in the ledger."""

from __future__ import annotations

from collections.abc import Callable

MIB = 1024 * 1024

MAX_BYTES = 512 * MIB
"""A file larger than this is not opened."""
MAX_TEXT_BYTES = 64 * MIB
"""Text larger than this (about 30,000 printed pages) is no letter and no contract."""
MAX_FILE_CHARACTERS = 16_000_000
"""Text of one file and its attachments together (about 8,000 printed pages): what the asking process must hold."""
MAX_BUILT_CHARACTERS = 64 * 2**20
"""Text that a loader composes: repeated cells and the like may unpack to more than the file holds."""
MAX_PAGES = 20_000
MAX_DEPTH = 8
"""Attachments within attachments."""
MAX_ATTACHMENTS = 1_000
"""Documents that one file may bring along, over all depths."""
MAX_UNPACKED = 1024 * MIB
"""Bytes that one file may unpack to, over all archives and attachments within it."""
MAX_CONTAINER_BYTES = 512 * MIB
"""Bytes that one ZIP container or archive may unpack to."""
MAX_CONTAINER_PART = 128 * MIB
"""Bytes that one part of a container, or one compressed stream, may unpack to."""
MAX_CONTAINER_ENTRIES = 20_000
MAX_RATIO = 250
"""A container that unpacks to more than so many times its size is a bomb, once it is above `SMALL_CONTAINER`."""
SMALL_CONTAINER = 8 * MIB
MAX_MAIL_PARTS = 1_000
"""Bodies and attachments of one mail."""
MAX_MAIL_DEPTH = 8
"""Messages forwarded within messages."""
MAX_MEMORY = 3 * 1024 * MIB
"""Address space of a reading process."""
SECONDS_WITHOUT_PROGRESS = 120.0
"""A reading process that reports no page for so long is stopped."""
SECONDS_IN_ALL = 3_600.0
SECONDS_OF_OCR = 90.0
"""A run of Tesseract over one picture that takes longer is given up."""
SECONDS_OF_OFFICE = 90.0
"""A run of LibreOffice over one file that takes longer is given up."""
MAX_CELLS = 3_000_000
"""Cells of a table, a sheet or a workbook."""
MAX_PIXELS = 150_000_000
"""Pixels of one picture."""
MAX_RESOURCES = 50_000
"""Resources of a FHIR bundle."""
MAX_NESTED = 60
"""Elements within elements of a clinical or legal record."""
MAX_GROUPS = 2_000
"""Groups within groups of an RTF file."""
MAX_PDF_ATTACHMENT = 64 * MIB
"""A file in a PDF larger than this is passed over."""
MAX_XFA_PACKET = 32 * MIB
"""A packet of an XFA form larger than this is passed over."""
MAX_RESULT = 1024 * MIB
"""What a reading process may hand over for one file; one that sends more has its file unread."""
MAX_STYLE_SHEET = 1_000_000
"""Characters of one style sheet; the rules behind them do not apply."""
MAX_SIGNED_DEPTH = 40
"""Elements within elements of a signed message."""
MAX_TNEF_VALUES = 1_000
"""Values of one property of a `winmail.dat`."""


def _ignore() -> None:
    """Nobody waits for signs of life when a file is read in the calling process."""


_listener: Callable[[], None] = _ignore


def beat() -> None:
    """Report that reading goes on: loaders call it once a page, since a thousand scanned pages take long by right."""
    _listener()


def on_beat(listener: Callable[[], None]) -> None:
    """Have `listener` called at every beat of this process."""
    global _listener
    _listener = listener
