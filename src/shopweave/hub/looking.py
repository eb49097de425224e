"""One plan or one run, with its changes a page at a time."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from msgspec import Struct, to_builtins

from shopweave.flows.undo import Left
from shopweave.hub.context import Hub
from shopweave.hub.overview import PlanView, RunView, flows_of, plan_view, run_view
from shopweave.model.errors import Configuration
from shopweave.store import outbox, overviews, plans, shelves, undoing
from shopweave.store.base import Tx
from shopweave.store.outbox import Change

PAGE = 50


class ChangeView(Struct, frozen=True, kw_only=True):
    """One atom of one change: what it was, what it becomes, and how it fares."""

    change: int
    label: str
    op: str
    atom: str
    before: Any
    after: Any
    state: str
    why: str
    sent: datetime | None


class PlanPage(Struct, frozen=True, kw_only=True):
    """A plan, its changes counted by state, and a page of them; `more` is the key of the next page.

    `moved` when an undo leaves values alone because they changed since.
    """

    plan: PlanView
    states: dict[str, int]
    changes: tuple[ChangeView, ...]
    more: int | None
    moved: bool = False


class RunPage(Struct, frozen=True, kw_only=True):
    """A run, its changes counted by state, and a page of them; `undo_plan` waits to put it back.

    `left` are the levels that its flow of stock leaves as they are now, by reason.
    """

    run: RunView
    states: dict[str, int]
    changes: tuple[ChangeView, ...]
    more: int | None
    undo_plan: int | None = None
    left: dict[str, int] = {}


async def plan_page(hub: Hub, number: int, after: int = 0) -> PlanPage:
    """Look at a plan."""
    return await hub.store.read(partial(_plan, hub, number, after))


async def run_page(hub: Hub, number: int, after: int = 0) -> RunPage:
    """Look at a run."""
    return await hub.store.read(partial(_run, hub, number, after))


async def list_runs(
    hub: Hub, before: int | None = None, limit: int = PAGE, kind: str = ""
) -> tuple[RunView, ...]:
    """Give runs of all flows or of those of one kind, the newest first, older than `before`."""
    flows = [key for key, (of, _) in flows_of(hub).items() if kind in ("", of)]
    rows = await hub.store.read(lambda tx: overviews.newest_runs(tx, flows, limit, before))
    return tuple(run_view(hub, row) for row in rows)


def _plan(hub: Hub, number: int, after: int, tx: Tx) -> PlanPage:
    row = plans.plan_row(tx, number)
    if row is None or row.flow not in hub.house.flows:
        raise Configuration(
            f"There is no plan {number}.", code="PLAN-010", remedy="The list of plans has all."
        )
    states = plans.plan_states(tx, number)
    shown, more = _page(tx, lambda limit: overviews.plan_changes(tx, number, after, limit))
    view = plan_view(hub, row, sum(states.values()), states.get("held", 0))
    moved = any(reason.endswith(Left.MOVED.value) for reason in view.reasons)
    return PlanPage(plan=view, states=states, changes=shown, more=more, moved=moved)


def _run(hub: Hub, number: int, after: int, tx: Tx) -> RunPage:
    row = plans.run_row(tx, number)
    if row is None or row.flow not in flows_of(hub):
        raise Configuration(f"There is no run {number}.", code="RUN-010", remedy="The list of runs has all.")
    shown, more = _page(tx, lambda limit: overviews.run_changes(tx, number, after, limit))
    states, waits = plans.run_states(tx, number), undoing.held_undos(tx, number)
    stock = hub.house.stock.get(row.flow)
    return RunPage(
        run=run_view(hub, row),
        states=states,
        changes=shown,
        more=more,
        undo_plan=waits[0] if waits else None,
        left=shelves.held_back(tx, stock.row.target) if stock else {},
    )


def _page(tx: Tx, keys: Callable[[int], list[int]]) -> tuple[tuple[ChangeView, ...], int | None]:
    found = keys(PAGE + 1)
    page = found[:PAGE]
    shown = tuple(line for one in outbox.changes(tx, page) for line in _lines(one))
    return shown, page[-1] if len(found) > PAGE else None


def _lines(one: Change) -> list[ChangeView]:
    return [
        ChangeView(
            change=one.id,
            label=one.label or one.reference or "",
            op=one.op.value,
            atom=atom,
            before=to_builtins(one.before.get(atom)),
            after=to_builtins(value),
            state=one.state.value,
            why=one.held_why or one.what,
            sent=one.sent,
        )
        for atom, value in one.after.items()
    ]
