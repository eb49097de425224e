"""Numbered steps from each form of the hub's tables to the next: all that wait are done, or none."""

import ast
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError

from shopweave.model.errors import Configuration, HubError
from shopweave.store.base import Database
from shopweave.store.hiding import hidden
from shopweave.store.postgres import hold_all_writing, is_worked_on
from shopweave.store.sqlite import references_free

STEPS = Path(__file__).with_name("migrations")
# What a server says to a user without rights; whoever opens the database has words for it.
_NO_RIGHTS = "42501"
_NUMBER = text("SELECT version_num FROM alembic_version")


class Step(Struct, frozen=True, kw_only=True):
    """One step: its number, and what it does."""

    number: str
    what: str


class Stand(Struct, frozen=True, kw_only=True):
    """The step that a database is at, empty for a new one, and the steps that wait."""

    number: str
    waiting: tuple[Step, ...]


class StepFailed(HubError):
    """A step of the hub's tables failed; the database is as it was."""

    CODE = "STORE-022"


class OlderWorks(HubError):
    """Steps wait for the hub's database, and a process of the older program works on it."""

    CODE = "STORE-023"


def is_current(engine: Database, folder: Path = STEPS) -> bool:
    """Say whether no step waits, at the cost of one query; what cannot be read is not current."""
    try:
        with engine.connect() as connection:
            return bool(connection.scalar(_NUMBER) == _files(folder)[-1].stem.split("_")[1])
    except DBAPIError:
        return False


def read_stand(engine: Database, folder: Path = STEPS) -> Stand:
    """Say where a database stands; raises for one of a newer program, or of none that is known."""
    with engine.connect() as connection:
        return _stand(connection, folder)


def _nothing(_: str) -> None:
    """Do nothing before the steps."""


def upgrade(engine: Database, before: Callable[[str], None] = _nothing, folder: Path = STEPS) -> Stand:
    """Do all steps that wait in one transaction; gives what stood and waited before.

    `before` is called with the number of a database that is not new while nobody else can write to it; what
    it raises leaves the database as it was.
    """
    with _alone(engine) as connection:
        stand = _stand(connection, folder)
        if stand.waiting and stand.number:
            _refuse_beside_workers(connection)
            before(stand.number)
        if stand.waiting:
            _carry_out(connection, stand.waiting, folder)
    return stand


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("step_*.py"))


def known_steps(folder: Path = STEPS) -> tuple[Step, ...]:
    """Give all steps that this program knows, in their order."""
    return tuple(
        Step(
            number=path.stem.split("_")[1],
            what=(ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "").splitlines()[0],
        )
        for path in _files(folder)
    )


def _stand(connection: Connection, folder: Path) -> Stand:
    number, steps = _number(connection), known_steps(folder)
    known = ["", *(one.number for one in steps)]
    if number not in known:
        raise Configuration(
            f"The hub's database is at step {number}; this program knows steps up to {known[-1]}.",
            code="STORE-020",
            where=_place(connection),
            remedy="Install the program that made it, or a newer one, or restore a backup from before.",
        )
    return Stand(number=number, waiting=steps[known.index(number) :])


def _number(connection: Connection) -> str:
    tables = inspect(connection)
    found = connection.scalar(_NUMBER) if tables.has_table("alembic_version") else None
    if found is None and tables.has_table("workspace"):
        raise Configuration(
            "The hub's database does not say at which step its tables are.",
            code="STORE-021",
            where=_place(connection),
            remedy="Restore a backup that does, or move it away and let a new one be made.",
        )
    return str(found or "")


def _place(connection: Connection) -> str:
    url = connection.engine.url
    return str(url.database if url.get_backend_name() == "sqlite" else f"database {url.database}")


def _refuse_beside_workers(connection: Connection) -> None:
    if connection.dialect.name == "postgresql" and is_worked_on(connection):
        raise OlderWorks(where=_place(connection), remedy="Stop all workers and commands, then start again.")


@contextmanager
def _alone(engine: Database) -> Iterator[Connection]:
    """Open a transaction beside which nobody else writes; on SQLite tables may be remade in it."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            with references_free(connection), connection.begin():
                yield connection
                _check_references(connection)
        else:
            with connection.begin():
                hold_all_writing(connection)
                yield connection


def _check_references(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if broken:
        tables = sorted({str(row[0]) for row in broken})
        raise StepFailed(
            f"The steps left rows of {', '.join(tables)} that refer to nothing; nothing was done."
        )


def _carry_out(connection: Connection, waiting: tuple[Step, ...], folder: Path) -> None:
    """Do steps; Alembic is imported here because a hub that is up to date needs none of it."""
    from alembic.operations import Operations
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    context = MigrationContext.configure(connection)
    directory = ScriptDirectory(str(folder), version_locations=[str(folder)])
    for step in waiting:
        try:
            directory.get_revision(step.number).module.upgrade(Operations(context))
            context.stamp(directory, step.number)
        except Exception as error:
            if getattr(getattr(error, "orig", None), "sqlstate", "") == _NO_RIGHTS:
                raise
            cause = hidden(str(getattr(error, "orig", error)).partition("\n")[0])[:300]
            text = f"Step {step.number} of the hub's tables failed: {cause}. The database is as it was."
            remedy = "Go on with the older program, and report this."
            raise StepFailed(text, where=_place(connection), remedy=remedy) from error
