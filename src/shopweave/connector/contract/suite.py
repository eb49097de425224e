"""All cases, and which of them fit a connector."""

from shopweave.connector.capabilities import Method
from shopweave.connector.contract import declaring, failing, ordering, reading, taking, writing
from shopweave.connector.contract.case import Case
from shopweave.connector.contract.ground import Stand

CASES: tuple[Case, ...] = (
    *declaring.CASES,
    *reading.CASES,
    *writing.CASES,
    *ordering.CASES,
    *taking.CASES,
    *failing.CASES,
)


def cases_for(stand: Stand) -> tuple[Case, ...]:
    """Give the cases that fit what the connector can do and what the stand has."""
    made = stand.connector.make(stand.settings, stand.doors)
    methods = {feed.method for feed in stand.connector.capabilities(stand.settings).feeds}
    return tuple(case for case in CASES if _fits(case, stand, made, methods))


def _fits(case: Case, stand: Stand, made: object, methods: set[Method]) -> bool:
    if any(not isinstance(made, role) for role in case.roles):
        return False
    return (
        (not case.methods or bool(case.methods & methods))
        and set(case.samples) <= stand.given
        and (stand.hands or not case.hands)
        and case.speaks in ("", stand.speaks)
    )


async def run_case(case: Case, stand: Stand) -> None:
    """Open the far side and run one case on it; raises `Breach`."""
    async with stand.open() as ground:
        await case.run(ground)
