"""Settling: what an answer, a refusal or a failure makes of the levels it was about."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from shopweave.core.retry import first_look, had_no_effect
from shopweave.core.shelf import doubted, wrote
from shopweave.lanes.channels import GONE, REFUSED, Channel
from shopweave.lanes.pauses import recover
from shopweave.lanes.port import Port
from shopweave.lanes.refusals import refused_by
from shopweave.lanes.shelving import read
from shopweave.model.change import WriteAnswer, WriteRefused, Written
from shopweave.model.errors import BrokenData, Fenced, HubError, Refused
from shopweave.model.finding import Finding, Severity
from shopweave.model.record import Kind, RemoteRecord
from shopweave.model.values import UNKNOWN, Level
from shopweave.store import findings, lanes, numbers, records, shelves
from shopweave.store.base import Tx
from shopweave.store.shelves import ShelfRow

MISSES = 2


class LevelPick(Struct, frozen=True, kw_only=True):
    """The levels of one request, with the shelves as they were when it was chosen."""

    kind: Kind
    levels: tuple[tuple[ShelfRow, Level], ...]
    request: int
    more_to_lower: bool = False


def settle_answers(tx: Tx, port: Port, pick: LevelPick, answers: Sequence[WriteAnswer]) -> None:
    """Record what came back for each level of a batch."""
    ended = numbers.draw(tx, port.row.id)
    now = {row.record: row for row in shelves.by_records(tx, [row.record for row, _ in pick.levels])}
    _forget_unlinked(tx, pick, now)
    for (row, level), answer in zip(pick.levels, answers, strict=True):
        fresh = now.get(row.record)
        if fresh is None:
            continue
        if isinstance(answer, Written):
            shown = answer.record.level.total if answer.record.level.quantity is not None else level
            known = wrote(fresh.shelf, shown, ended)
            shelves.learn(tx, [(fresh, known)], epoch=None, written_at=tx.now, code="", what="")
            records.set_level(tx, row.record, shown)
        elif answer.look_up or answer.exists:
            _doubt(tx, fresh, tx.now)
        else:
            _refuse(tx, port, fresh, answer)
    _ask_again(tx, list(now))
    recover(tx, port)
    lane = lanes.read_lane(tx, port.row.id)
    if lane.batch:
        lanes.set_batch(tx, port.row.id, lane.batch * 2 if lane.batch < len(pick.levels) * 8 else 0)


def settle_failure(tx: Tx, port: Port, pick: LevelPick, error: HubError, lease_ends: datetime) -> None:
    """Record that a whole request failed: marked again if surely nothing happened, else in doubt."""
    now = shelves.by_records(tx, [row.record for row, _ in pick.levels])
    _forget_unlinked(tx, pick, {row.record: row for row in now})
    if isinstance(error, (Refused, BrokenData)):
        if len(now) == 1:
            _refuse(tx, port, now[0], refused_by(error))
            return
        lanes.set_batch(tx, port.row.id, len(now) // 2)
    if isinstance(error, (Fenced, Refused, BrokenData)) or had_no_effect(error):
        shelves.reopen(tx, [row.record for row in now])
        _ask_again(tx, [row.record for row in now])
        return
    due = first_look(tx.now, lease_ends, port.capabilities.longest_run)
    for row in now:
        _doubt(tx, row, due)


def _forget_unlinked(tx: Tx, pick: LevelPick, now: Mapping[int, ShelfRow]) -> None:
    """Let go the shelves of records whose link ended while their level was being written."""
    shelves.drop(tx, [row.record for row, _ in pick.levels if row.record not in now])


def settle_reading(
    tx: Tx,
    port: Port,
    channel: Channel,
    rows: Sequence[ShelfRow],
    found: Sequence[RemoteRecord],
    began: int,
) -> None:
    """Record the levels that were read by id; what was not found twice is gone."""
    now = {row.record: row for row in shelves.by_records(tx, [row.record for row in rows])}
    due = [row for row in now.values() if row.shelf.again and not row.shelf.flying]
    shelves.learn(tx, [(row, row.shelf) for row in due], not_before=tx.now)
    read(tx, channel, found, began, numbers.draw(tx, port.row.id))
    later = first_look(tx.now, tx.now, port.capabilities.longest_run)
    shown = {(one.kind, one.remote_id) for one in found if not one.gone and one.level != UNKNOWN}
    for row in shelves.by_records(tx, [row.record for row in due]):
        if row.shelf.again and row.shelf.seen is None and (row.kind, row.remote_id) not in shown:
            _missed(tx, row, later)
    recover(tx, port)


def _missed(tx: Tx, row: ShelfRow, later: datetime) -> None:
    if row.misses + 1 < MISSES:
        shelves.learn(tx, [(row, row.shelf)], misses=row.misses + 1, not_before=later)
    else:
        known = replace(row.shelf, again=False)
        shelves.learn(tx, [(row, known)], misses=0, not_before=None, why=GONE)


def _doubt(tx: Tx, row: ShelfRow, due: datetime) -> None:
    shelves.learn(tx, [(row, doubted(row.shelf))], epoch=None, not_before=due, misses=0)
    shelves.mark_records(tx, [row.record])


def _ask_again(tx: Tx, ids: Sequence[int]) -> None:
    """Read at once by id what was sold while it was being written."""
    shaken = [
        row
        for row in shelves.by_records(tx, ids)
        if row.shelf.again and not row.shelf.flying and row.not_before is None
    ]
    shelves.learn(tx, [(row, row.shelf) for row in shaken], not_before=tx.now)


def _refuse(tx: Tx, port: Port, row: ShelfRow, answer: WriteRefused) -> None:
    shelves.learn(tx, [(row, row.shelf)], epoch=None, why=REFUSED, code=answer.code[:24], what=answer.what)
    findings.report(tx, refused_finding(port.row.name, row, answer), adds=True)


def refused_finding(connection: str, row: ShelfRow, answer: WriteRefused) -> Finding:
    """Say that a channel does not take a level."""
    return Finding(
        code=answer.code[:24],
        cause=f"level:{connection}:{answer.code}",
        severity=Severity.NEEDS,
        what=f"{connection} refused a level: {answer.what}",
        why="It shows what it showed before; when the level moves again it is tried again.",
        can_do=answer.remedy or "Correct the product named here at the channel.",
        connection=connection,
        about=(row.label or row.remote_id,),
    )
