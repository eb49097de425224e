"""A connection as lanes and flows use it."""

from typing import Any

from msgspec import Struct

from shopweave.connector.capabilities import Capabilities, Writable
from shopweave.lanes.gate import Gate
from shopweave.model.record import Kind
from shopweave.store.connections import ConnectionRow


class Port(Struct, frozen=True, kw_only=True):
    """One connection: its row, what it can do, the connector's roles, and its gate."""

    row: ConnectionRow
    capabilities: Capabilities
    connector: Any
    gate: Gate

    def writable(self, kind: Kind) -> Writable | None:
        """Say how records of a kind are written; None when they are not."""
        return next((one for one in self.capabilities.writes if one.kind is kind), None)
