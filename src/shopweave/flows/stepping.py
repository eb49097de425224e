"""A step of a run, whatever its kind: what goes wrong ends the run with a finding, never without one."""

from collections.abc import Awaitable, Callable

from shopweave.core.retry import backoff
from shopweave.engine.port import Json
from shopweave.model.errors import HubError, Limited, Unavailable
from shopweave.model.seams import Clock
from shopweave.store.base import Store, Tx

TRIES = 3
FAILURES = "failures"


async def take_step(
    store: Store,
    state: Json,
    step: Awaitable[Json],
    failed: Callable[[Tx, HubError], None],
    clock: Clock | None = None,
) -> Json:
    """Take a step; `failed` is called in a transaction of its own. What is no `HubError` is raised again.

    With a clock a side that cannot be reached is asked again in the same run, a few times.
    """
    try:
        return without_failures(await step)
    except HubError as error:
        failure = error
        if clock is not None and (again := await once_more(clock, state, error)) is not None:
            return again
        await store.write(lambda tx: failed(tx, failure))
        return {**state, "done": True}
    except Exception as error:
        fault = HubError(f"An error inside the hub: {type(error).__name__}.", code="HUB-500")
        await store.write(lambda tx: failed(tx, fault))
        raise


async def once_more(clock: Clock, state: Json, error: HubError) -> Json | None:
    """Wait a little and give the state in which the same step is taken again; None when it is enough."""
    failures = int(str(state.get(FAILURES, 0))) + 1
    if failures >= TRIES or not isinstance(error, (Unavailable, Limited)):
        return None
    asked = error.wait if isinstance(error, Limited) else 0.0
    await clock.sleep(max(backoff(failures), min(asked, backoff(TRIES))))
    return {**state, FAILURES: failures}


def without_failures(state: Json) -> Json:
    """Count the next failures from the beginning."""
    return {**state, FAILURES: 0} if state.get(FAILURES) else state
