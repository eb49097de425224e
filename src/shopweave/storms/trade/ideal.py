"""What a hub without any delay of its own would have sold too often: the same script, played to it."""

from shopweave.simulators import pace
from shopweave.storms.trade.demand import COUNTER, NORTH, TRADED, Act, Deed
from shopweave.storms.trade.scenario import INTERVAL, ROUGH, Tell, Trade

REST = 120.0
Goods = tuple[tuple[int, int], ...]


class Ideal:
    """Channels that show everything as soon as its source can tell of it."""

    def __init__(self, scenario: Trade) -> None:
        self.scenario = scenario
        self.oversold = 0
        self._moves: list[tuple[float, float, str, int, int]] = []
        self._orders: dict[int, dict[int, int]] = {}
        self._cancelled: set[int] = set()

    def play(self) -> int:
        """Play the whole script; gives how many units were sold that were not there."""
        demand = self.scenario.demand
        for deed in demand.deeds:
            self._do(deed, deed.at)
        for deed in demand.calm:
            self._do(deed, ROUGH + REST + deed.at)
        return self.oversold

    def _do(self, deed: Deed, at: float) -> None:
        match deed.act:
            case Act.BUY | Act.SELL:
                if all(self._shown(deed.place, good, at) >= units for good, units in deed.goods):
                    self._orders[deed.number] = dict(deed.goods)
                    self._sell(deed, deed.goods, at)
            case Act.COUNT | Act.DELIVERY:
                good, units = deed.goods[0]
                delta = units if deed.act is Act.DELIVERY else 1 if units % 2 else -1
                self._moves.append((at, at + self._told(deed), COUNTER, good, delta))
            case Act.HAND:
                good, units = deed.goods[0]
                raised = max(0, units - self._shown(deed.place, good, at))
                # Seen at that shop alone, until it is put right.
                self._moves += [(at, float("inf"), deed.place, good, raised)]
                self._moves += [(at + INTERVAL, float("inf"), deed.place, good, -raised)]
            case _ if deed.of in self._orders:
                self._change(deed, self._orders[deed.of], at)
            case _:
                return

    def _change(self, deed: Deed, order: dict[int, int], at: float) -> None:
        good = deed.goods[0][0]
        is_open = deed.of not in self._cancelled
        whole = tuple(order.items())
        if deed.act is Act.CANCEL and is_open:
            self._cancelled.add(deed.of)
            self._give_back(deed, whole, at)
        elif deed.act is Act.REOPEN and not is_open:
            self._cancelled.discard(deed.of)
            self._take(deed, whole, at)
        elif deed.act is Act.MORE and is_open and self._shown(deed.place, good, at) >= 1:
            order[good] = order.get(good, 0) + 1
            self._sell(deed, ((good, 1),), at)
        elif is_open and order.get(good, 0) > (deed.act is Act.LESS):
            comes_back = deed.act is Act.LESS or (deed.act is Act.RESTOCK and deed.place == NORTH)
            if comes_back:
                order[good] -= 1
                self._give_back(deed, ((good, 1),), at)

    def _sell(self, deed: Deed, goods: Goods, at: float) -> None:
        for good, units in goods:
            self.oversold += min(units, max(0, units - max(0, self._there(good))))
        self._take(deed, goods, at)

    def _take(self, deed: Deed, goods: Goods, at: float) -> None:
        told = at + self._told(deed)
        self._moves += [(at, told, deed.place, good, -units) for good, units in goods]

    def _give_back(self, deed: Deed, goods: Goods, at: float) -> None:
        told = at + self._told(deed)
        self._moves += [(at, told, deed.place, good, units) for good, units in goods]

    def _there(self, good: int) -> int:
        moved = sum(one[4] for one in self._moves if one[3] == good and one[1] < float("inf"))
        return self.scenario.demand.shelves[good] + moved

    def _shown(self, place: str, good: int, at: float) -> int:
        moved = sum(
            delta
            for when, told, where, which, delta in self._moves
            if which == good and (told <= at or (where == place and when <= at))
        )
        return max(0, self.scenario.demand.shelves[good] + moved)

    def _told(self, deed: Deed) -> float:
        """Give how long the source of a deed takes to tell of it."""
        if deed.place == COUNTER:
            is_quick = self.scenario.master.is_depot and self.scenario.tell is not Tell.NEVER
            return 0.0 if is_quick else INTERVAL
        if self.scenario.tell is Tell.NEVER or not deed.told.times:
            return INTERVAL
        waits = pace.CALLBACK if self.scenario.tell is Tell.WEBHOOK else 0.0
        return min(INTERVAL, waits + deed.told.late / deed.told.times)


def ideal_oversold(scenario: Trade) -> int:
    """Play a script to an ideal hub; gives how many units were sold that were not there."""
    assert len(scenario.demand.shelves) == TRADED  # noqa: S101 - the script's own goods
    return Ideal(scenario).play()
