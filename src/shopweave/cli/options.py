"""Options that several commands share."""

from enum import StrEnum
from typing import Annotated

import typer

JSON = Annotated[bool, typer.Option("--json", help="Print one JSON object on the last line.")]


class Pace(StrEnum):
    """How fast simulated systems answer."""

    INSTANT = "instant"
    REAL = "real"
