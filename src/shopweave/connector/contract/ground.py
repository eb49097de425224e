"""What the suite stands on: a connector, a far side to try it on, and hands that work there."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

import msgspec
from msgspec import Struct

from shopweave.connector.capabilities import Capabilities
from shopweave.connector.contract.faults import Fault, FaultyFiles, FaultyHttp, FaultySql
from shopweave.connector.declaration import Connector, Doors
from shopweave.connector.orders import HandOver
from shopweave.connector.roles import Ask
from shopweave.connector.settings import Settings
from shopweave.connector.transports import SqlTransport
from shopweave.model.change import Write
from shopweave.model.errors import NotSent
from shopweave.model.record import Kind
from shopweave.model.values import Level, Picture


class Hands(Protocol):
    """What people do at the far side; the simulator's own doors, never the connector's."""

    def fill(self, feed: str, count: int) -> tuple[str, ...]:
        """Put new records into the list of a feed and give their ids."""
        ...

    def touch(self, feed: str, remote_id: str) -> None:
        """Change a record in a way that its feed shows."""
        ...

    def remove(self, feed: str, remote_id: str) -> None:
        """Take a record away."""
        ...

    def count(self, kind: Kind) -> int:
        """Say how many living records of a kind there are."""
        ...


class Buyers(Protocol):
    """What buyers and staff do with orders at the far side; the simulator's own doors."""

    def buy(self, count: int) -> tuple[str, ...]:
        """Make orders and give their ids."""
        ...

    def change(self, order: str) -> None:
        """Change an order in a way that its feed shows."""
        ...

    def lose(self, order: str) -> bool:
        """Take an order out of its list, if that can happen there."""
        ...


class Samples(Struct, frozen=True, kw_only=True):
    """What a connector is tried with; what is not given is not tried.

    `create` makes a record, `update` gives the atoms to write into it after that. `clash` is a create the
    far side refuses once `create` was made. `refused` is one that is refused before anything is sent.
    `order` is one the far side takes, `later_order` a later state of it, `bad_orders` are refused, each for
    what its key names. `level` is written to a record of `level_kind` that the first feed shows. `wrong` are
    settings with credentials that are no good. `enough` records fill at least three pages of a feed,
    `enough_orders` as many of orders; they are tried where a stand gives `orders`.
    """

    feeds: tuple[str, ...] = ()
    enough: int = 0
    enough_orders: int = 0
    create: Write | None = None
    update: Write | None = None
    clash: Write | None = None
    refused: Write | None = None
    level: Level | None = None
    level_kind: Kind = Kind.PRODUCT
    order: HandOver | None = None
    later_order: HandOver | None = None
    bad_orders: Mapping[str, HandOver] = {}
    question: Ask | None = None
    unknown: Ask | None = None
    picture: Picture | None = None
    no_picture: Picture | None = None
    wrong: tuple[Settings, ...] = ()


class Ground(Struct, frozen=True, kw_only=True):
    """An open far side. `secrets` are texts that no error may hold, in any form.

    `taken` counts the orders the far side has taken over.
    """

    connector: Connector
    settings: Settings
    doors: Doors
    samples: Samples = Samples()
    hands: Hands | None = None
    customers: Buyers | None = None
    secrets: tuple[str, ...] = ()
    first_atoms: tuple[str, ...] = ()
    taken: Callable[[], int] | None = None

    @property
    def capabilities(self) -> Capabilities:
        """Say what the connection can do."""
        return self.connector.capabilities(self.settings)

    @property
    def people(self) -> Hands:
        """Give the hands; only cases that ask for them are run where there are any."""
        if self.hands is None:
            raise LookupError("nobody can work at the far side")
        return self.hands

    @property
    def buyers(self) -> Buyers:
        """Give the buyers; only cases that ask for orders are run where there are any."""
        if self.customers is None:
            raise LookupError("nobody buys at the far side")
        return self.customers

    def connect(self, **settings: Any) -> Any:
        """Make a connection whose requests keep their deadlines."""
        return self.faulty(None, **settings)[0]

    def faulty(
        self, fault: Fault | None, *, writes_only: bool = False, **settings: Any
    ) -> tuple[Any, Callable[[], int]]:
        """Make a connection through doors that go wrong; gives it and a count of how often they did."""
        http = FaultyHttp(self.doors.http, self.doors.clock, fault, writes_only=writes_only)
        opened: list[FaultySql] = []

        def sql(url: str) -> SqlTransport:
            opened.append(FaultySql(self.doors.sql(url), fault, writes_only=writes_only))
            return opened[-1]

        files = FaultyFiles(self.doors.files, fault)
        doors = msgspec.structs.replace(self.doors, http=http, foreign=http, sql=sql, files=files)
        made = self.connector.make({**self.settings, **settings}, doors)
        return made, lambda: http.met + files.met + sum(one.met for one in opened)


class Stand(Struct, frozen=True, kw_only=True):
    """What is known before anything is opened: enough to say which cases fit.

    `settings` need only be good enough to make a connection, not to use it. `speaks` is the door the
    connector uses. `given` names the samples that the ground will have.
    """

    connector: Connector
    settings: Settings
    open: Callable[[], AbstractAsyncContextManager[Ground]]
    given: frozenset[str]
    doors: Doors
    hands: bool = True
    speaks: str = "http"


class Silent:
    """A door behind which nobody is, for connections that are only looked at."""

    async def send(self, request: Any) -> Any:
        """Never send."""
        raise NotSent

    def stream(self, request: Any) -> Any:
        """Never send."""
        raise NotSent

    async def transact(self, work: Any, *, read_only: bool, timeout: float) -> Any:
        """Never send."""
        raise NotSent
