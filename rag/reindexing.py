"""`rag index`: read and encode a folder; another encoder is built beside the old index."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from casefolio.index_files import NEXT_FOLDER, index_place, make_way
from casefolio.indexes.caches import drop_caches
from casefolio.indexes.owned import remove_index
from casefolio.indexes.store import Store
from casefolio.library import Library, Summary, stored_encoder
from casefolio.locking import NEXT_LOCK, folder_lock
from casefolio.mirroring import Progress


def index_folder(
    folder: str | Path,
    *,
    index: str | Path | None = None,
    encoder: str | None = None,
    int8: bool | None = None,
    passwords: Sequence[str] = (),
    ocr: bool = True,
    trust_remote_code: bool = False,
    progress: Progress | None = None,
    tell: Callable[[str], None] | None = None,
) -> Summary:
    """Read and encode a folder, as `rag index` does; the arguments are those of `Library.open` and `Library.sync`.

    Another encoder than the index's is built beside it and takes its place when it is complete; until then, and
    where it fails, the old one stands untouched.
    """
    place = index_place(Path(folder), index)
    made_anew = make_way(place, tell)

    def build(target: Path) -> Summary:
        with Library.open(
            folder, index=target, encoder=encoder, int8=int8, passwords=passwords, ocr=ocr, tell=tell,
            trust_remote_code=trust_remote_code,
        ) as library:  # fmt: skip
            summary = library.sync(progress, encode=True)
            return replace(summary, warnings=(made_anew, *summary.warnings)) if made_anew else summary

    if not _under_another(place, encoder, int8, trust_remote_code):
        return build(place)
    target = place / NEXT_FOLDER
    with folder_lock(place, NEXT_LOCK):
        summary = build(target)
        with folder_lock(place), closing(Store(place, create=False)) as store:
            store.become(target)
            drop_caches(place)
        remove_index(target)
    return summary


def _under_another(place: Path, encoder: str | None, int8: bool | None, code: bool) -> bool:
    """Whether an index stands that was built under another contract than the encoder asked for."""
    stored, quantised = stored_encoder(place)
    if stored is None or (encoder in (None, stored) and int8 in (None, quantised)):
        return False
    from casefolio.indexes.encoders import load_encoder
    from casefolio.indexes.encoders.trust import check_named

    if encoder is None:
        check_named(stored)
    with closing(Store(place, create=False, read_only=True)) as store:
        contract = store.contract()
    wanted = load_encoder(encoder or stored, int8=quantised if int8 is None else int8, code=code)
    return contract is not None and contract != wanted.contract
