"""The demo's world: a simulated till, Icecat and shop in a hub's folder, kept between calls."""

import random
from datetime import timedelta
from pathlib import Path

from msgspec import Struct

from shopweave.demo import pace as paces
from shopweave.demo.serve import Server, no_wait
from shopweave.hub.settings.templates import DEMO
from shopweave.model.http import HttpResponse
from shopweave.model.seams import Clock, Ids
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
    shop_port: int
    icecat_port: int


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
        goods = self._goods(keep, items, seed, simple=simple)
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
        self.shop.url = self.shop.images.url = self.shop.products.url = await shop.start()
        self.icecat.url = await icecat.start()
        self._write_settings()

    def _goods(self, keep: Path, items: int, seed: int, *, simple: bool) -> Catalogue:
        facts = keep / FACTS
        if facts.exists():
            import msgspec

            known = msgspec.json.decode(facts.read_bytes(), type=dict[str, int | bool | str])
            items, seed, simple = int(known["items"]), int(known["seed"]), bool(known["simple"])
            today = self._clock.now().date().fromisoformat(str(known["day"]))
        else:
            today = self._clock.now().date()
        goods = catalogue(random.Random(seed), items, today, simple=simple)
        if not self.till_path.exists():
            create(self.till_path, goods, self._clock.now())
        if not facts.exists():
            import msgspec

            facts.write_bytes(
                msgspec.json.encode({"items": items, "seed": seed, "simple": simple, "day": today.isoformat()})
            )
        self.goods = goods
        return goods

    def _password(self, path: Path) -> str:
        if not path.exists():
            path.write_text(self._ids.new()[:24], "utf-8")
            path.chmod(0o600)
        return path.read_text("utf-8").strip()

    def _write_settings(self) -> None:
        text = DEMO.format(till=TILL, icecat=self.icecat.url, shop=self.shop.url)
        (self.folder / "shopweave.toml").write_text(text, "utf-8")

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
