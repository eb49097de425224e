"""What is wrong in a settings file, and where."""

import re
from collections.abc import Iterable
from difflib import get_close_matches

from msgspec import Struct

from shopweave.model.errors import Configuration


class Problem(Struct, frozen=True, kw_only=True):
    """One thing to correct; `line` counts from 1, 0 where none can be named."""

    file: str
    line: int
    key: str
    what: str
    remedy: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.key}: {self.what} {self.remedy}".rstrip()


class SettingsError(Configuration):
    """The settings have problems."""

    CODE = "CFG-100"

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))

    def __str__(self) -> str:
        return f"{self.what} ({self.code})"


class Lines:
    """Finds the line of a key by its table's header and its name."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self._lines = text.splitlines()

    def problem(self, table: str, key: str, what: str, remedy: str = "") -> Problem:
        """Make a problem with its line."""
        name = f"{table}.{key}" if table and key else table or key
        return Problem(file=self.file, line=self.find(table, key), key=name, what=what, remedy=remedy)

    def find(self, table: str, key: str) -> int:
        """Give the line of a key in a table; of the header when the key has none; 0 for neither."""
        inside, header = not table, 0
        for number, line in enumerate(self._lines, 1):
            if match := re.match(r"\s*\[+\s*([^\]]+?)\s*\]+", line):
                inside = match[1].replace('"', "").replace("'", "") == table
                header = number if inside else header
            elif inside and key and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=", line):
                return number
        return header


def nearest(name: str, known: Iterable[str]) -> str:
    """Name the nearest known name, or all of them when none is near."""
    names = list(known)
    close = get_close_matches(name, names, n=1)
    return f"Did you mean '{close[0]}'?" if close else f"Known are: {', '.join(names)}."
