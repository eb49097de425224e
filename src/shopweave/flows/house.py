"""The connections and flows of a running hub, as the flows use them."""

from collections.abc import Mapping

from msgspec import Struct

from shopweave.core.rules import Rule
from shopweave.lanes.channels import Channel
from shopweave.lanes.port import Port
from shopweave.model.settings import FlowSettings, OrderFlowSettings, StockFlowSettings
from shopweave.store.connections import FlowRow


class Flow(Struct, frozen=True, kw_only=True):
    """A flow: its row and its settings; `items` is the connection whose items it enriches, or its source."""

    row: FlowRow
    settings: FlowSettings
    items: int

    @property
    def enriches(self) -> bool:
        """Say whether the source is asked about items of another connection."""
        return self.items != self.row.source


class OrderFlow(Struct, frozen=True, kw_only=True):
    """A flow of orders: its row and its settings."""

    row: FlowRow
    settings: OrderFlowSettings


class StockFlow(Struct, frozen=True, kw_only=True):
    """A flow of stock: its row, its settings, and its target as a channel of the master."""

    row: FlowRow
    settings: StockFlowSettings
    channel: Channel

    @property
    def items(self) -> int:
        """Give the connection whose items these are."""
        return self.row.source


class House(Struct, frozen=True, kw_only=True):
    """All ports by connection and all flows by number, each kind in the order of the settings."""

    ports: Mapping[int, Port]
    flows: Mapping[int, Flow]
    orders: Mapping[int, OrderFlow] = {}
    stock: Mapping[int, StockFlow] = {}

    def flow(self, name: str) -> Flow:
        """Give a flow by name; raises KeyError."""
        return next(flow for flow in self.flows.values() if flow.row.name == name)

    def order_flow(self, name: str) -> OrderFlow:
        """Give a flow of orders by name; raises KeyError."""
        return next(flow for flow in self.orders.values() if flow.row.name == name)

    def stock_flow(self, name: str) -> StockFlow:
        """Give a flow of stock by name; raises KeyError."""
        return next(flow for flow in self.stock.values() if flow.row.name == name)

    def channel(self, connection: int) -> Channel | None:
        """Give a connection as a channel; None for one that shows no master's levels."""
        found = (flow.channel for flow in self.stock.values() if flow.row.target == connection)
        return next(found, None)

    def is_master(self, connection: int) -> bool:
        """Say whether a connection's levels are shown at a channel."""
        return any(flow.row.source == connection for flow in self.stock.values())

    def rules(self, target: int) -> tuple[Rule, ...]:
        """Give all rules of one target, in the order of its flows."""
        return tuple(
            rule
            for order, flow in enumerate(self.flows.values())
            if flow.row.target == target
            for rule in rules_of(flow, order)
        )

    def group(self, target: int) -> tuple[Flow, ...]:
        """Give the flows of one target."""
        return tuple(flow for flow in self.flows.values() if flow.row.target == target)


def rules_of(flow: Flow, order: int) -> tuple[Rule, ...]:
    """Give what one flow may do."""
    settings = flow.settings
    return tuple(
        Rule(
            flow=flow.row.name,
            atom=atom,
            owns=atom not in settings.fill,
            if_empty=atom in settings.only_if_target_empty,
            order=order,
        )
        for atom in (*slice_of(settings), *settings.fill)
    )


def slice_of(settings: FlowSettings) -> tuple[str, ...]:
    """Give the atoms a flow owns; who owns the categories of products owns their tree too."""
    return (*settings.own, "node") if "categories" in settings.own else settings.own
