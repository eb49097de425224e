"""Marked blocks in a long text: `<!-- Icecat start -->…<!-- Icecat end -->` beside what people wrote.

Between a start and the next end of the same name is the block; all else is manual text and is never lost.
Of a nested or unterminated pair only the markers go.
"""

import re
from functools import lru_cache
from typing import NamedTuple

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*", re.IGNORECASE | re.ASCII)
_ANY = re.compile(rf"<!--\s*({_NAME.pattern})\s+(start|end)\s*-->", re.IGNORECASE | re.ASCII)


class _Parts(NamedTuple):
    manual: str
    inner: str | None
    place: int
    torn: bool


def split(text: str, name: str) -> tuple[str, str | None]:
    """Give the text without any block of that name, and what the last complete block holds."""
    parts = _parts(text, name)
    return parts.manual, parts.inner


def compose(manual: str, name: str, inner: str | None) -> str:
    """Put one block into the text, where its last one stood, else at the end; none if `inner` is empty.

    Markers inside `inner` are left out. Nothing is written outside the markers.
    """
    parts = _parts(manual, name)
    clean = _without_markers(inner or "", _ANY)
    if not clean:
        return parts.manual
    title = name[0].upper() + name[1:].lower()
    block = f"<!-- {title} start -->{clean}<!-- {title} end -->"
    return parts.manual[: parts.place] + block + parts.manual[parts.place :]


def blocks(text: str) -> tuple[str, ...]:
    """List the names of complete blocks in lower case, by first marker."""
    names = dict.fromkeys(match[1].lower() for match in _ANY.finditer(text))
    return tuple(name for name in names if split(text, name)[1] is not None)


def is_torn(text: str, name: str) -> bool:
    """Say whether a marker of that name stands alone, so that old content may have become manual text."""
    return _parts(text, name).torn


def _parts(text: str, name: str) -> _Parts:
    marker = _marker(name)
    kept: list[str] = []
    inner: str | None = None
    place = at = 0
    opened: re.Match[str] | None = None
    torn = False
    for match in marker.finditer(text):
        if opened and match[2].lower() == "end":
            inner, place, opened = text[at : match.start()], sum(map(len, kept)), None
        else:
            torn |= opened is not None or match[2].lower() == "end"
            kept.append(text[at : match.start()])
            opened = match if match[2].lower() == "start" else None
        at = match.end()
    kept.append(text[at:])
    joined = "".join(kept)
    manual = _without_markers(joined, marker)
    is_placed = inner is not None and manual == joined
    return _Parts(manual, inner, place if is_placed else len(manual), torn or opened is not None)


@lru_cache(maxsize=64)
def _marker(name: str) -> re.Pattern[str]:
    if not _NAME.fullmatch(name):
        raise ValueError(f"'{name}' cannot name a block")
    return re.compile(rf"<!--\s*({re.escape(name)})\s+(start|end)\s*-->", re.IGNORECASE | re.ASCII)


def _without_markers(text: str, marker: re.Pattern[str]) -> str:
    """Take out markers until none is left: the gap of one can join the halves of another."""
    while marker.search(text):
        text = marker.sub("", text)
    return text
