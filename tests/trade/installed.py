"""Makes the stall known beside the real connectors."""

import pytest

from shopweave.connector import declaration
from tests.trade.connector import STALL


class _Point:
    def load(self) -> object:
        return STALL


def install(patch: pytest.MonkeyPatch) -> None:
    """Let settings name `type = "stall"`."""
    known = declaration._installed()
    patch.setattr(declaration, "_installed", lambda: {**known, "stall": _Point()})
