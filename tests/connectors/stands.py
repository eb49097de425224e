"""What the stands of all connectors share: doors that are not opened yet, and real systems named by the environment."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from shopweave.connector.contract import Ground, Samples, Stand
from shopweave.connector.contract.ground import Silent
from shopweave.connector.declaration import Doors, find_connector
from shopweave.hub.settings import load
from shopweave.runtime.clock import SystemClock, SystemIds, system_random
from shopweave.runtime.http import AiohttpTransport
from shopweave.runtime.sql import ForeignSql, open_sql


def no_doors() -> Doors:
    """Give doors behind which nobody is."""
    silent = Silent()
    return Doors(
        http=silent, sql=lambda _: silent, clock=SystemClock(), ids=SystemIds(), random=system_random()
    )


def live(name: str, first_atoms: tuple[str, ...]) -> dict[str, Stand]:
    """Give a stand on a real system: `SHOPWEAVE_LIVE_<NAME>` is a hub's folder with a connection of that type.

    Nothing is written there, and nobody works at the far side: the cases that only read are run.
    """
    folder = os.environ.get(f"SHOPWEAVE_LIVE_{name.upper()}", "")
    if not folder:
        return {}
    settings = load(Path(folder))
    one = next(one for one in settings.connections if one.type == name)
    connector = find_connector(name)
    secrets = tuple(secret.reveal() for secret in one.secrets.values() if secret)

    @asynccontextmanager
    async def opened() -> AsyncIterator[Ground]:
        clock = SystemClock()
        http, sql = AiohttpTransport(clock), list[ForeignSql]()

        def open_counted(url: str) -> Any:
            sql.append(open_sql(url))
            return sql[-1]

        doors = Doors(http=http, sql=open_counted, clock=clock, ids=SystemIds(), random=system_random())
        yield Ground(
            connector=connector,
            settings=one.values,
            doors=doors,
            samples=Samples(),
            secrets=secrets,
            first_atoms=first_atoms,
        )
        await http.close()
        for each in sql:
            each.close()

    return {
        "live": Stand(
            connector=connector,
            settings=one.values,
            open=opened,
            given=frozenset({"reads"}),
            doors=no_doors(),
            hands=False,
            speaks="http" if "url" in one.values else "sql",
        )
    }
