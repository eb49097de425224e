"""A step of a run, whatever its kind: what goes wrong ends the run with a finding, never without one."""

from collections.abc import Awaitable, Callable

from shopweave.engine.port import Json
from shopweave.model.errors import HubError
from shopweave.store.base import Store, Tx


async def take_step(
    store: Store, state: Json, step: Awaitable[Json], failed: Callable[[Tx, HubError], None]
) -> Json:
    """Take a step; `failed` is called in a transaction of its own. What is no `HubError` is raised again."""
    try:
        return await step
    except HubError as error:
        failure = error
        await store.write(lambda tx: failed(tx, failure))
        return {**state, "done": True}
    except Exception as error:
        fault = HubError(f"An error inside the hub: {type(error).__name__}.", code="HUB-500")
        await store.write(lambda tx: failed(tx, fault))
        raise
