"""The hub and the naive script beside each other: the same people, faults and absences, the same judges."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct, json, structs

from shopweave.storms.disk import new_disk
from shopweave.storms.fleet import in_folder, spread
from shopweave.storms.lives import TAKE_OVER
from shopweave.storms.outside import chance
from shopweave.storms.playing import looped, run
from shopweave.storms.trade.facts import HUB, Span
from shopweave.storms.trade.ideal import ideal_oversold
from shopweave.storms.trade.machine import ScriptStorm
from shopweave.storms.trade.oracle import judge
from shopweave.storms.trade.oversell import oversold
from shopweave.storms.trade.scenario import Master, Trade, draw
from shopweave.storms.trade.storm import TradeStorm
from shopweave.storms.trade.world import TradeWorld

QUIET, PAUSE, ROUGH = "nothing but trade", "one absence", "faults and absences"
ALL = "all"


class Tally(Struct, frozen=True, kw_only=True):
    """What became of trade, added up; `broken` counts storms that did not come to an end."""

    purchases: int = 0
    lost_orders: int = 0
    doubled_orders: int = 0
    unbooked: int = 0
    doubled_units: int = 0
    oversold: int = 0
    excused: int = 0
    ideal: int = 0
    wrong_levels: int = 0
    requests: int = 0
    broken: int = 0


class Pair(Struct, frozen=True, kw_only=True):
    """One seed, played to both; `kind` says how rough it was."""

    kind: str
    hub: Tally
    script: Tally


class Compared(Struct, frozen=True, kw_only=True):
    """All seeds of one kind of storm."""

    kind: str
    storms: int
    hub: Tally
    script: Tally


def scenario_of(seed: int) -> Trade:
    """Draw a storm in which a till keeps the stock and takes the orders over, and all clocks agree."""
    drawn = draw(chance(seed), seed)
    return structs.replace(drawn, master=Master.TILL, shop_ahead=(0.0, 0.0), hub_ahead=0.0)


def kind_of(scenario: Trade) -> str:
    """Say how rough a storm is."""
    if scenario.fault_share:
        return ROUGH
    return PAUSE if scenario.blows else QUIET


def both(seed: int) -> Pair:
    """Play a seed to the hub, then to the script, whose machine is away when the hub was."""
    scenario = scenario_of(seed)
    hub, away = in_folder(lambda folder, empty: _hub(scenario, folder, empty))
    script = in_folder(lambda folder, _: _script(scenario, away, folder))
    return Pair(kind=kind_of(scenario), hub=hub, script=script)


def _hub(scenario: Trade, folder: Path, empty: Path) -> tuple[Tally, tuple[Span, ...]]:
    loop = looped()
    storm = TradeStorm(scenario, loop, folder, new_disk(folder, empty))
    errors = run(loop, storm.play())
    world = storm.world
    away = tuple(
        structs.replace(one, begins=one.begins - world.begun, ends=one.ends - TAKE_OVER - world.begun)
        for one in world.away
        if one.place == HUB
    )
    return tally(world, errors), away


def _script(scenario: Trade, away: Sequence[Span], folder: Path) -> Tally:
    loop = looped()
    storm = ScriptStorm(scenario, away, loop, folder)
    errors = run(loop, storm.play())
    return tally(storm.world, errors)


def tally(world: TradeWorld, errors: Sequence[str]) -> Tally:
    """Judge a world that came to rest."""
    found, sold = judge(world), oversold(world)
    return Tally(
        purchases=sum(one.is_sale for one in world.moves),
        lost_orders=len(found.lost_orders),
        doubled_orders=len(found.doubled_orders),
        unbooked=len(found.unbooked),
        doubled_units=len(found.doubled_units),
        oversold=len(sold.unexcused),
        excused=sold.excused,
        ideal=ideal_oversold(world.scenario),
        wrong_levels=len(found.wrong),
        requests=len(world.trips),
        broken=int(bool(errors)),
    )


def compare(seeds: Sequence[int], jobs: int) -> Iterator[Pair]:
    """Play seeds to both, as they end."""
    return spread(both, seeds, jobs)


def added(pairs: Sequence[Pair]) -> list[Compared]:
    """Add up by kind, and over all."""
    kinds = {ALL: list(pairs)}
    for kind in (QUIET, PAUSE, ROUGH):
        kinds[kind] = [one for one in pairs if one.kind == kind]
    return [
        Compared(
            kind=kind,
            storms=len(ones),
            hub=_sum(one.hub for one in ones),
            script=_sum(one.script for one in ones),
        )
        for kind, ones in kinds.items()
        if ones
    ]


def _sum(tallies: Iterable[Tally]) -> Tally:
    found = list(tallies)
    return Tally(**{name: sum(getattr(one, name) for one in found) for name in Tally.__struct_fields__})


def line(found: Sequence[Compared]) -> str:
    """Write it as one line for machines."""
    return json.encode({one.kind: one for one in found}).decode()


ROWS: Mapping[str, str] = {
    "purchases": "lines sold",
    "lost_orders": "orders lost",
    "doubled_orders": "orders doubled",
    "unbooked": "units not booked",
    "doubled_units": "units booked twice",
    "oversold": "units sold that were not there, unexcused",
    "excused": "units sold that were not there, excused",
    "ideal": "units an ideal hub would have sold so",
    "wrong_levels": "levels wrong at the end",
    "requests": "requests to the shops",
}


def table(found: Sequence[Compared]) -> str:
    """Write it as a table for people, in Markdown."""
    heads = [f"{one.kind} ({one.storms}): {side}" for one in found for side in ("hub", "script")]
    lines = ["| | " + " | ".join(heads) + " |", "|---" * (len(heads) + 1) + "|"]
    for name, title in ROWS.items():
        cells = [f"{getattr(side, name):,}" for one in found for side in (one.hub, one.script)]
        lines.append(f"| {title} | " + " | ".join(cells) + " |")
    return "\n".join(lines)
