"""The world of a storm: till, shop and Icecat, the people in them, and requests on their way."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit

from shopweave.model.http import HttpRequest, HttpResponse
from shopweave.simulators import pace
from shopweave.simulators.catalogue import Catalogue, catalogue
from shopweave.simulators.icecat import IcecatSite
from shopweave.simulators.till import create
from shopweave.simulators.till.staff import Staff
from shopweave.simulators.woocommerce import User, WooShop
from shopweave.simulators.woocommerce.truth import edit
from shopweave.storms.loop import VirtualLoop
from shopweave.storms.outside import START, Outside, WorldClock, chance
from shopweave.storms.scenario import CHAOS, STRANGER, Act, Deed, Scenario
from shopweave.storms.sight import Shown, Sightings

SHOP, ICECAT, PASSWORD = "https://shop.storm", "https://icecat.storm", "storm storm storm"
LIST = "/wp-json/wc/v3/products"


class World(Outside):
    """A till, a shop and Icecat, and the people in them."""

    def __init__(self, scenario: Scenario, loop: VirtualLoop, folder: Path) -> None:
        super().__init__(scenario, loop, CHAOS)
        self.scenario, self.folder = scenario, folder
        self.till = folder / "till.sqlite"
        self.goods: Catalogue = catalogue(chance(scenario.seed * 2), scenario.items, START.date())
        create(self.till, self.goods, START - timedelta(days=1))
        self.staff = Staff(self.till)
        self.clock = WorldClock(loop)
        self.shop = WooShop(self.clock, url=SHOP, users=(User(name="hub", password=PASSWORD),))
        self.icecat = IcecatSite(self.goods.sheets, url=ICECAT)
        self._pages = 0
        self._touched = ""
        self.sightings = Sightings(self.shop)
        self._fill_shop()
        self.clock.ahead = scenario.shop_ahead

    def _fill_shop(self) -> None:
        """Let the shop know some items already, some of them no longer sold, among products of its own."""
        self.clock.ahead = -86_400.0
        simple = [one.number for one in self.goods.products if not one.choices]
        known = sorted(simple, key=lambda number: self.random.random())[: self.scenario.known]
        rows = [
            (f"{STRANGER}{place}", f"The shop's own {place}", "9.5")
            for place in range(self.scenario.strangers)
        ]
        rows += [(str(number), f"Known {number}", "5") for number in known]
        for sku, name, price in sorted(rows, key=lambda row: self.random.random()):
            self._add(sku, name, price)
        for number in known[::2]:
            self.staff.switch(number, START - timedelta(days=1))

    def _add(self, sku: str, name: str, price: str) -> None:
        self.shop.products.create({"sku": sku, "name": name, "regular_price": price, "status": "publish"})

    # Requests.

    def seconds(self, request: HttpRequest) -> float:
        """Give the time the system takes for a request, as measured at the real one."""
        slow = pace.woocommerce if request.url.startswith(SHOP) else pace.icecat
        return slow(request) * self.random.uniform(0.8, 1.2)

    def handle(self, request: HttpRequest, sent: float) -> tuple[HttpResponse, Shown]:
        """Let the system answer; gives what the answer shows of the shop too."""
        if request.url.startswith(ICECAT):
            return self.icecat.handle(request), {}
        if request.method == "GET" and urlsplit(request.url).path == LIST:
            self._listed()
        return self.sightings.handle(request, sent, self.loop.time())

    def delivered(self, _: HttpRequest, shown: Shown, life: int) -> None:
        """Note what an answer showed to a life."""
        self.sightings.delivered(shown, life, self.loop.time())

    def ended(self, life: int) -> None:
        """Note that a life ended or stands still."""
        self.sightings.ended(life, self.loop.time())

    def lost_since(self, moment: float) -> None:
        """Note that a power cut took back what was stored since."""
        self.sightings.lost_since(moment)

    # People.

    def do(self, deed: Deed) -> str:
        """Carry out a deed; gives the SKU it was about, empty when there was nothing to do it to."""
        sku = self._in_shop(deed) if deed.act.value.startswith("shop") else self._in_till(deed)
        self.log.append(f"{self.loop.time():.6f} {deed.act.value} {sku}")
        return sku

    def _listed(self) -> None:
        """Let the staff tidy up while the list is read."""
        self._pages += 1
        for tidying in self.scenario.tidyings:
            if tidying.page == self._pages:
                self.loop.call_later(tidying.after, self._tidy, tidying.count)

    def _tidy(self, count: int) -> None:
        foreign = [
            row for _, row in sorted(self.shop.state.products.items()) if row["sku"].startswith(STRANGER)
        ]
        for row in foreign[: min(count, len(foreign) - 1)]:
            self.log.append(f"{self.loop.time():.6f} shop remove {row['sku']}")
            self.shop.products.remove(row)

    def _in_till(self, deed: Deed) -> str:
        now, staff = START + timedelta(seconds=self.loop.time()), self.staff
        price = Decimal(self.random.randint(100, 9_999)) / 100
        if deed.act is Act.CATEGORY:
            category = chosen(staff.categories(), deed.draw)
            staff.rename_category(category, f"Shelf {deed.number}", now)
            return ""
        if deed.act is Act.VARIATION_PRICE:
            variations = staff.variations()
            if variations:
                staff.price_variation(chosen(variations, deed.draw), price, now)
            return ""
        item = chosen(staff.items(), deed.draw)
        match deed.act:
            case Act.NUDGE:
                staff.price(item, round(staff.price_of(item) * Decimal("1.07"), 2) + Decimal("0.01"), now)
            case Act.PRICE:
                staff.price(item, price, now)
            case Act.RENAME:
                staff.rename(item, f"Item {item} & {deed.number}", now)
            case Act.TEXT:
                staff.describe(item, f"<p>Text {deed.number} of {item}.</p>", now)
            case Act.WEIGHT:
                staff.weigh(item, self.random.randint(10, 9_000), now)
            case Act.SWITCH:
                staff.switch(item, now)
            case _:
                staff.delete(item, now)
        self._touched = str(item)
        return self._touched

    def _in_shop(self, deed: Deed) -> str:
        rows = self.shop.state.products
        foreign = [key for key, row in sorted(rows.items()) if row["sku"].startswith(STRANGER)]
        ours = [key for key in sorted(rows) if key not in foreign and rows[key]["type"] == "simple"]
        if not ours:
            return ""
        if deed.act is Act.SHOP_SAME:
            ours = [key for key in ours if rows[key]["sku"] == self._touched]
            if not ours:
                return ""
        key = chosen(ours, deed.draw)
        change = {"regular_price": "77.7"} if deed.act is Act.SHOP_PRICE else {"name": "By hand"}
        edit(self.shop, key, **change)
        return str(rows[key]["sku"])


def chosen(ids: list[int], draw: float) -> int:
    """Choose one by a number in [0, 1)."""
    return ids[int(draw * len(ids))]
