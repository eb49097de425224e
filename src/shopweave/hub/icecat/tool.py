"""The three Icecat tools: bulk, one product, clean-up; thin faces of the flows of a hub."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from msgspec import Struct

from shopweave.flows.ask import Asker
from shopweave.flows.house import Flow
from shopweave.hub import plans, runs
from shopweave.hub.context import Hub
from shopweave.hub.icecat.env import IcecatEnv
from shopweave.hub.icecat.log import ImageState, ProductOutcome, RunLog, WeightState, open_log, remove_old
from shopweave.hub.icecat.settings import FLOW, SHOP
from shopweave.hub.icecat.told import Told, told_of
from shopweave.model.atoms import Atoms
from shopweave.model.change import ChangeState, Op
from shopweave.model.errors import Configuration, HubError
from shopweave.model.record import Kind
from shopweave.store import asked, backlog, explains, links, marks, outbox, records
from shopweave.store import plans as plan_rows
from shopweave.store.asked import Askable
from shopweave.store.base import Tx
from shopweave.store.outbox import NewChange
from shopweave.store.statements import chunks

BLOCK = "long_text#icecat"
WHO = "icecat tool"
SLICE = 2_000


class ToolReport(Struct, frozen=True, kw_only=True):
    """What a tool did; `products` have their outcomes, `held` counts what a plan only shows."""

    products: tuple[ProductOutcome, ...] = ()
    updated: int = 0
    held: int = 0
    failed: int = 0
    log: str = ""


class Progress(Struct, frozen=True, kw_only=True):
    """How far a tool is: products, those Icecat has been asked about, and writes that wait."""

    products: int
    known: int
    waiting: int


class Tool:
    """The tools on one hub, which is made from an environment file."""

    def __init__(self, hub: Hub, env: IcecatEnv, folder: Path) -> None:
        self.hub, self._env, self._folder = hub, env, folder
        self._zone = ZoneInfo(hub.settings.time_zone)

    async def progress(self) -> Progress:
        """Say how far a tool is."""
        flow = self.hub.flow(FLOW)
        return await self.hub.store.read(lambda tx: _progress(tx, flow))

    async def bulk(self, *, only_plan: bool) -> ToolReport:
        """Read the till, ask Icecat, write texts, weights and missing pictures; log each product."""
        return await self._logged(lambda: self._bulk(only_plan=only_plan))

    async def _bulk(self, *, only_plan: bool) -> tuple[list[Told], int]:
        since = self.hub.clock.now()
        await self._begin()
        await self._mark_all()
        run = await self._run("plan" if only_plan else "run")
        failure = await self.hub.store.read(lambda tx: plan_rows.run_row(tx, run))
        if failure is not None and failure.state == "failed":
            raise Configuration(
                failure.error, code="ICE-900", remedy="Correct this and start again; nothing is lost."
            )
        held = await self._send(await self._made_by(run), only_plan=only_plan)
        found = await self.hub.store.read(lambda tx: told_of(tx, self.hub, since, None))
        return found, held

    async def one(self, ean: str, sku: str, *, only_plan: bool) -> ToolReport:
        """Ask Icecat about one product and bring the shop's product of that SKU up to date."""
        return await self._logged(lambda: self._one(ean, sku, only_plan=only_plan))

    async def _one(self, ean: str, sku: str, *, only_plan: bool) -> tuple[list[Told], int]:
        since = self.hub.clock.now()
        await self._begin()
        first = await self._run("plan")
        item = await self.hub.store.read(lambda tx: explains.item_of_sku(tx, sku))
        if item is None:
            remedy = "Look for the item_id in the till."
            raise Configuration(f"The till has no SKU '{sku}'.", code="ICE-901", remedy=remedy)
        await self._ask_again(item, ean)
        await self._mark([item])
        plans_of_both = await self._made_by(first, await self._run("plan"))
        held = await self._send(plans_of_both, only_plan=only_plan, item=item)
        found = await self.hub.store.read(lambda tx: told_of(tx, self.hub, since, item))
        return found, held

    async def _ask_again(self, item: int, ean: str) -> None:
        flow = self.hub.flow(FLOW)
        rows = await self.hub.store.read(
            lambda tx: asked.askable(tx, flow.row.source, flow.items, item - 1, 1)
        )
        asker = Asker(self.hub.store, self.hub.clock, self.hub.house)
        due: Sequence[Askable] = [row for row in rows if row.item == item]
        await asker.ask(flow, due, gtin=ean)

    async def clean(self, *, only_plan: bool) -> ToolReport:
        """Remove every Icecat block of the shop, doubled ones too; the manual texts stay as they are."""
        return await self._logged(lambda: self._clean(only_plan=only_plan))

    async def _clean(self, *, only_plan: bool) -> tuple[list[Told], int]:
        since = self.hub.clock.now()
        await self._begin()
        await self._reject(await self._made_by(await self._run("plan")))
        removal = await self.hub.store.write(self._plan_removal)
        held = await self._send([removal], only_plan=only_plan)
        found = await self.hub.store.read(lambda tx: told_of(tx, self.hub, since, None, removal=True))
        return found, held

    def _plan_removal(self, tx: Tx) -> int:
        flow, shop = self.hub.flow(FLOW), self.hub.port(SHOP)
        changes = [
            NewChange(
                flow=flow.row.id,
                connection=shop.row.id,
                kind=Kind.PRODUCT,
                form=one.form,
                op=Op.UPDATE,
                item=item,
                source=None,
                target=one.id,
                label=str(one.remote_id),
                before=one.atoms.only((BLOCK,)),
                after=Atoms({BLOCK: ""}),
                source_prints=b"",
            )
            for item, one in _with_block(tx, shop.row.id)
        ]
        plan = plan_rows.add_plan(tx, flow.row.id, None, WHO)
        outbox.supersede(tx, flow.row.id, [change.item for change in changes if change.item])
        outbox.add_changes(tx, plan, None, ChangeState.HELD, changes)
        plan_rows.set_plan(tx, plan, "held", reasons=plan_rows.reasons_text(["removal of Icecat texts"]))
        return plan

    async def _begin(self) -> None:
        """Start the hub, let what an earlier call left under way end, and take its plan back."""
        await self.hub.start()
        await runs.settled(self.hub)
        await self._reject([plan.id for plan in await plans.held(self.hub) if plan.made_by == WHO])

    async def _run(self, cause: str) -> int:
        run = await runs.start(self.hub, FLOW, WHO, cause)
        await runs.finished(self.hub, run)
        return run

    async def _mark_all(self) -> None:
        """Let every product of the shop be compared: what an earlier call showed only is made anew."""
        shop = self.hub.port(SHOP).row.id
        await self._mark(await self.hub.store.read(lambda tx: links.linked_items(tx, shop)))

    async def _mark(self, items: Sequence[int]) -> None:
        shop = self.hub.port(SHOP).row.id
        for piece in chunks(items, SLICE):
            await self.hub.store.write(partial(_marked, shop, piece))

    async def _made_by(self, *made: int) -> list[int]:
        """Give the held plans of runs of this call; plans of others wait for others."""
        return [plan.id for plan in await plans.held(self.hub) if plan.run in made]

    async def _reject(self, held: Sequence[int]) -> None:
        for plan in held:
            await plans.reject(self.hub, plan, WHO)

    async def _send(self, held: Sequence[int], *, only_plan: bool, item: int | None = None) -> int:
        """Approve and send what these plans hold, all of it or that of one item; gives what stays held."""
        ids = {plan: await self.hub.store.read(partial(_held, plan, item)) for plan in held}
        if only_plan:
            await self._reject(held)
            return sum(len(one) for one in ids.values())
        for plan in held:
            if ids[plan]:
                await plans.approve(self.hub, plan, tuple(ids[plan]), WHO)
        await runs.settled(self.hub)
        left = {plan.id for plan in await plans.held(self.hub)}
        await self._reject([plan for plan in held if plan in left])
        return 0

    async def _logged(self, work: Callable[[], Awaitable[tuple[list[Told], int]]]) -> ToolReport:
        began = self.hub.clock.now()
        directory = self._folder / (self._env.log_directory or self.hub.settings.icecat_tool.log_dir)
        log = open_log(directory, began, self._zone)
        try:
            found, held = await work()
        except HubError as error:
            log.note(f"Icecat run ended early: {error}", self.hub.clock.now())
            remove_old(directory, began.astimezone(self._zone))
            raise
        return self._tell(log, directory, began, found, held)

    def _tell(
        self, log: RunLog, directory: Path, began: datetime, found: list[Told], held: int
    ) -> ToolReport:
        now = self.hub.clock.now()
        outcomes = tuple(outcome(one) for one in found)
        for one in outcomes:
            log.product(one, now)
        log.close(now)
        remove_old(directory, began.astimezone(self._zone))
        return ToolReport(
            products=outcomes,
            updated=sum(one.outcome == "UPDATED" for one in outcomes),
            held=held,
            failed=sum(one.refused for one in found),
            log=str(log.path),
        )


