"""Grounds for both engines."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.engine.stage import KINDS, Ground
from tests.services import postgres_url


@pytest.fixture(params=KINDS)
def ground(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ground]:
    """Give a fresh database for an engine."""
    with ExitStack() as stack:
        url = stack.enter_context(postgres_url()) if request.param.endswith("postgres") else ""
        yield Ground(request.param, tmp_path, url)
