"""What is wrong in the settings, and where."""

from collections.abc import Iterable
from difflib import get_close_matches

from msgspec import Struct

from shopweave.model.errors import Configuration


class Problem(Struct, frozen=True, kw_only=True):
    """One thing to correct.

    `file` is the settings file or the environment variable; `line` counts from 1, 0 where none can be named.
    `value` is what was found, as it was written, and never that of a secret.
    """

    file: str
    line: int = 0
    key: str
    what: str
    remedy: str = ""
    value: str = ""
    allowed: tuple[str, ...] = ()
    nearest: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        key = f"{self.key}: " if self.key else ""
        meant = f"Did you mean '{self.nearest}'?" if self.nearest else ""
        allowed = f"Allowed are: {', '.join(self.allowed)}." if self.allowed else ""
        return " ".join(part for part in (f"{place}: {key}{self.what}", meant, allowed, self.remedy) if part)


class SettingsError(Configuration):
    """The settings have problems."""

    CODE = "CFG-100"

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


def nearest(name: str, known: Iterable[str]) -> str:
    """Give the known name that looks most like `name`, empty when none does."""
    by_form = {one.casefold(): one for one in known}
    close = get_close_matches(name.casefold(), list(by_form), n=1)
    return by_form[close[0]] if close else ""
