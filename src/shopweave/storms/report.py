"""What many storms came to: one line for machines, sentences for people. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct, json

from shopweave.storms.fleet import Played
from shopweave.storms.scenario import POINTS, Fate
from shopweave.storms.storm import Outcome

CLASSES = (*POINTS, Fate.POWER.value, Fate.PAUSE.value)
LOSSES = ("missing", "duplicates", "wrong", "useless", "late")
ENOUGH = 200
RARE = 15
STATEMENTS = 6_500


class Total(Struct, frozen=True, kw_only=True):
    """The line a run of storms ends with; `errors` counts storms that broke or did not come to rest."""

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
    errors: int
    most_statements: int
    cpu_seconds_per_seed: float


def total(played: Sequence[Played], seconds: float) -> Total:
    """Add up."""
    outcomes = [one.outcome for one in played]
    losses = {name: sum(len(getattr(one, name)) for one in outcomes) for name in LOSSES}
    useless = losses.pop("useless")
    return Total(
        histories=len(outcomes),
        seconds=round(seconds, 1),
        crashes={name: sum(one.crashes.get(name, 0) for one in outcomes) for name in CLASSES},
        crashes_with_open_intent=sum(one.with_open_intent for one in outcomes),
        faults=_added(one.faults for one in outcomes),
        useless_writes=useless,
        errors=sum(bool(one.errors) for one in outcomes),
        most_statements=max((one.statements for one in outcomes), default=0),
        cpu_seconds_per_seed=round(sum(one.cpu for one in played) / max(1, len(played)), 3),
        **losses,
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
    losses = found.missing + found.duplicates + found.wrong + found.useless_writes + found.late
    said = [f"{losses} losses and {found.errors} storms with errors"] if losses or found.errors else []
    if found.most_statements > STATEMENTS:
        said.append(f"a storm took {found.most_statements} statements, {STATEMENTS} are allowed")
    rare = [name for name in CLASSES if found.crashes.get(name, 0) * RARE < found.histories]
    if rare and found.histories >= ENOUGH:
        said.append(f"too rarely met: {', '.join(rare)}")
    return said


def wrongs(one: Outcome) -> list[str]:
    """Say what was wrong with one storm."""
    found = [f"{name}: {text}" for name in (*LOSSES, "errors") for text in getattr(one, name)]
    return [f"seed {one.seed}: {text}" for text in found]
