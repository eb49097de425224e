"""Checking connections: what works, what is missing, what to do."""

from msgspec import Struct

from shopweave.connector.roles import CheckLine, Checks
from shopweave.hub.context import Hub


class Checked(Struct, frozen=True, kw_only=True):
    """What a check of one connection found."""

    connection: str
    lines: tuple[CheckLine, ...]

    @property
    def works(self) -> bool:
        """Say whether the connection can be used."""
        return all(line.ok or not line.blocks for line in self.lines)


async def check(hub: Hub, connection: str) -> Checked:
    """Try one connection, changing nothing."""
    port = hub.port(connection)
    if not isinstance(port.connector, Checks):
        return Checked(connection=connection, lines=())
    async with port.gate.slot():
        lines = await port.connector.check()
    return Checked(connection=connection, lines=tuple(lines))


async def check_all(hub: Hub) -> list[Checked]:
    """Try all connections."""
    return [await check(hub, port.row.name) for port in hub.house.ports.values()]
