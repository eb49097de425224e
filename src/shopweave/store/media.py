"""Which picture is which media id at each connection, by reference and by content."""

from collections.abc import Sequence

from sqlalchemy import bindparam, select, text

from shopweave.store.base import Tx
from shopweave.store.statements import chunks, many
from shopweave.store.tables import Moment, media

_HERE = media.c.connection == bindparam("at")
_BY_REFERENCE = select(media.c.reference, media.c.remote_id).where(
    _HERE, media.c.reference.in_(many("names"))
)
_BY_CONTENT = select(media.c.remote_id).where(_HERE, media.c.content == bindparam("hash")).limit(1)
_STORE = text("""
INSERT INTO media (connection, reference, content, remote_id, at) VALUES (:at, :called, :hash, :key, :now)
ON CONFLICT (connection, reference) DO UPDATE SET content = excluded.content,
  remote_id = excluded.remote_id, at = excluded.at
""").bindparams(bindparam("now", type_=Moment()))


def media_ids(tx: Tx, connection: int, references: Sequence[str]) -> dict[str, str]:
    """Give the media ids of pictures that are there already, by reference."""
    pieces = chunks(list(references))
    rows = (
        row for names in pieces for row in tx.rows(_BY_REFERENCE, {"at": connection, "names": list(names)})
    )
    return {row.reference: row.remote_id for row in rows}


def media_of_content(tx: Tx, connection: int, content: str) -> str | None:
    """Give the media id of a picture with this content, wherever it came from."""
    row = tx.one(_BY_CONTENT, {"at": connection, "hash": content})
    return None if row is None else str(row.remote_id)


def store_media(tx: Tx, connection: int, reference: str, content: str, remote_id: str) -> None:
    """Remember where a picture is."""
    tx.run(
        _STORE,
        {"at": connection, "called": reference, "hash": content, "key": remote_id, "now": tx.now},
    )
