"""Runs by the clock."""

from shopweave.engine.port import Json, Schedule
from shopweave.hub import notify, upkeep, watching
from shopweave.hub.context import Hub

CLOCK = "flow.clock"


async def set_schedules(hub: Hub) -> None:
    """Let every flow with a schedule run by it."""

    async def fire(state: Json) -> Json:
        flow = hub.flow(str(state["flow"]))
        key = f"clock:{flow.row.name}:{state['at']}:run"
        await hub.store.write(lambda tx: hub.runner.start(tx, flow, "clock", "clock", key))
        return {**state, "done": True}

    hub.engine.register(CLOCK, fire)
    clocks = [
        Schedule(
            name=flow.row.name,
            cron=flow.settings.schedule,
            zone=flow.settings.zone,
            run=CLOCK,
            state={"flow": flow.row.name},
        )
        for flow in hub.house.flows.values()
        if flow.settings.schedule
    ]
    await hub.engine.schedule((*notify.register(hub), *watching.register(hub), upkeep.schedule(), *clocks))
