"""The settings of a hub as values, already checked."""

from typing import Any

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


class ConnectionSettings(Struct, frozen=True, kw_only=True):
    """One configured account of one system; `values` are checked against its connector's options."""

    name: str
    type: str
    mode: str = "live"
    values: dict[str, Any] = {}
    secrets: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"ConnectionSettings(name={self.name!r}, type={self.type!r})"


class WebSettings(Struct, frozen=True, kw_only=True):
    """Where the pages are served."""

    host: str = "127.0.0.1"
    port: int = 8700


class IcecatToolSettings(Struct, frozen=True, kw_only=True):
    """Where the Icecat commands find their environment file and put their logs."""

    env_file: str = ".icecat_env"
    log_dir: str = "logs"


class HubSettings(Struct, frozen=True, kw_only=True):
    """All settings of a hub."""

    database: str = ""
    time_zone: str = "UTC"
    log_days: int = 7
    allow_private_addresses: bool = False
    connections: tuple[ConnectionSettings, ...] = ()
    flows: tuple[FlowSettings, ...] = ()
    web: WebSettings = WebSettings()
    icecat_tool: IcecatToolSettings = IcecatToolSettings()
    warnings: tuple[str, ...] = ()
