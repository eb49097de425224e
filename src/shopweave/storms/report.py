"""What many storms came to: one line for machines, sentences for people. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct, json

from shopweave.storms.fleet import Played
from shopweave.storms.outcome import LOSSES, Outcome
from shopweave.storms.scenario import POINTS, Fate

CLASSES = (*POINTS, Fate.POWER.value, Fate.PAUSE.value)
ENOUGH = 200
# Twenty in five hundred storms; chance alone makes one in fifteen fail at three hundred.
RARE = 25
LOADED = 0.75
_NAMES = {"useless": "useless_writes", "unbooked": "unbooked_units", "oversold": "oversold_unexcused"}


class Total(Struct, frozen=True, kw_only=True):
    """The line a run of storms ends with; `errors` counts storms that broke or did not come to rest.

    Oversold units are excused where no delay of the hub's own was needed for it; `ideal_oversold` is what a
    hub without any would have sold too.
    """

    histories: int
    seconds: float
    crashes: Mapping[str, int]
    crashes_with_open_intent: int
    faults: Mapping[str, int]
    missing: int
    duplicates: int
    wrong: int
    useless_writes: int
    late: int
    lost_orders: int
    doubled_orders: int
    unbooked_units: int
    doubled_units: int
    oversold_unexcused: int
    oversold_excused: int
    ideal_oversold: int
    errors: int
    most_statements: int
    too_dear: int
    cpu_seconds_per_seed: float


def total(played: Sequence[Played], seconds: float) -> Total:
    """Add up."""
    outcomes = [one.outcome for one in played]
    losses = {name: sum(len(getattr(one, name)) for one in outcomes) for name in LOSSES}
    renamed = {_NAMES.get(name, name): count for name, count in losses.items()}
    return Total(
        histories=len(outcomes),
        seconds=round(seconds, 1),
        crashes={name: sum(one.crashes.get(name, 0) for one in outcomes) for name in CLASSES},
        crashes_with_open_intent=sum(one.with_open_intent for one in outcomes),
        faults=_added(one.faults for one in outcomes),
        oversold_excused=sum(one.excused for one in outcomes),
        ideal_oversold=sum(one.ideal for one in outcomes),
        errors=sum(bool(one.errors) for one in outcomes),
        most_statements=max((one.statements for one in outcomes), default=0),
        too_dear=sum(one.statements > one.allowed for one in outcomes),
        cpu_seconds_per_seed=round(sum(one.cpu for one in played) / max(1, len(played)), 3),
        **renamed,
    )


def _added(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    whole: Counter[str] = Counter()
    for one in counts:
        whole.update(one)
    return dict(sorted(whole.items()))


def line(found: Total) -> str:
    """Write the line."""
    return json.encode(found).decode()


def complaints(found: Total) -> list[str]:
    """Say what keeps a run of storms from being good; nothing when it is."""
    losses = sum(getattr(found, _NAMES.get(name, name)) for name in LOSSES)
    said = [f"{losses} losses and {found.errors} storms with errors"] if losses or found.errors else []
    if found.too_dear:
        said.append(f"{found.too_dear} storms took more statements than allowed")
    rare = [name for name in CLASSES if found.crashes.get(name, 0) * RARE < found.histories]
    if rare and found.histories >= ENOUGH:
        said.append(f"too rarely met: {', '.join(rare)}")
    if found.histories >= ENOUGH and found.crashes_with_open_intent < LOADED * found.histories:
        said.append("too few lives ended while a request may have been under way")
    return said


def wrongs(one: Outcome) -> list[str]:
    """Say what was wrong with one storm."""
    found = [f"{name}: {text}" for name in (*LOSSES, "errors") for text in getattr(one, name)]
    return [f"seed {one.seed}: {text}" for text in found]
