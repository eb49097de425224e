"""Callbacks are watched: those that are missing are made, those that a shop switched off are switched on."""

from shopweave.connector.callbacks import Subscribed
from shopweave.engine.port import Json, Schedule
from shopweave.hub.callbacks import Entrance, address, open_hooks
from shopweave.hub.context import Hub
from shopweave.model.errors import HubError
from shopweave.model.finding import Finding, Severity
from shopweave.store import findings

RUN = "callbacks.watch"
EVERY = "*/15 * * * *"


async def watch(hub: Hub) -> dict[str, Subscribed]:
    """Have every connection that can send its callbacks to this hub; gives what that took, by connection.

    Nothing is done while the settings do not say under which address the hub is reached from outside.
    """
    if not hub.settings.web.base_url:
        return {}
    done = {path: await _subscribe(hub, path, way) for path, way in (await open_hooks(hub)).items()}
    return {found[0]: found[1] for found in done.values() if found is not None}


async def _subscribe(hub: Hub, path: str, way: Entrance) -> tuple[str, Subscribed] | None:
    name = way.port.row.name
    try:
        async with way.port.gate.slot():
            found: Subscribed = await way.port.connector.subscribe(address(hub, path), way.secret)
    except HubError as error:
        failure = _failed(name, error)
        await hub.store.write(lambda tx: findings.report(tx, failure))
        return None
    await hub.store.write(lambda tx: findings.settle(tx, f"watch:{name}:failed"))
    if found.revived:
        told = _switched_off(name, found)
        await hub.store.write(lambda tx: findings.report(tx, told))
    return name, found


def register(hub: Hub) -> tuple[Schedule, ...]:
    """Let the hub watch every quarter of an hour."""

    async def step(state: Json) -> Json:
        await watch(hub)
        return {**state, "done": True}

    hub.engine.register(RUN, step)
    return (Schedule(name=RUN, cron=EVERY, zone="UTC", run=RUN),)


def _failed(name: str, error: HubError) -> Finding:
    return Finding(
        code=error.code[:24],
        cause=f"watch:{name}:failed",
        severity=Severity.NEEDS,
        connection=name,
        what=f"{name}: its webhooks could not be looked at: {error.what}",
        why="Changes are seen when the hub looks by itself, not at once.",
        doing="It is tried again every quarter of an hour.",
        can_do=error.remedy,
    )


def _switched_off(name: str, found: Subscribed) -> Finding:
    return Finding(
        code="HOOK-020",
        cause=f"watch:{name}:off",
        severity=Severity.NOTE,
        connection=name,
        what=f"{name} had switched off webhooks after failed deliveries: {', '.join(found.revived)}.",
        why="A shop does that when this hub could not be reached several times in a row.",
        doing="They are switched on again; what happened meanwhile is read by polling.",
        can_do="Look at whether this hub was reachable from the shop.",
    )
