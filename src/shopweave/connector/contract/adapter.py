"""The suite as tests of pytest; imported by test modules only."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from shopweave.connector.contract.case import Case
from shopweave.connector.contract.ground import Stand
from shopweave.connector.contract.suite import cases_for, run_case


def contract(**stands: Stand) -> Callable[[Stand, Case], None]:
    """Give one test function that runs every case that fits, on every stand.

    A stand named like a mark of the project carries that mark, as `mariadb` does.
    """

    cases = [one for name in stands for one in _cases(name, stands[name])]

    @pytest.mark.parametrize(("stand", "case"), cases)
    def test(stand: Stand, case: Case) -> None:
        asyncio.run(run_case(case, stand))

    return test


def _cases(name: str, stand: Stand) -> list[Any]:
    marks = (getattr(pytest.mark, name),) if name in _MARKS else ()
    return [pytest.param(stand, case, id=f"{name}: {case.name}", marks=marks) for case in cases_for(stand)]


_MARKS = ("mariadb", "postgres")
