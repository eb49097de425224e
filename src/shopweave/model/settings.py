"""The settings of a hub as values, already checked."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import unquote, urlsplit

from msgspec import Struct

HIDDEN = "•••"


class Secret:
    """A text that nobody sees by accident: only `reveal` shows it."""

    __slots__ = ("_text",)

    def __init__(self, text: str = "") -> None:
        self._text = text

    def reveal(self) -> str:
        """Give the text itself."""
        return self._text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __repr__(self) -> str:
        return f"Secret({HIDDEN!r})" if self._text else "Secret('')"

    def __str__(self) -> str:
        return HIDDEN if self._text else ""

    def __reduce__(self) -> str:
        raise TypeError("a secret is not stored")


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


class OrderFlowSettings(Struct, frozen=True, kw_only=True):
    """Which orders of `source` are handed over to `target`, and what goes back.

    Empty `statuses` are all that take stock. A new window reaches `overlap` seconds back into the last one.
    `tell` names what the source is told once the target has the order; `done_status` is the status it then
    gets.
    """

    name: str
    source: str
    target: str
    statuses: tuple[str, ...] = ()
    schedule: str = "*/15 * * * *"
    zone: str = "UTC"
    overlap: int = 120
    later_changes: str = "ignore"
    tell: tuple[str, ...] = ()
    done_status: str = ""


class StockFlowSettings(Struct, frozen=True, kw_only=True):
    """Which channel, `target`, shows the levels of which master, `source`, and in which of its warehouses.

    `buffer` is held back from the channel, in units of the master; the channel counts with `decimals` places.
    More than `drift_limit` levels changed there by hand at once are told. What others book of its sales
    counts as booked `settle` minutes after the master's level has shown it. `sweep_every` is in minutes.
    """

    name: str
    source: str
    target: str
    warehouses: tuple[str, ...] = ()
    buffer: Decimal = Decimal(0)
    decimals: int = 0
    drift_limit: int = 10
    settle: int = 30
    schedule: str = "*/15 * * * *"
    zone: str = "UTC"
    sweep_every: int = 1440


class ConnectionSettings(Struct, frozen=True, kw_only=True):
    """One configured account of one system; `plain` and `secrets` fit its connector's options.

    `sales` says how what it sells reaches the master of the stock; empty where nobody said.
    """

    name: str
    type: str
    mode: str = "live"
    sales: str = ""
    plain: Mapping[str, Any] = {}
    secrets: Mapping[str, Secret] = {}

    @property
    def values(self) -> dict[str, Any]:
        """Give all options as the connector wants them, secrets revealed."""
        return {**self.plain, **{name: secret.reveal() for name, secret in self.secrets.items()}}


class EmailSettings(Struct, frozen=True, kw_only=True):
    """How findings go out by e-mail; `tls` is starttls, tls or none."""

    host: str
    sender: str
    to: tuple[str, ...]
    port: int = 587
    user: str = ""
    password: Secret = Secret()
    tls: str = "starttls"


class NotifySettings(Struct, frozen=True, kw_only=True):
    """Where findings that need a person go."""

    email: EmailSettings | None = None
    webhook: Secret = Secret()
    webhook_secret: Secret = Secret()


class WebSettings(Struct, frozen=True, kw_only=True):
    """Where the pages are served; `base_url` is how people reach them from outside."""

    host: str = "127.0.0.1"
    port: int = 8700
    base_url: str = ""


class IcecatToolSettings(Struct, frozen=True, kw_only=True):
    """Where the Icecat commands find their environment file and put their logs."""

    env_file: str = ".icecat_env"
    log_dir: str = "logs"


class HubSettings(Struct, frozen=True, kw_only=True):
    """All settings of a hub; an empty `database` is `hub.sqlite` in the hub's folder."""

    database: str = ""
    time_zone: str = "UTC"
    log_days: int = 7
    order_months: int = 24
    allow_private_addresses: bool = False
    connections: tuple[ConnectionSettings, ...] = ()
    flows: tuple[FlowSettings, ...] = ()
    order_flows: tuple[OrderFlowSettings, ...] = ()
    stock_flows: tuple[StockFlowSettings, ...] = ()
    notify: NotifySettings = NotifySettings()
    web: WebSettings = WebSettings()
    icecat_tool: IcecatToolSettings = IcecatToolSettings()
    warnings: tuple[str, ...] = ()

    @property
    def secrets(self) -> tuple[str, ...]:
        """Give every secret text in these settings, for masking."""
        kept = [secret for one in self.connections for secret in one.secrets.values()]
        kept += [self.notify.webhook, self.notify.webhook_secret]
        if self.notify.email is not None:
            kept.append(self.notify.email.password)
        found = [secret.reveal() for secret in kept]
        found.append(unquote(urlsplit(self.database).password or ""))
        return tuple(dict.fromkeys(text for text in found if text))

    def __repr__(self) -> str:
        names = [one.name for one in self.connections]
        return f"HubSettings(connections={names!r}, flows={self.flow_names!r})"

    @property
    def flow_names(self) -> list[str]:
        """Give the names of all flows, whatever their kind."""
        named = (self.flows, self.order_flows, self.stock_flows)
        return [one.name for flows in named for one in flows]

    def __rich_repr__(self) -> Iterator[tuple[str, list[str]]]:  # type: ignore[override,unused-ignore]
        yield "connections", [one.name for one in self.connections]
        yield "flows", self.flow_names
