"""What became of a storm, as a value."""

from collections.abc import Sequence
from hashlib import blake2b

from msgspec import Struct, structs

LOSSES = (
    "missing",
    "duplicates",
    "wrong",
    "useless",
    "late",
    "lost_orders",
    "doubled_orders",
    "unbooked",
    "doubled_units",
    "oversold",
)


class Outcome(Struct, frozen=True, kw_only=True):
    """What became of a storm; `log` is a digest of all requests and deeds.

    `oversold` names the units that no delay excuses, `excused` counts those it does, `ideal` those that a hub
    without any delay of its own would have sold too. `allowed` is how many statements it may take.
    """

    seed: int
    crashes: dict[str, int] = {}
    with_open_intent: int = 0
    faults: dict[str, int] = {}
    missing: tuple[str, ...] = ()
    duplicates: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()
    useless: tuple[str, ...] = ()
    late: tuple[str, ...] = ()
    lost_orders: tuple[str, ...] = ()
    doubled_orders: tuple[str, ...] = ()
    unbooked: tuple[str, ...] = ()
    doubled_units: tuple[str, ...] = ()
    oversold: tuple[str, ...] = ()
    excused: int = 0
    ideal: int = 0
    errors: tuple[str, ...] = ()
    statements: int = 0
    allowed: int = 6_500
    events: int = 0
    seconds: float = 0.0
    log: str = ""
    story: tuple[str, ...] = ()

    @property
    def in_short(self) -> "Outcome":
        """Give it without its story."""
        return structs.replace(self, story=())

    @property
    def is_good(self) -> bool:
        """Say whether nothing went wrong."""
        return not self.errors and not any(getattr(self, name) for name in LOSSES)


def digest(log: Sequence[str]) -> str:
    """Give a short name for a whole log."""
    return blake2b("\n".join(log).encode(), digest_size=12).hexdigest()
