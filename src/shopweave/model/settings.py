"""The settings of a hub as values, already checked."""

from msgspec import Struct


class GuardLimits(Struct, frozen=True, kw_only=True):
    """What a run may do without a person; shares are of the linked items."""

    share: float = 0.20
    least: int = 20
    creations: int = 50
    creation_share: float = 0.20
    price_move: float = 0.30
    deactivations: int = 20
    vanish: float = 0.20


class FlowSettings(Struct, frozen=True, kw_only=True):
    """What goes from where to where, and who decides.

    `items` names the connection whose items a provider is asked about; empty for others. `schedule` is a
    cron text, empty for none, in `zone`. `sweep_every` is in minutes.
    """

    name: str
    source: str
    target: str
    items: str = ""
    own: tuple[str, ...] = ()
    fill: tuple[str, ...] = ()
    only_if_target_empty: tuple[str, ...] = ()
    create: bool = True
    when_gone: str = "deactivate"
    drift: str = "overwrite"
    conflict: str = "source"
    schedule: str = ""
    zone: str = "UTC"
    sweep_every: int = 1440
    guard: GuardLimits = GuardLimits()
