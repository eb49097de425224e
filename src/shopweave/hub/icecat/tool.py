"""The three Icecat tools: bulk, one product, clean-up; thin faces of the flows of a hub."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from msgspec import Struct

from shopweave.flows.ask import Asker
from shopweave.hub import plans, runs
from shopweave.hub.context import Hub
from shopweave.hub.icecat.env import IcecatEnv
from shopweave.hub.icecat.log import ImageState, ProductOutcome, RunLog, WeightState, open_log, remove_old
from shopweave.hub.icecat.settings import FLOW, SHOP
from shopweave.hub.icecat.told import Told, told_of
from shopweave.model.atoms import Atoms
from shopweave.model.change import ChangeState, Op
from shopweave.model.errors import Configuration
from shopweave.model.record import Kind
from shopweave.store import asked, explains, links, outbox, records
from shopweave.store import plans as plan_rows
from shopweave.store.asked import Askable
from shopweave.store.base import Tx
from shopweave.store.outbox import NewChange

BLOCK = "long_text#icecat"


class ToolReport(Struct, frozen=True, kw_only=True):
    """What a tool did; `products` have their outcomes, `held` counts what a plan only shows."""

    products: tuple[ProductOutcome, ...] = ()
    updated: int = 0
    held: int = 0
    failed: int = 0
    log: str = ""


class Tool:
    """The tools on one hub, which is made from an environment file."""

    def __init__(self, hub: Hub, env: IcecatEnv, folder: Path) -> None:
        self.hub, self._env, self._folder = hub, env, folder
        self._zone = ZoneInfo(hub.settings.time_zone)

    async def bulk(self, *, only_plan: bool, say: Callable[[str], None] = lambda _: None) -> ToolReport:
        """Read the till, ask Icecat, write texts, weights and missing pictures; log each product."""
        return await self._logged(lambda: self._bulk(only_plan=only_plan, say=say))

    async def _bulk(self, *, only_plan: bool, say: Callable[[str], None]) -> tuple[list[Told], int]:
        since = self.hub.clock.now()
        await self.hub.start()
        say("reading the till and the shop, asking Icecat")
        run = await runs.start(self.hub, FLOW, "icecat tool", "plan" if only_plan else "run")
        await runs.finished(self.hub, run)
        failure = await self.hub.store.read(lambda tx: plan_rows.run_row(tx, run))
        if failure is not None and failure.state == "failed":
            raise Configuration(
                failure.error, code="ICE-900", remedy="Correct this and start again; nothing is lost."
            )
        held = await self._send(only_plan=only_plan)
        found = await self.hub.store.read(lambda tx: told_of(tx, self.hub, since, None))
        return found, held

    async def one(self, ean: str, sku: str, *, only_plan: bool) -> ToolReport:
        """Ask Icecat about one product and bring the shop's product of that SKU up to date."""
        return await self._logged(lambda: self._one(ean, sku, only_plan=only_plan))

    async def _one(self, ean: str, sku: str, *, only_plan: bool) -> tuple[list[Told], int]:
        since = self.hub.clock.now()
        await self.hub.start()
        run = await runs.start(self.hub, FLOW, "icecat tool", "plan")
        await runs.finished(self.hub, run)
        item = await self.hub.store.read(lambda tx: explains.item_of_sku(tx, sku))
        if item is None:
            remedy = "Look for the item_id in the till."
            raise Configuration(f"The till has no SKU '{sku}'.", code="ICE-901", remedy=remedy)
        await self._ask_again(item, ean)
        run = await runs.start(self.hub, FLOW, "icecat tool", "plan")
        await runs.finished(self.hub, run)
        held = await self._send(only_plan=only_plan, item=item)
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
        await self.hub.start()
        run = await runs.start(self.hub, FLOW, "icecat tool", "plan")
        await runs.finished(self.hub, run)
        for plan in await plans.held(self.hub):
            await plans.reject(self.hub, plan.id, "icecat tool")
        await self.hub.store.write(self._plan_removal)
        held = await self._send(only_plan=only_plan)
        found = await self.hub.store.read(lambda tx: told_of(tx, self.hub, since, None, removal=True))
        return found, held

    def _plan_removal(self, tx: Tx) -> None:
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
        plan = plan_rows.add_plan(tx, flow.row.id, None, "icecat tool")
        outbox.supersede(tx, flow.row.id, [change.item for change in changes if change.item])
        outbox.add_changes(tx, plan, None, ChangeState.HELD, changes)
        plan_rows.set_plan(tx, plan, "held", reasons=plan_rows.reasons_text(["removal of Icecat texts"]))

    async def _send(self, *, only_plan: bool, item: int | None = None) -> int:
        """Approve and send what is held, all of it or that of one item; gives what stays held."""
        held = await plans.held(self.hub)
        ids = {plan.id: await self.hub.store.read(partial(_held, plan.id, item)) for plan in held}
        if only_plan:
            count = sum(len(one) for one in ids.values())
            for plan in held:
                await plans.reject(self.hub, plan.id, "icecat tool")
            return count
        for plan in held:
            if ids[plan.id]:
                await plans.approve(self.hub, plan.id, tuple(ids[plan.id]), "icecat tool")
        await runs.settled(self.hub)
        for plan in await plans.held(self.hub):
            await plans.reject(self.hub, plan.id, "icecat tool")
        return 0

    async def _logged(self, work: Callable[[], Awaitable[tuple[list[Told], int]]]) -> ToolReport:
        began = self.hub.clock.now()
        directory = self._folder / (self._env.log_directory or self.hub.settings.icecat_tool.log_dir)
        log = open_log(directory, began, self._zone)
        found, held = await work()
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
