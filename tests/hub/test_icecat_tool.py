"""The three tools on a whole world: till, Icecat and shop."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import msgspec
import pytest

from shopweave.cli.icecat import bar
from shopweave.hub import plans, runs
from shopweave.hub.icecat.env import IcecatEnv, read_env
from shopweave.hub.icecat.settings import FLOW, settings_of
from shopweave.hub.icecat.tool import Progress, Tool, ToolReport
from shopweave.model.errors import Configuration, NotSent
from shopweave.model.http import HttpRequest, HttpResponse
from shopweave.simulators.catalogue import Known
from shopweave.simulators.woocommerce import products
from shopweave.simulators.woocommerce.plugin import install
from shopweave.simulators.woocommerce.truth import edit
from shopweave.store import outbox
from shopweave.store import plans as plan_rows
from shopweave.store.base import Tx
from tests.worlds import ICECAT, PASSWORD, SHOP, World

BLOCK = re.compile("<!-- Icecat start -->.*?<!-- Icecat end -->", re.DOTALL)
MANUAL = "<p>Written by hand & kept.</p>"


class Tools:
    """A shop with products of the till, and the tools as their users have them."""

    def __init__(self, folder: Path, items: int = 24) -> None:
        self.world = World(folder, items, simple=True)
        for product in self.world.goods.products:
            self.world.shop.products.create(
                {"name": product.name, "sku": str(product.number), "description": MANUAL}
            )
        self.world.shop.log.clear()
        path = folder / ".icecat_env"
        path.write_text(
            "# secrets of the tools\n"
            "export ICECAT_USER=hub\n"
            "export ICECAT_API_TOKEN=00000000-0000-0000-0000-000000000000\n"
            f"export MYSQL_HOST='sqlite:{self.world.till}'\n"
            "export MYSQL_USER=reader\n"
            "export MYSQL_PASSWORD=none\n"
            "export MYSQL_DATABASE=phppos\n"
            f'export WP_URL="{SHOP}"\n'
            "export WP_API_USER=hub\n"
            f"export WP_API_PASS='{PASSWORD}'\n"
            f"export LOG_DIR={folder / 'logs'}\n"
        )
        path.chmod(0o600)
        self.env: IcecatEnv = read_env(path)

    def use(self, story: Callable[[Tool], Awaitable[ToolReport]]) -> ToolReport:
        async def whole() -> ToolReport:
            settings = settings_of(self.env)
            icecat = next(one for one in settings.connections if one.name == "icecat")
            quick = {
                **icecat.values,
                "url": f"{ICECAT}/api",
                "requests_per_second": 1000,
                "requests_at_once": 8,
            }
            others = tuple(one for one in settings.connections if one.name != "icecat")
            made = msgspec.structs.replace(
                settings, connections=(*others, msgspec.structs.replace(icecat, plain=quick))
            )
            async with self.world.hub(made, start=False) as hub:
                return await story(Tool(hub, self.env, self.world.folder))

        return asyncio.run(whole())

    def texts(self) -> dict[str, str]:
        return {one.sku: one.description for one in products(self.world.shop)}


@pytest.fixture
def tools(tmp_path: Path) -> Tools:
    return Tools(tmp_path)


@pytest.mark.seed("ICE-03")
@pytest.mark.seed("ICE-17")
@pytest.mark.seed("ICE-18")
@pytest.mark.seed("ICE-23")
@pytest.mark.seed("ICE-33")
@pytest.mark.seed("ICE-42")
def test_bulk_writes_texts_weights_and_pictures_and_logs_each_product(tools: Tools) -> None:
    report = tools.use(lambda tool: tool.bulk(only_plan=False))
    known = {sheet.gtin: sheet.known for sheet in tools.world.goods.sheets}
    codes = {str(product.number): product.code for product in tools.world.goods.products}
    texts = tools.texts()
    assert {BLOCK.sub("", text) for text in texts.values()} == {MANUAL}
    active = {one.sku: one for one in report.products}
    assert len(active) > 15
    for sku, one in active.items():
        is_ok = known.get(codes[sku] or "") is Known.OK
        assert (one.outcome == "UPDATED") == bool(BLOCK.search(texts[sku]))
        assert is_ok == (one.outcome == "UPDATED")
    log = Path(report.log).read_text()
    assert re.fullmatch(r"icecat_bulk_\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d\.log", Path(report.log).name)
    for word in ("UPDATED", "BRAND_RESTRICTED", "NOT_PRESENT", "OTHER_ERROR", "image=", "weight="):
        assert word in log
    assert PASSWORD not in log


@pytest.mark.seed("ICE-50")
def test_pictures_texts_and_weights_go_through_the_plug_in_into_the_shop(tools: Tools) -> None:
    install(tools.world.shop)
    tools.use(lambda tool: tool.bulk(only_plan=False))
    found = products(tools.world.shop)
    assert any(one.image and one.weight and BLOCK.search(one.description) for one in found)
    assert all(BLOCK.search(one.description) for one in found if one.image)
    posted = {line for line in tools.world.http.log if line.startswith("POST")}
    assert "POST /wp-json/wc-shopweave/v1/pictures" in posted
    assert "POST /wp-json/wp/v2/media" not in posted


def test_bulk_again_changes_nothing(tools: Tools) -> None:
    tools.use(lambda tool: tool.bulk(only_plan=False))
    tools.world.shop.log.clear()
    report = tools.use(lambda tool: tool.bulk(only_plan=False))
    assert tools.world.shop.log == []
    assert report.updated == 0


def test_a_plan_sends_nothing_and_says_how_much_would_be_sent(tools: Tools) -> None:
    report = tools.use(lambda tool: tool.bulk(only_plan=True))
    assert report.held > 5
    assert tools.world.shop.log == []


def test_a_picture_of_the_shops_own_stays(tools: Tools) -> None:
    for product in products(tools.world.shop):
        media = tools.world.shop.images.store(
            "own.png", b"\x89PNG\r\n\x1a\n" + product.sku.encode(), alt="", title=""
        )
        edit(tools.world.shop, product.id, images=[{"id": media["id"]}])
    before = {one.sku: one.image for one in products(tools.world.shop)}
    tools.use(lambda tool: tool.bulk(only_plan=False))
    assert {one.sku: one.image for one in products(tools.world.shop)} == before


@pytest.mark.seed("ICE-15")
@pytest.mark.seed("ICE-24")
@pytest.mark.seed("ICE-25")
@pytest.mark.seed("ICE-26")
def test_one_product_alone_is_brought_up_to_date(tools: Tools) -> None:
    sheet = next(
        one for one in tools.world.goods.sheets if one.known is Known.OK and one.pictures and one.weight
    )
    product = next(one for one in tools.world.goods.products if one.code == sheet.gtin)
    report = tools.use(lambda tool: tool.one(sheet.gtin, str(product.number), only_plan=False))
    assert report.updated == 1
    found = {one.sku: one for one in products(tools.world.shop)}
    changed = [sku for sku, one in found.items() if one.description != MANUAL]
    assert changed == [str(product.number)]
    assert found[str(product.number)].image
    assert found[str(product.number)].weight is not None


@pytest.mark.seed("ICE-16")
@pytest.mark.seed("ICE-27")
def test_clean_up_removes_every_block_and_leaves_the_manual_texts(tools: Tools) -> None:
    tools.use(lambda tool: tool.bulk(only_plan=False))
    doubled = next(one for one in products(tools.world.shop) if BLOCK.search(one.description))
    block = BLOCK.search(doubled.description)
    assert block is not None
    edit(tools.world.shop, doubled.id, description=doubled.description + block[0])
    report = tools.use(lambda tool: tool.clean(only_plan=False))
    assert report.updated + sum(one.outcome != "UPDATED" for one in report.products) > 5
    assert set(tools.texts().values()) == {MANUAL}


def blocks(tools: Tools) -> int:
    return sum(bool(BLOCK.search(text)) for text in tools.texts().values())


def known_product(tools: Tools) -> tuple[str, str]:
    sheet = next(one for one in tools.world.goods.sheets if one.known is Known.OK and one.pictures)
    number = next(one.number for one in tools.world.goods.products if one.code == sheet.gtin)
    return sheet.gtin, str(number)


@pytest.mark.parametrize("before", ["bulk plan", "one", "clean"])
def test_what_an_earlier_call_showed_or_took_away_bulk_brings_all_the_same(tools: Tools, before: str) -> None:
    gtin, sku = known_product(tools)
    if before == "bulk plan":
        wanted = tools.use(lambda tool: tool.bulk(only_plan=True)).held
    elif before == "one":
        wanted = tools.use(lambda tool: tool.one(gtin, sku, only_plan=False)).updated
    else:
        tools.use(lambda tool: tool.bulk(only_plan=False))
        wanted = tools.use(lambda tool: tool.clean(only_plan=False)).updated
        assert blocks(tools) == 0
    assert wanted
    tools.use(lambda tool: tool.bulk(only_plan=False))
    assert blocks(tools) == 8


def products_in(plan: int, tx: Tx) -> int:
    changes = outbox.changes(tx, plan_rows.held_changes(tx, plan))
    return sum(change.item is not None for change in changes)


@pytest.mark.parametrize("what", ["one", "clean"])
def test_the_plan_of_somebody_else_is_neither_approved_nor_rejected(tools: Tools, what: str) -> None:
    gtin, sku = known_product(tools)
    others: list[tuple[int, int]] = []

    async def held(tool: Tool) -> list[tuple[int, int]]:
        rows = await plans.held(tool.hub)
        return [(row.id, await tool.hub.store.read(partial(products_in, row.id))) for row in rows]

    async def story(tool: Tool) -> ToolReport:
        await tool.hub.start()
        await runs.finished(tool.hub, await runs.start(tool.hub, FLOW, "somebody", "plan"))
        others.extend(await held(tool))
        used = tool.one(gtin, sku, only_plan=False) if what == "one" else tool.clean(only_plan=False)
        report = await used
        ((plan, count),) = others
        assert await held(tool) == [(plan, count - (what == "one"))]
        return report

    report = tools.use(story)
    assert others[0][1] > 5
    assert report.updated == (what == "one") == blocks(tools)


def test_a_call_that_was_killed_before_it_approved_is_made_good_by_the_next(tools: Tools) -> None:
    async def killed(tool: Tool) -> ToolReport:
        await tool._begin()
        await tool._mark_all()
        await tool._run("plan")
        return ToolReport()

    tools.use(killed)
    assert blocks(tools) == 0
    tools.use(lambda tool: tool.bulk(only_plan=False))
    assert blocks(tools) > 5


def test_the_schedule_is_daily_at_five(tools: Tools) -> None:
    assert settings_of(tools.env).flows[0].schedule == "0 5 * * *"


def test_a_tool_says_how_far_it_is(tools: Tools) -> None:
    seen: list[Progress] = []

    async def story(tool: Tool) -> ToolReport:
        seen.append(await tool.progress())
        report = await tool.bulk(only_plan=False)
        seen.append(await tool.progress())
        return report

    report = tools.use(story)
    assert (seen[0].known, bar(seen[0])) == (0, f"{'░' * 24} 0 of 0 products known")
    assert 15 < seen[1].known <= seen[1].products
    assert len(report.products) <= seen[1].products
    assert bar(Progress(products=4, known=4, waiting=0)).startswith("█" * 24)
    assert bar(Progress(products=4, known=1, waiting=3)).endswith(" 1 of 4 products known, 3 writes wait")


def test_a_run_that_ends_early_says_so_in_its_log(tools: Tools) -> None:
    def away(request: HttpRequest, _: object) -> HttpResponse:
        raise NotSent("The name of the server cannot be found.", code="NET-101", where=request.url)

    tools.world.http.fault = away
    with pytest.raises(Configuration, match="NET-101") as told:
        tools.use(lambda tool: tool.bulk(only_plan=False))
    assert "http://" in told.value.what
    [log] = (tools.world.folder / "logs").glob("icecat_bulk_*.log")
    assert "Icecat run ended early: " in log.read_text()
    assert "NET-101" in log.read_text()
