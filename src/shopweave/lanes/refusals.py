"""Refusals: what the other side will not take is set aside, told once, and nothing waits for it."""

from collections.abc import Sequence
from datetime import datetime

from shopweave.core.prints import ABSENT, one
from shopweave.lanes.port import Port
from shopweave.model.change import ChangeState, Op, WriteRefused
from shopweave.model.errors import Configuration, HubError, Limited
from shopweave.model.finding import Finding, Severity
from shopweave.model.record import Form
from shopweave.store import agreements, findings, outbox
from shopweave.store.agreements import Parking
from shopweave.store.base import Tx
from shopweave.store.connections import FlowRow
from shopweave.store.outbox import Change, item_reference

Flows = dict[int, FlowRow]


def parking(
    flow: FlowRow, change: Change, key: str, why: str, *, until: datetime | None, code: str = ""
) -> Parking:
    """Say that an atom of a change is set aside."""
    return Parking(
        item=change.item or 0,
        atom=key,
        why=why,
        source_print=one(change.source_prints, flow.slice, key),
        target_print=ABSENT,
        until=until,
        code=code,
    )


def refuse(tx: Tx, port: Port, flows: Flows, changes: Sequence[Change], answer: WriteRefused) -> None:
    """Set changes aside that the other side will not take, and let nothing wait for them."""
    for change in changes:
        outbox.set_state(
            tx,
            [change.id],
            ChangeState.REFUSED,
            settled=tx.now,
            code=answer.code,
            what=answer.what,
            remedy=answer.remedy,
        )
        if change.flow in flows and change.item is not None:
            flow = flows[change.flow]
            keys = [key for key in change.after if key in flow.slice]
            short = answer.code[:24]
            rows = [parking(flow, change, key, "refused", until=None, code=short) for key in keys]
            agreements.park(tx, flow.id, rows)
        _release_dependents(tx, port, flows, change)
    findings.report(tx, refusal_finding(port.row.name, changes, answer), adds=True)


def _release_dependents(tx: Tx, port: Port, flows: Flows, change: Change) -> None:
    at = port.row.id
    if change.reference is not None:
        outbox.meet(tx, at, [change.reference])
    if change.item is None or change.op is not Op.CREATE:
        return
    name = item_reference(change.item)
    waiting = outbox.changes(tx, outbox.needing(tx, at, name))
    outbox.meet(tx, at, [name])
    orphans = [one for one in waiting if one.form is Form.VARIATION and one.state is ChangeState.WAITING]
    if orphans:
        reason = WriteRefused(number=0, code="LANE-011", what="Its family could not be made.")
        refuse(tx, port, flows, orphans, reason)


def refusal_finding(connection: str, changes: Sequence[Change], answer: WriteRefused) -> Finding:
    """Say what a connection refused."""
    labels = tuple(dict.fromkeys(change.label for change in changes if change.label))
    return Finding(
        code=answer.code[:24],
        cause=f"refused:{connection}:{answer.code}",
        severity=Severity.NEEDS,
        what=f"{connection} refused: {answer.what}",
        why="These records stay as they are there until their source changes.",
        can_do=answer.remedy or "Correct the records named here at their source.",
        connection=connection,
        count=max(1, len(labels)),
        about=labels,
    )


def refused_by(error: HubError) -> WriteRefused:
    """Make a whole request's refusal the refusal of its only record."""
    return WriteRefused(number=0, code=error.code, what=error.what, remedy=error.remedy)


def lane_finding(connection: str, error: HubError, waiting: int) -> Finding:
    """Say that a connection cannot be written to at present."""
    stopped = isinstance(error, Configuration)
    return Finding(
        code=error.code[:24],
        cause=f"lane:{connection}:{error.code}",
        severity=Severity.STOPPED
        if stopped
        else Severity.NOTE
        if isinstance(error, Limited)
        else Severity.NEEDS,
        what=f"{connection}: {error.what}",
        why=f"{waiting} writes wait in order; none is lost.",
        doing="The hub tries again by itself, less often each time.",
        can_do=error.remedy or ("Correct the connection's settings." if stopped else ""),
        connection=connection,
    )
