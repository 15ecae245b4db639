"""Formats that LibreOffice turns into ones that are read here: old Excel and PowerPoint, XLSB, ODS, ODP."""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Callable
from pathlib import Path

from ingest.loaders.base import Reading, Source
from ingest.loaders.containers import OLE_MAGIC, decrypted, ole_streams
from ingest.loaders.guard import guarded
from ingest.loaders.legacy import convert
from ingest.loaders.slides import read_pptx
from ingest.loaders.workbook import read_xlsx

XLS, XLSB, ODS = (
    "application/vnd.ms-excel",
    "application/vnd.ms-excel.sheet.binary.macroenabled.12",
    "application/vnd.oasis.opendocument.spreadsheet",
)
PPT, ODP = "application/vnd.ms-powerpoint", "application/vnd.oasis.opendocument.presentation"


@guarded("old workbook")
def read_xls(source: Source) -> Reading:
    """Read an XLS workbook."""
    return _through(source, ".xls", "xlsx", read_xlsx, XLS)


@guarded("binary workbook")
def read_xlsb(source: Source) -> Reading:
    """Read an XLSB workbook."""
    return _through(source, ".xlsb", "xlsx", read_xlsx, XLSB)


@guarded("OpenDocument spreadsheet")
def read_ods(source: Source) -> Reading:
    """Read an ODS workbook."""
    return _through(source, ".ods", "xlsx", read_xlsx, ODS)


@guarded("old presentation")
def read_ppt(source: Source) -> Reading:
    """Read a PPT presentation."""
    return _through(source, ".ppt", "pptx", read_pptx, PPT)


@guarded("OpenDocument presentation")
def read_odp(source: Source) -> Reading:
    """Read an ODP presentation."""
    return _through(source, ".odp", "pptx", read_pptx, ODP)


def _through(
    source: Source, suffix: str, target: str, read: Callable[[Source], Reading], media_type: str
) -> Reading:
    """Read a file by way of LibreOffice.

    Raises:
        MissingTool: where LibreOffice is not installed.
        EncryptedFile: where no password given opens it.
        LimitExceeded, BrokenFile: where LibreOffice takes too long, or cannot read it.
    """
    if source.data.startswith(OLE_MAGIC) and "EncryptedPackage" in ole_streams(source.data):
        source = dataclasses.replace(source, data=decrypted(source))
    with tempfile.TemporaryDirectory(prefix="casefolio-") as folder:
        data = convert(source.data, suffix, target, Path(folder))
    reading = read(dataclasses.replace(source, data=data))
    return dataclasses.replace(reading, media_type=media_type, notes=(*reading.notes, "read through LibreOffice"))
