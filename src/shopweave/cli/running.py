"""Carrying out a command: its folder, its exit code, and errors in one sentence."""

import contextlib
import os
from collections.abc import Awaitable, Callable, Iterator
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import typer

from shopweave.cli.console import as_text, quiet, tell, warn
from shopweave.model.errors import Configuration, HubError

DONE, PARTLY, REFUSED, HELD, BUSY = 0, 1, 2, 3, 4
DEBUG = "SHOPWEAVE_DEBUG"
FOLDER: ContextVar[Path] = ContextVar("folder")


def dir_first(arguments: list[str]) -> list[str]:
    """Move `--dir DIR` to the front, wherever it stands; one without a folder is left to be refused."""
    front: list[str] = []
    rest: list[str] = []
    words = iter(arguments)
    for word in words:
        if word == "--":
            rest += [word, *words]
        elif word == "--dir":
            value = next(words, None)
            if value is None:
                return [word]
            front = [word, value]
        elif word.startswith("--dir="):
            front = [word]
        else:
            rest.append(word)
    return [*front, *rest]


def here() -> Path:
    """Give the hub's folder of the command that runs."""
    return FOLDER.get()


def carry_out(command: Callable[[], Awaitable[int]], *, as_json: bool = False) -> None:
    """Run a command and end with its code; errors become one sentence each, never a trace."""
    import asyncio

    try:
        code = asyncio.run(_awaited(command))
    except KeyboardInterrupt:
        code = PARTLY
    except Exception as error:  # noqa: BLE001 - shown masked, with its own exit code
        if os.environ.get(DEBUG):
            _show_trace(error)
        code = fail(error, here(), as_json=as_json)
    finally:
        quiet()
    raise typer.Exit(code)


def _show_trace(error: Exception) -> None:
    import traceback

    from shopweave.runtime.secrets import mask

    warn(mask("".join(traceback.format_exception(error))))


async def _awaited(command: Callable[[], Awaitable[int]]) -> int:
    return await command()


def fail(error: Exception, folder: Path, *, as_json: bool) -> int:
    """Say what went wrong and give the exit code."""
    from shopweave.runtime.secrets import mask

    known = [_of_file(one) or one if isinstance(one, OSError) else one for one in _leaves(error)]
    if not all(isinstance(one, HubError) for one in known):
        known = [_unforeseen(error, folder)]
    found = [one for one in known if isinstance(one, HubError)]
    for one in found:
        warn(mask(str(one)))
    if as_json:
        tell(mask(as_text({"error": _as_values(found[0])})))
    return max(code_of(one) for one in found)


def code_of(error: HubError) -> int:
    """Give the exit code of an error."""
    if error.code in ("STORE-004", "STORE-023"):
        return BUSY
    return REFUSED if isinstance(error, Configuration) else PARTLY


def _leaves(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for one in error.exceptions:
            yield from _leaves(one)
    else:
        yield error


def _of_file(error: OSError) -> Configuration | None:
    """Say which file or folder cannot be used, and why; None for errors of something else."""
    if error.filename is None or not error.strerror:
        return None
    remedy = "Look whether its folder is there, who may write in it, and whether the disk is full."
    return Configuration(f"{error.filename}: {error.strerror}.", code="HUB-501", remedy=remedy)


def _unforeseen(error: Exception, folder: Path) -> HubError:
    from shopweave.runtime.clock import SystemClock
    from shopweave.runtime.logs import FOLDER, LogFiles, note_crash

    where = ""
    with contextlib.suppress(OSError):
        if folder.is_dir():
            where = str(note_crash(LogFiles(folder / FOLDER, SystemClock()), error))
    remedy = f"What happened is in {where}." if where else f"Set {DEBUG}=1 to see where."
    return HubError(
        f"The hub met an error it does not know: {type(error).__name__}.", code="HUB-500", remedy=remedy
    )


def _as_values(error: HubError) -> dict[str, Any]:
    from msgspec import to_builtins

    found = {"code": error.code, "what": error.what, "where": error.where, "remedy": error.remedy}
    problems = getattr(error, "problems", ())
    return {**found, "problems": to_builtins(problems)} if problems else found
