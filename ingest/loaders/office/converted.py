"""Formats that LibreOffice turns into ones that are read here: old Excel and PowerPoint, XLSB."""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Callable
from pathlib import Path

from casefolio.ingest.errors import BrokenFile, MissingTool
from casefolio.ingest.loaders.detecting import PPT, XLS, XLSB
from casefolio.ingest.loaders.office.legacy import convert
from casefolio.ingest.loaders.office.sheet_values import read_values
from casefolio.ingest.loaders.office.slides import read_pptx
from casefolio.ingest.loaders.office.workbook import read_xlsx
from casefolio.ingest.loaders.shared.containers import OLE_MAGIC, decrypted, ole_streams
from casefolio.ingest.loaders.shared.guard import guarded
from casefolio.ingest.loaders.shared.source import Reading, Source


@guarded("old workbook")
def read_xls(source: Source) -> Reading:
    """Read an XLS workbook."""
    return _through(source, ".xls", "xlsx", read_xlsx, XLS)


@guarded("binary workbook")
def read_xlsb(source: Source) -> Reading:
    """Read an XLSB workbook."""
    return _through(source, ".xlsb", "xlsx", read_xlsx, XLSB)


@guarded("old presentation")
def read_ppt(source: Source) -> Reading:
    """Read a PPT presentation."""
    return _through(source, ".ppt", "pptx", read_pptx, PPT)


_IMPRESS = "install the Debian package libreoffice-impress, or save it as PPTX"


def _through(source: Source, suffix: str, target: str, read: Callable[[Source], Reading], media_type: str) -> Reading:
    """Read a file by way of LibreOffice; a workbook by its bare values where that cannot read it.

    Raises:
        MissingTool: where LibreOffice is not installed.
        EncryptedFile: where no password given opens it.
        LimitExceeded, BrokenFile: where it takes too long, or neither can read it.
    """
    if source.data.startswith(OLE_MAGIC) and "EncryptedPackage" in ole_streams(source.data):
        source = dataclasses.replace(source, data=decrypted(source))
    try:
        with tempfile.TemporaryDirectory(prefix="casefolio-") as folder:
            data = convert(source.data, suffix, target, Path(folder))
    except (BrokenFile, MissingTool) as error:
        if target != "xlsx":
            raise MissingTool("LibreOffice Impress is not installed, or cannot read it", _IMPRESS) from error
        return read_values(source, media_type)
    reading = read(dataclasses.replace(source, data=data))
    return dataclasses.replace(reading, media_type=media_type, notes=(*reading.notes, "read through LibreOffice"))
