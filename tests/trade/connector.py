"""A small connector that sells and takes orders, as the settings name it: `type = "stall"`."""

from typing import Any

from shopweave.connector.capabilities import Capabilities
from shopweave.connector.declaration import Connector, Doors
from shopweave.connector.orders import Keeps, LookUp, Sells, Takes
from shopweave.connector.settings import Option, OptionKind, Settings
from shopweave.core.ledger import StateTable
from shopweave.model.movement import Witness

TABLE = StateTable(
    takes=frozenset({"processing", "completed", "refunded"}),
    gives_back=frozenset({"pending", "cancelled"}),
)
SELLS = Sells(
    table=TABLE,
    statuses=("pending", "processing", "completed", "cancelled", "refunded"),
    final=("cancelled", "refunded"),
)


def capabilities(settings: Settings) -> Capabilities:
    takes = Takes(
        look_up=LookUp(str(settings["look_up"])),
        books=bool(settings["books"]),
        updates=bool(settings["updates"]),
    )
    return Capabilities(
        atoms=(),
        sells=SELLS if settings["sells"] else None,
        takes=takes if settings["takes"] else None,
        keeps=Keeps(witness=Witness.LEVEL) if settings["keeps"] else None,
    )


def _switch(name: str, *, default: bool) -> Option:
    return Option(name=name, title=name, description=name, kind=OptionKind.SWITCH, default=default)


def make(settings: Settings, doors: Doors) -> Any:
    raise NotImplementedError


STALL = Connector(
    name="stall",
    title="Market stall",
    description="Sells and takes orders, in tests.",
    options=(
        _switch("sells", default=True),
        _switch("takes", default=True),
        _switch("books", default=True),
        _switch("updates", default=False),
        _switch("keeps", default=False),
        Option(name="look_up", title="look-up", description="look-up", default="by reference"),
    ),
    capabilities=capabilities,
    make=make,
)
