"""Where in a TOML text a key stands: by the header of its table and its name."""

import tomllib
from collections.abc import Iterator
from typing import Any

Path = tuple[str, ...]


class Places:
    """The lines of all headers and keys of a TOML text that is known to be sound."""

    def __init__(self, text: str) -> None:
        self._lines = text.splitlines()
        self._found: dict[Path, tuple[int, int]] = {}
        self._headers: set[Path] = set()
        self._read()

    def line(self, path: Path, word: str = "") -> int:
        """Give the line of a key, of `word` in its value, or of the nearest table around it; 0 for none."""
        if place := self._found.get(path):
            return self._word(place, word) if word else place[0]
        around = (path[:length] for length in range(len(path) - 1, 0, -1))
        return next((self._found[one][0] for one in around if self._is_written(one)), 0)

    def _is_written(self, path: Path) -> bool:
        """Say whether a table is there; sections such as `connections` only hold tables with names."""
        return path in self._found and (len(path) > 1 or path in self._headers)

    def _word(self, place: tuple[int, int], word: str) -> int:
        quoted = (f'"{word}"', f"'{word}'")
        for number in range(place[0], place[1] + 1):
            if any(form in self._lines[number - 1] for form in quoted):
                return number
        return place[0]

    def _read(self) -> None:
        table: Path = ()
        number = 0
        while number < len(self._lines):
            text = self._lines[number].strip()
            number += 1
            if text.startswith("["):
                table = next(_paths(tomllib.loads(text)), ())
                self._headers.add(table)
                self._note(table, number, number)
            elif text and not text.startswith("#"):
                first, (number, tree) = number, self._statement(number)
                for path in _paths(tree):
                    self._note((*table, *path), first, number)

    def _statement(self, first: int) -> tuple[int, dict[str, Any]]:
        """Read the statement that begins in line `first`; give its last line and what it says."""
        for last in range(first, len(self._lines) + 1):
            try:
                return last, tomllib.loads("\n".join(self._lines[first - 1 : last]))
            except tomllib.TOMLDecodeError:
                continue
        return first, {}

    def _note(self, path: Path, first: int, last: int) -> None:
        for length in range(1, len(path) + 1):
            self._found.setdefault(path[:length], (first, last))


def _paths(tree: Any) -> Iterator[Path]:
    """Give the path of every key, tables in tables included."""
    if isinstance(tree, list):
        for one in tree:
            yield from _paths(one)
    if not isinstance(tree, dict):
        return
    for name, value in tree.items():
        below = [(name, *path) for path in _paths(value)]
        yield from below or [(name,)]
