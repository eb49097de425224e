"""Texts of others, such as errors and answers, lose the known secrets before they are stored."""

from collections.abc import Callable, Mapping
from typing import Any

Hide = Callable[[str], str]
_TEXTS = ("what", "remedy", "error")
_KNOWN: list[Hide] = []


def hide_with(hide: Hide) -> None:
    """Let this function take secrets out of what is stored; the last one given counts."""
    _KNOWN[:] = [hide]


def hidden(text: str) -> str:
    """Give a text without secrets."""
    return _KNOWN[0](text) if _KNOWN else text


def hidden_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Give values whose texts for people hold no secrets."""
    return {name: hidden(value) if name in _TEXTS else value for name, value in values.items()}


def hidden_bytes(content: bytes) -> bytes:
    """Give the body of a request or an answer without secrets; what is no text stays as it is."""
    try:
        return hidden(content.decode()).encode()
    except UnicodeDecodeError:
        return content
