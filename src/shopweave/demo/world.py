"""The demo's world: a simulated till, Icecat and shop in a hub's folder, kept between calls."""

from datetime import date, timedelta
from pathlib import Path

import msgspec
from msgspec import Struct, structs

from shopweave.demo.serve import Server, no_wait
from shopweave.hub.settings.templates import DEMO
from shopweave.model.http import HttpResponse
from shopweave.model.seams import Clock, Ids
from shopweave.runtime.clock import seeded
from shopweave.simulators import pace as paces
from shopweave.simulators.catalogue import Catalogue, catalogue
from shopweave.simulators.icecat import IcecatSite
from shopweave.simulators.journal import Journal
from shopweave.simulators.till import create
from shopweave.simulators.woocommerce import User, WooShop

SEED = 7
TILL = "till.sqlite"
SIMULATORS = "simulators"
FACTS = "demo.json"


class Facts(Struct, frozen=True, kw_only=True):
    """What the world was made of, so that it can be made again."""

    items: int
    seed: int
    simple: bool
    day: str
    shop_port: int = 0
    icecat_port: int = 0


class World:
    """The simulated systems of one folder."""

    def __init__(self, folder: Path, clock: Clock, ids: Ids) -> None:
        self.folder, self._clock, self._ids = folder, clock, ids
        self._journal: Journal | None = None
        self._servers: list[Server] = []
        self.goods = Catalogue(categories=(), products=(), sheets=())

    @property
    def till_path(self) -> Path:
        """Give the till's database file."""
        return self.folder / TILL

    async def start(self, items: int, *, simple: bool, real_pace: bool, seed: int = SEED) -> None:
        """Make what is missing, load the rest, and serve shop and Icecat."""
        keep = self.folder / SIMULATORS
        keep.mkdir(parents=True, exist_ok=True)
        password = self._password(keep / "shop-password")
        facts = self._facts(keep, items, seed, simple=simple)
        goods = self._goods(facts)
        self._journal = Journal(keep / "shop.sqlite")
        users = (User(name="hub", password=password),)
        self.shop = WooShop(
            self._clock, users=users, offset=timedelta(hours=2), journal=self._journal, fetch=_nothing
        )
        self.icecat = IcecatSite(goods.sheets, url="")
        shop = Server(
            self.shop, self._clock, pace=paces.woocommerce if real_pace else no_wait, after=self._flush
        )
        icecat = Server(self.icecat, self._clock, pace=paces.icecat if real_pace else no_wait)
        self._servers = [shop, icecat]
        self.shop.answer_at(await shop.start(facts.shop_port))
        self.icecat.url = await icecat.start(facts.icecat_port)
        kept = structs.replace(facts, shop_port=shop.port, icecat_port=icecat.port)
        (keep / FACTS).write_bytes(msgspec.json.encode(kept))
        self._write_settings()

    def _goods(self, facts: Facts) -> Catalogue:
        today = date.fromisoformat(facts.day)
        goods = catalogue(seeded(facts.seed), facts.items, today, simple=facts.simple)
        if not self.till_path.exists():
            create(self.till_path, goods, self._clock.now())
        self.goods = goods
        return goods

    def _facts(self, keep: Path, items: int, seed: int, *, simple: bool) -> Facts:
        """Give what the world is made of; what an earlier call said counts."""
        path = keep / FACTS
        if path.exists():
            return msgspec.json.decode(path.read_bytes(), type=Facts)
        return Facts(items=items, seed=seed, simple=simple, day=self._clock.now().date().isoformat())

    def _password(self, path: Path) -> str:
        if not path.exists():
            path.write_text(self._ids.new()[:24], "utf-8")
            path.chmod(0o600)
        return path.read_text("utf-8").strip()

    def _write_settings(self) -> None:
        path = self.folder / "shopweave.toml"
        text = DEMO.format(till=TILL, icecat=self.icecat.url, shop=self.shop.url)
        path.write_text(text, "utf-8")

    def _flush(self) -> None:
        if self._journal is not None:
            self.shop.flush(self._journal)

    async def stop(self) -> None:
        """Stop serving and keep the state."""
        for server in self._servers:
            await server.stop()
        self._flush()
        if self._journal is not None:
            self._journal.close()


def _nothing(_: str) -> HttpResponse:
    return HttpResponse(status=404)
