"""What to do after a failure, and when."""

from datetime import datetime, timedelta

from msgspec import Struct

from shopweave.model.errors import Configuration, HubError, Limited, NotSent

LONGEST = 600.0
LOOK_UPS = 2


class Wait(Struct, frozen=True, kw_only=True):
    """The lane stands still until `until`, and says why."""

    until: datetime
    why: str


def backoff(failures: int) -> float:
    """Give the seconds to wait after the `failures`-th failure in a row."""
    return min(LONGEST, 5.0 * 2.0 ** min(failures - 1, 10))


def after_failure(error: HubError, failures: int, now: datetime, jitter: float) -> Wait:
    """Say until when a lane waits; `jitter` in [0, 1) spreads the lanes of one host."""
    if isinstance(error, Limited):
        seconds = max(1.0, error.wait)
    elif isinstance(error, Configuration):
        seconds = max(60.0, backoff(failures))
    else:
        seconds = backoff(failures)
    return Wait(until=now + timedelta(seconds=seconds * (1 + jitter / 4)), why=f"{error.what} ({error.code})")


def had_no_effect(error: HubError) -> bool:
    """Say whether a failed request surely changed nothing."""
    return isinstance(error, (NotSent, Limited, Configuration))


def first_look(request_ended: datetime, lease_ends: datetime, longest_run: float) -> datetime:
    """Say when a change in doubt may first be looked up: when nothing of it can still be under way."""
    return max(request_ended, lease_ends) + timedelta(seconds=longest_run)
