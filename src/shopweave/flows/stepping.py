"""The steps of a run, whatever its kind: what goes wrong ends the run with a finding, never without one."""

from collections.abc import Awaitable, Callable, Container

from shopweave.core.retry import backoff
from shopweave.engine.port import Json
from shopweave.model.errors import HubError, Limited, Unavailable
from shopweave.model.seams import Clock
from shopweave.store.base import Store, Tx

STEP = 1.0
TRIES = 3
FAILURES = "failures"


async def take_steps(
    store: Store,
    clock: Clock,
    state: Json,
    step: Callable[[Json], Awaitable[Json]],
    failed: Callable[[Tx, HubError], None],
    *,
    patient: bool = False,
    alone: Container[str] = (),
) -> Json:
    """Take the next steps of a run, for about a second: where it stands is not worth a commit each time.

    `failed` is called in a transaction of its own; what is no `HubError` is raised again. A patient run asks
    a side that cannot be reached again, a few times. What a run is about to do in a step named in `alone`
    is known before it is done.
    """
    until = clock.monotonic() + STEP
    while True:
        try:
            state = without_failures(await step(state))
        except HubError as error:
            if patient and (again := await once_more(clock, state, error)) is not None:
                return again
            await _tell(store, failed, error)
            return {**state, "done": True}
        except Exception as error:
            fault = HubError(f"An error inside the hub: {type(error).__name__}.", code="HUB-500")
            await _tell(store, failed, fault)
            raise
        if state.get("done") or str(state.get("step")) in alone or clock.monotonic() >= until:
            return state


async def _tell(store: Store, failed: Callable[[Tx, HubError], None], error: HubError) -> None:
    await store.write(lambda tx: failed(tx, error))


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