def _progress(tx: Tx, flow: Flow) -> Progress:
    products, known = asked.count_sure(tx, flow.row.source, flow.items)
    return Progress(products=products, known=known, waiting=backlog.left(tx, flow.row.target))


def _marked(shop: int, items: Sequence[int], tx: Tx) -> None:
    marks.mark_items(tx, shop, items)


def _held(plan: int, item: int | None, tx: Tx) -> list[int]:
    ids = plan_rows.held_changes(tx, plan)
    if item is None:
        return ids
    return [one.id for one in outbox.changes(tx, ids) if one.item == item]


def _with_block(tx: Tx, shop: int) -> list[tuple[int, records.Snapshot]]:
    """Give linked products of the shop whose text holds an Icecat block."""
    items = links.linked_items(tx, shop)
    ties = {tie.record: tie.item for tie in links.ties(tx, items) if tie.connection == shop}
    found = records.snapshots(tx, list(ties))
    return [(ties[key], one) for key, one in found.items() if not one.gone and one.atoms.get(BLOCK)]


def outcome(told: Told) -> ProductOutcome:
    """Say what became of one product in the words of the log."""
    image = ImageState.SET if told.image_set else ImageState.KEPT if told.has_image else ImageState.NONE
    weight = WeightState.SET if told.weight_set else WeightState.KEPT if told.has_weight else WeightState.NONE
    word = told.outcome
    if word == "OK":
        word = "OTHER_ERROR" if told.refused else "UPDATED" if told.sent else "UNCHANGED"
    return ProductOutcome(
        sku=told.sku,
        gtin=told.gtin,
        outcome=word,
        number=told.number,
        image=ImageState.FAILED if told.image_failed else image,
        weight=weight,
        name=told.name,
    )
