"""Runs by the clock."""

from shopweave.engine.port import Json, Schedule
from shopweave.hub import notify, upkeep, watching
from shopweave.hub.context import Hub
from shopweave.model.settings import FlowSettings, OrderFlowSettings, StockFlowSettings

CLOCK = "flow.clock"
AnyFlow = FlowSettings | OrderFlowSettings | StockFlowSettings


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


def _by_clock(hub: Hub) -> list[AnyFlow]:
    house = hub.house
    every: list[AnyFlow] = [flow.settings for flow in house.flows.values()]
    every += [flow.settings for flow in house.orders.values()]
    every += [flow.settings for flow in house.stock.values()]
    return [one for one in every if one.schedule]


def _clock(flow: AnyFlow) -> Schedule:
    state: Json = {"flow": flow.name}
    return Schedule(name=flow.name, cron=flow.schedule, zone=flow.zone, run=CLOCK, state=state)
