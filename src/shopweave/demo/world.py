"""Simulated systems in a hub's folder, kept between calls: the demo's world, and what `simulate` serves."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import msgspec
from msgspec import Struct, structs

from shopweave.demo.courier import Courier
from shopweave.demo.serve import Server, no_wait
from shopweave.hub.settings.templates import demo_settings
from shopweave.model.http import HttpRequest, HttpResponse
from shopweave.model.seams import Clock, Ids
from shopweave.runtime.clock import seeded
from shopweave.runtime.folder import FolderLock
from shopweave.simulators import pace as paces
from shopweave.simulators.catalogue import Catalogue, catalogue
from shopweave.simulators.faults import Faults, Skewed
from shopweave.simulators.icecat import IcecatSite
from shopweave.simulators.journal import Journal
from shopweave.simulators.till import create
from shopweave.simulators.woocommerce import Key, User, WooShop, plugin, rules_of, set_image
from shopweave.simulators.woocommerce.fill import fill
from shopweave.simulators.woocommerce.stir import stir

SEED = 7
TILL = "till.sqlite"
SIMULATORS = "simulators"
FACTS = "demo.json"
NAMES = ("woocommerce", "icecat", "till")
PASSWORD, KEY, SECRET, TOKEN = "shop-password", "shop-key", "shop-secret", "icecat-token"


class Facts(Struct, frozen=True, kw_only=True):
    """What the world was made of, so that it can be made again."""

    items: int
    seed: int
    simple: bool
    day: str
    shop_port: int = 0
    icecat_port: int = 0


class Wish(Struct, frozen=True, kw_only=True):
    """How the systems are to be: which of them, where, how fast, how rough; `ports` that must be had.

    With `companion` the shop has the companion plug-in.
    """

    names: tuple[str, ...] = NAMES
    ports: Mapping[str, int] = {}
    real_pace: bool = False
    faults: Faults = Faults()
    version: str = "9.9.5"
    stocked: bool = False
    companion: bool = False


class World:
    """The simulated systems of one folder."""

    def __init__(self, folder: Path, clock: Clock, ids: Ids) -> None:
        self.folder, self._clock, self._ids = folder, clock, ids
        self._lock = FolderLock(folder / SIMULATORS)
        self._journal: Journal | None = None
        self._servers: dict[str, Server] = {}
        self._courier: Courier | None = None
        self.goods = Catalogue(categories=(), products=(), sheets=())

    @property
    def till_path(self) -> Path:
        """Give the till's database file."""
        return self.folder / TILL

    @property
    def keep(self) -> Path:
        """Give the folder of the simulators' state."""
        return self.folder / SIMULATORS

    async def start(
        self, items: int, *, simple: bool, real_pace: bool, seed: int = SEED, trade: bool = False
    ) -> None:
        """Make what is missing, load the rest, serve shop and Icecat, and write the demo's settings."""
        await self.serve(items, Wish(real_pace=real_pace, stocked=trade), simple=simple, seed=seed)
        text = demo_settings(till=TILL, icecat=self.icecat.url, shop=self.shop.url, trade=trade)
        (self.folder / "shopweave.toml").write_text(text, "utf-8")

    async def serve(self, items: int, wish: Wish, *, simple: bool, seed: int = SEED) -> None:
        """Make what is missing, load the rest, and serve the systems of a wish."""
        self._lock.take()
        facts = self._facts(items, seed, simple=simple)
        today = date.fromisoformat(facts.day)
        self.goods = catalogue(seeded(facts.seed), facts.items, today, simple=facts.simple)
        if "till" in wish.names and not self.till_path.exists():
            goods = _stocked(self.goods) if wish.stocked else self.goods
            create(self.till_path, goods, self._clock.now())
        self.icecat = IcecatSite(self.goods.sheets, url="", tokens=(self.secret(TOKEN),))
        if "icecat" in wish.names:
            facts = structs.replace(facts, icecat_port=await self._serve_icecat(wish, facts.icecat_port))
        if "woocommerce" in wish.names:
            facts = structs.replace(facts, shop_port=await self._serve_shop(wish, facts.shop_port))
        (self.keep / FACTS).write_bytes(msgspec.json.encode(facts))

    def slow_down(self) -> None:
        """Answer as slowly as the real systems from now on."""
        for name, pace in (("woocommerce", paces.woocommerce), ("icecat", paces.icecat)):
            if name in self._servers:
                self._servers[name].pace = pace

    async def _serve_icecat(self, wish: Wish, port: int) -> int:
        pace = paces.icecat if wish.real_pace else no_wait
        server = Server(self.icecat, self._clock, pace=pace, faults=wish.faults, random=seeded(2))
        self.icecat.url = await self._listen(server, "icecat", wish, port)
        return server.port

    async def _serve_shop(self, wish: Wish, port: int) -> int:
        self._journal = Journal(self.keep / "shop.sqlite")
        faults, random = wish.faults, seeded(3)
        wait = paces.CALLBACK if wish.real_pace else 0.0
        self.shop = WooShop(
            Skewed(self._clock, faults.skew) if faults.skew else self._clock,
            users=(User(name="hub", password=self.secret(PASSWORD)),),
            keys=(Key(key=self.secret(KEY), secret=self.secret(SECRET)),),
            offset=timedelta(hours=2),
            journal=self._journal,
            fetch=self._fetched,
            rules=structs.replace(rules_of(wish.version), lag=faults.lag, callback_wait=wait),
            plugins=(set_image.install, *((plugin.install,) if wish.companion else ())),
        )
        self._courier = Courier(self.shop.callbacks, self._clock, random, faults=faults, kept=self.flush)
        server = Server(
            self.shop,
            self._clock,
            pace=paces.woocommerce if wish.real_pace else no_wait,
            after=self.flush,
            before_answer=self._courier.before_answer,
            faults=faults,
            random=random,
            stir=lambda: stir(self.shop, random),
        )
        self.shop.answer_at(await self._listen(server, "woocommerce", wish, port))
        if "till" not in wish.names and not self.shop.state.products:
            fill(self.shop, self.goods)
            self.flush()
        self._courier.start()
        return server.port

    async def _listen(self, server: Server, name: str, wish: Wish, port: int) -> str:
        self._servers[name] = server
        wanted = wish.ports.get(name)
        return await server.start(wanted or port, exact=wanted is not None)

    def _fetched(self, url: str) -> HttpResponse:
        """Give what a picture's address leads to: Icecat's pictures and the shop's own."""
        request = HttpRequest(method="GET", url=url)
        if self.icecat.url and url.startswith(f"{self.icecat.url}/"):
            return self.icecat.handle(request)
        return HttpResponse(status=404)

    def _facts(self, items: int, seed: int, *, simple: bool) -> Facts:
        """Give what the world is made of; what an earlier call said counts."""
        path = self.keep / FACTS
        if path.exists():
            return msgspec.json.decode(path.read_bytes(), type=Facts)
        return Facts(items=items, seed=seed, simple=simple, day=self._clock.now().date().isoformat())

    def secret(self, name: str) -> str:
        """Give a generated secret, kept in a file that only its owner reads."""
        path = self.keep / name
        if not path.exists():
            path.touch(0o600)
            path.write_text(shaped(name, self._ids.new()), "utf-8")
        return path.read_text("utf-8").strip()

    def flush(self) -> None:
        """Keep what moved in the shop since the last time."""
        if self._journal is not None:
            self.shop.flush(self._journal)

    async def stop(self) -> None:
        """Stop serving and keep the state."""
        if self._courier is not None:
            await self._courier.stop()
        for server in self._servers.values():
            await server.stop()
        self.flush()
        if self._journal is not None:
            self._journal.close()
        self._lock.release()


def _stocked(goods: Catalogue) -> Catalogue:
    """Let no shelf be below zero when a day of trade begins: its sums are to be checked from outside."""
    rows = tuple(
        structs.replace(one, quantity=max(one.quantity, Decimal(0))) if one.quantity is not None else one
        for one in goods.products
    )
    return structs.replace(goods, products=rows)


def shaped(name: str, text: str) -> str:
    """Give a credential the shape its system wants: a key's prefix, a token's dashes."""
    if name == TOKEN:
        return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
    return {KEY: f"ck_{text}", SECRET: f"cs_{text}"}.get(name, text[:24])
