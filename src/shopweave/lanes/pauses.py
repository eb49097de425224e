"""When a lane rests, and when it has recovered."""

from datetime import timedelta

from shopweave.core.retry import after_failure, backoff, had_no_effect
from shopweave.lanes.port import Port
from shopweave.lanes.refusals import lane_finding
from shopweave.model.errors import HubError, NoAnswer, NotSent
from shopweave.store import backlog, findings, lanes
from shopweave.store.base import Tx
from shopweave.store.lanes import LaneRow


def rest(tx: Tx, port: Port, error: HubError, size: int, jitter: float) -> None:
    """Let a lane rest after a request of `size` records failed, and say so."""
    at = port.row.id
    failures = lanes.read_lane(tx, at).failures + 1
    pause = after_failure(error, failures, tx.now, jitter)
    soonest = tx.now + timedelta(seconds=backoff(1))
    lifts = soonest if isinstance(error, (NoAnswer, NotSent)) else None
    lanes.rest(tx, at, pause.until, pause.why, failures, lifts)
    if size > 1 and not had_no_effect(error):
        lanes.set_batch(tx, at, size // 2)
    findings.report(tx, lane_finding(port.row.name, error, backlog.left(tx, at)))


def recover(tx: Tx, port: Port, lane: LaneRow | None = None) -> None:
    """Note that a lane's connection answers again; `lane` is its row, if it was read already."""
    if (lane or lanes.read_lane(tx, port.row.id)).failures:
        lanes.rest(tx, port.row.id, None, "", 0)
        findings.settle(tx, f"lane:{port.row.name}:")
