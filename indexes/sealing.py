"""The seal of an index: proof that every row of its database was written by this program, on this machine.

A keyed digest of each row is added to a running sum (Clarke et al., Incremental multiset hash functions, ASIACRYPT
2003), so that a change costs no more than its own rows, and the sum is committed with the rows that it speaks for.
The sum is kept masked: who sees many of them learns nothing about the digests that they are made of. Triggers on
every table keep it, whatever statement changes a row; they are of the connection and leave no trace in the file.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import sqlite3
from collections.abc import Iterable
from pathlib import Path

from casefolio.indexes.home import machine_key, write_private

VERSION = "1"
_BITS = 256
_KEPT = "seal"  # the one row of `meta` that the sum does not count
_LONGEST = 300


class Seal:
    """Keeps and checks the sum of one open database.

    Args:
        db: the connection.
        key: secret of this machine.
    """

    def __init__(self, db: sqlite3.Connection, key: bytes) -> None:
        self._db = db
        self._key = key
        self._changed = 0

    def watch(self) -> None:
        """Follow all changes made through this connection from now on."""
        db = self._db
        db.execute("PRAGMA recursive_triggers = ON")  # INSERT OR REPLACE deletes too
        db.create_function("seal_row", -1, self._note, deterministic=True)
        for table, columns in self._tables():
            for name, event, steps in (
                ("i", "INSERT", (("1", "NEW"),)),
                ("d", "DELETE", (("-1", "OLD"),)),
                ("u", "UPDATE", (("-1", "OLD"), ("1", "NEW"))),
            ):
                # of a table's two rows either may be the seal's own; that of an update is never another's
                which = f"WHEN {steps[0][1]}.key <> '{_KEPT}'" if table == "meta" else ""
                told = "; ".join(
                    f"SELECT seal_row({sign}, '{table}', {', '.join(f'{row}.{c}' for c in columns)})"
                    for sign, row in steps
                )
                db.execute(
                    f"CREATE TEMP TRIGGER IF NOT EXISTS seal_{table}_{name} AFTER {event} ON main.{table} {which} "
                    f"BEGIN {told}; END"
                )

    def begin(self) -> None:
        """Start counting, at the beginning of a transaction."""
        self._changed = 0

    def close(self) -> None:
        """Write the seal of what the transaction leaves, before it is committed."""
        self._keep(((self._stored() or 0) + self._changed) % (1 << _BITS))

    def stands(self) -> bool:
        """Whether the seal is this machine's and the rows are just those that it was written for: reads all of them."""
        stored = self._stored()
        if stored is None:
            return False
        total = sum(
            self._digest(table, row)
            for table, columns in self._tables()
            for row in self._db.execute(f"SELECT {', '.join(columns)} FROM main.{table}")
            if not (table == "meta" and row[columns.index("key")] == _KEPT)
        )
        return total % (1 << _BITS) == stored

    def _note(self, sign: int, table: str, *row: object) -> None:
        self._changed += sign * self._digest(table, row)

    def _digest(self, table: str, row: Iterable[object]) -> int:
        digest = hashlib.blake2b(table.encode(), key=self._key, digest_size=32, person=b"casefolio row")
        for value in row:
            data = value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")
            digest.update(f"{type(value).__name__} {len(data)} ".encode() + data)
        return int.from_bytes(digest.digest(), "big")

    def _tables(self) -> list[tuple[str, list[str]]]:
        names = self._db.execute(
            "SELECT name FROM main.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
        ).fetchall()
        return [(name, [row[1] for row in self._db.execute(f"PRAGMA main.table_info({name})")]) for (name,) in names]

    def _stored(self) -> int | None:
        """The sum that the seal says, or None where there is none, or none of this machine."""
        found = self._db.execute(
            "SELECT value FROM main.meta WHERE key = ? AND length(value) < ?", (_KEPT, _LONGEST)
        ).fetchone()
        parts = str(found[0]).split(" ") if found else []
        if len(parts) != 4:
            return None
        version, nonce, masked, proof = parts
        if version != VERSION or not hmac.compare_digest(self._proof(nonce, masked).encode(), proof.encode()):
            return None
        return int(masked, 16) ^ self._mask(nonce)

    def _keep(self, total: int) -> None:
        nonce = secrets.token_hex(16)
        masked = f"{total ^ self._mask(nonce):064x}"
        value = f"{VERSION} {nonce} {masked} {self._proof(nonce, masked)}"
        self._db.execute("INSERT INTO main.meta VALUES (?, ?) ON CONFLICT(key) DO UPDATE SET value = excluded.value",
                         (_KEPT, value))  # fmt: skip

    def _mask(self, nonce: str) -> int:
        pad = hashlib.blake2b(nonce.encode(), key=self._key, digest_size=32, person=b"casefolio mask")
        return int.from_bytes(pad.digest(), "big")

    def _proof(self, nonce: str, masked: str) -> str:
        said = f"{VERSION} {nonce} {masked}".encode()
        return hashlib.blake2b(said, key=self._key, digest_size=32, person=b"casefolio seal").hexdigest()


def seal_files(key: bytes, about: str, files: Iterable[tuple[str, bytes]]) -> str:
    """Seal of files beside the database: of their names and contents, and of what they belong to.

    Args:
        key: secret of this machine.
        about: what they are of, so that those of another state are not taken for them.
        files: name and SHA-256 of each.
    """
    seal = hashlib.blake2b(about.encode(), key=key, digest_size=32, person=b"casefolio file")
    for name, digest in sorted(files):
        seal.update(f"\0{len(name)} {name} ".encode() + digest)
    return seal.hexdigest()


def seal_file(path: Path) -> None:
    """Set a seal beside one file of ours."""
    write_private(path.with_suffix(".seal"), _seal_of(path).encode())


def is_sealed(path: Path) -> bool:
    """Whether a file is as this program wrote it on this machine."""
    try:
        return hmac.compare_digest(path.with_suffix(".seal").read_bytes(), _seal_of(path).encode())
    except OSError:
        return False


def _seal_of(path: Path) -> str:
    return seal_files(machine_key(), path.name, [("", hashlib.sha256(path.read_bytes()).digest())])
