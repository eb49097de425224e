"""Runs by the clock."""

from shopweave.engine.port import Json, Schedule
from shopweave.hub import notify, upkeep, watching
from shopweave.hub.context import Hub
from shopweave.model.settings import FlowSettings, OrderFlowSettings

CLOCK = "flow.clock"


async def set_schedules(hub: Hub) -> None:
    """Let every flow with a schedule run by it."""

    async def fire(state: Json) -> Json:
        name = str(state["flow"])
        key = f"clock:{name}:{state['at']}:run"
        await hub.store.write(lambda tx: hub.begin(tx, name, "clock", "clock", key))
        return {**state, "done": True}

    hub.engine.register(CLOCK, fire)
    clocks = [_clock(flow) for flow in _by_clock(hub)]
    await hub.engine.schedule((*notify.register(hub), *watching.register(hub), upkeep.schedule(), *clocks))


def scheduled(hub: Hub) -> list[str]:
    """Name the flows that run by the clock."""
    return [flow.name for flow in _by_clock(hub)]


def _by_clock(hub: Hub) -> list[FlowSettings | OrderFlowSettings]:
    found: list[FlowSettings | OrderFlowSettings] = [
        flow.settings for flow in hub.house.flows.values() if flow.settings.schedule
    ]
    return [*found, *(flow.settings for flow in hub.house.orders.values())]


def _clock(flow: FlowSettings | OrderFlowSettings) -> Schedule:
    state: Json = {"flow": flow.name}
    return Schedule(name=flow.name, cron=flow.schedule, zone=flow.zone, run=CLOCK, state=state)
