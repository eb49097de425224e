"""The movements that a hand-over books, step by step with its request."""

from collections.abc import Callable, Mapping

from shopweave.lanes.port import Port
from shopweave.lanes.ways import Way
from shopweave.model.movement import Stage
from shopweave.model.values import Level
from shopweave.store import movements, numbers
from shopweave.store.base import Tx
from shopweave.store.handovers import HandOverRow
from shopweave.store.movements import Entry

Absorb = Callable[[Tx, Port, list[Entry], Mapping[str, Level], int, int], None]


def begin_booking(tx: Tx, way: Way, row: HandOverRow) -> int:
    """Bind the order's open movements to the request that is about to book them; gives its number."""
    began = numbers.draw(tx, way.target)
    if way.books:
        own = [one for one in movements.of_orders(tx, [row.order]) if _waits_for(one, way, row)]
        movements.set_stage(tx, [one.id for one in own], Stage.SENT, handover=row.id, began=began, ended=None)
    return began


def _waits_for(one: Entry, way: Way, row: HandOverRow) -> bool:
    is_ours = one.master == way.target and one.way == "hand-over"
    return is_ours and (one.stage is Stage.OPEN or (one.stage is Stage.SENT and one.handover == row.id))


def end_booking(tx: Tx, port: Port, handover: int, levels: Mapping[str, Level], absorb: Absorb) -> None:
    """Note that the target has what a hand-over books, and take the levels that its answer carries."""
    bound = _bound(tx, handover)
    if not bound:
        return
    ended = numbers.draw(tx, port.row.id)
    movements.set_stage(tx, [one.id for one in bound], Stage.ACKNOWLEDGED, ended=ended)
    booked = movements.by_ids(tx, [one.id for one in bound])
    absorb(tx, port, booked, levels, min(one.began or ended for one in bound), ended)


def doubt_booking(tx: Tx, handover: int) -> None:
    """Put the movements of a hand-over in doubt: their goods count as gone."""
    movements.set_stage(tx, [one.id for one in _bound(tx, handover)], Stage.IN_DOUBT)


def undo_booking(tx: Tx, handover: int) -> None:
    """Note that a hand-over booked nothing: its movements are open again."""
    keys = [one.id for one in _bound(tx, handover)]
    movements.set_stage(tx, keys, Stage.OPEN, handover=None, began=None, ended=None)


def _bound(tx: Tx, handover: int) -> list[Entry]:
    return [one for one in movements.of_handover(tx, handover) if one.stage in (Stage.SENT, Stage.IN_DOUBT)]
