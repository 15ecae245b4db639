"""What every parser of untrusted bytes needs: errors turned into ours, safe XML, archives with limits."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from functools import wraps

from lxml import etree

from casefolio.ingest import limits
from casefolio.ingest.errors import BrokenFile, EncryptedFile, LimitExceeded, ReadingError
from casefolio.ingest.loaders.shared.source import Reading, Source

NO_ZIP = (
    zipfile.BadZipFile,
    ValueError,
    NotImplementedError,
    OSError,
)  # what opening bytes that are no whole ZIP raises


def guarded(kind: str) -> Callable[[Callable[[Source], Reading]], Callable[[Source], Reading]]:
    """Let a loader raise nothing but `ReadingError`.

    Parsers raise whatever the bytes drive them to (`struct.error`, `KeyError`, `RecursionError`, …). The message
    names the error's class only: its text may hold words of the document.
    """

    def wrap(loader: Callable[[Source], Reading]) -> Callable[[Source], Reading]:
        @wraps(loader)
        def safe(source: Source) -> Reading:
            try:
                return loader(source)
            except ReadingError:
                raise
            except (MemoryError, OverflowError) as error:
                raise LimitExceeded(f"the {kind} takes more memory than one file may") from error
            except Exception as error:
                raise BrokenFile(f"no readable {kind} ({type(error).__name__})") from error

        return safe

    return wrap


def parse_xml(data: bytes) -> etree._Element:
    """Root element of `data`. No entity is expanded, nothing is fetched, depth and text lengths are bounded.

    Raises:
        BrokenFile: where it is not well-formed XML.
        LimitExceeded: where it declares entities, as entity bombs do.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        if "mplification" in str(error) or "ntity" in str(error) or "Excessive" in str(error):
            raise LimitExceeded("the XML declares entities or nests deeper than a document does") from error
        raise BrokenFile("not well-formed XML") from error
    if root is None:
        raise BrokenFile("an XML file without an element")
    dtd = root.getroottree().docinfo.internalDTD
    if dtd is not None and any(True for _ in dtd.iterentities()):  # type: ignore[union-attr]
        raise LimitExceeded("the XML declares entities, which are not expanded")
    return root


def too_much(unpacked: int, packed: int) -> bool:
    """Whether a container of so many bytes unpacks to more bytes than a document does."""
    bomb = unpacked > limits.SMALL_CONTAINER and unpacked > limits.MAX_RATIO * packed
    return bomb or unpacked > limits.MAX_CONTAINER_BYTES


class Package:
    """The parts of a ZIP container (OOXML, ODF), read under limits on size and ratio.

    Raises:
        BrokenFile: where the container cannot be opened.
        LimitExceeded: where it holds more than a document does.
    """

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except NO_ZIP as error:
            raise BrokenFile("not a readable ZIP container") from error
        infos = self._zip.infolist()
        total = sum(info.file_size for info in infos)
        if len(infos) > limits.MAX_CONTAINER_ENTRIES:
            raise LimitExceeded(f"{len(infos)} entries in a container that may have {limits.MAX_CONTAINER_ENTRIES}")
        if too_much(total, len(data)):
            raise LimitExceeded(f"{len(data)} bytes that unpack to {total}: this looks like a ZIP bomb")
        self._infos = {info.filename.lstrip("/"): info for info in infos}
        self._lower = {name.lower(): name for name in self._infos}
        if any(info.flag_bits & 1 for info in infos):
            raise EncryptedFile("the container is encrypted")

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all parts, in their order."""
        return tuple(self._infos)

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._lower

    def read(self, name: str) -> bytes:
        """Bytes of a part; names are compared without case.

        Raises:
            BrokenFile: where the part is missing or damaged.
            LimitExceeded: where it alone is too large.
        """
        known = self._lower.get(name.lower())
        if known is None:
            raise BrokenFile(f"the container lacks its part {name}")
        info = self._infos[known]
        if info.file_size > limits.MAX_CONTAINER_PART:
            raise LimitExceeded(f"the part {name} unpacks to {info.file_size} bytes")
        try:
            return self._zip.read(info)
        except Exception as error:  # zlib, lzma, CRC and unsupported methods each raise their own
            raise BrokenFile(f"the part {name} is damaged") from error

    def readable(self, name: str) -> bytes | None:
        """Bytes of a part that the text does not need, or None where it is missing or damaged."""
        try:
            return self.read(name)
        except BrokenFile:
            return None

    def xml(self, name: str) -> etree._Element:
        """Root element of an XML part."""
        return parse_xml(self.read(name))
