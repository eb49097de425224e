"""The tables of DBOS in the hub's own database: made, filled, asked and put right.

Its private calls are wrapped here and nowhere else; a test holds each.
"""

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dbos import DBOSClient, DBOSPortableJSONSerializer, WorkflowStatus
from sqlalchemy import bindparam, column, create_engine, event, select, table

from shopweave.engine.port import RunQuery, RunRequest, RunState
from shopweave.store.base import Database, Tx
from shopweave.store.postgres import make_postgres
from shopweave.store.sqlite import tell_time

APPLICATION, VERSION, SCHEMA = "shopweave", "1", "dbos"
THREADS = 64
STATES = {
    "ENQUEUED": "waiting",
    "DELAYED": "waiting",
    "PENDING": "running",
    "SUCCESS": "done",
    "ERROR": "failed",
    "MAX_RECOVERY_ATTEMPTS_EXCEEDED": "failed",
    "CANCELLED": "cancelled",
}
ENDED = ["SUCCESS", "ERROR", "MAX_RECOVERY_ATTEMPTS_EXCEEDED", "CANCELLED"]
_COLUMNS = ("workflow_uuid", "status", "executor_id")
_TABLES = {
    dialect: table("workflow_status", *(column(name) for name in _COLUMNS), schema=schema)
    for dialect, schema in (("sqlite", None), ("postgresql", SCHEMA))
}
_KNOWN = {
    name: select(one.c.status).where(one.c.workflow_uuid == bindparam("key")) for name, one in _TABLES.items()
}
_WORKERS = {
    name: select(one.c.executor_id).where(one.c.status == "PENDING").distinct().order_by(one.c.executor_id)
    for name, one in _TABLES.items()
}
_CLAIMED = {
    name: select(one.c.workflow_uuid).where(
        one.c.status == "PENDING", one.c.executor_id == bindparam("worker")
    )
    for name, one in _TABLES.items()
}


def serializer() -> DBOSPortableJSONSerializer:
    """Make what turns states into text and back."""
    return DBOSPortableJSONSerializer()


def file_database(path: Path) -> Database:
    """Make DBOS's own engine on the hub's file."""
    engine = create_engine(f"sqlite:///{path}", pool_size=8, max_overflow=THREADS)

    @event.listens_for(engine, "connect")
    def _connect(raw: sqlite3.Connection, _: Any) -> None:
        raw.isolation_level = "IMMEDIATE"
        tell_time(raw)
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=30000", "foreign_keys=ON"):
            raw.execute(f"PRAGMA {pragma}").close()

    return engine


def server_database(url: str) -> Database:
    """Make DBOS's own engine on the hub's server."""
    return make_postgres(url, spare=THREADS)


class System:
    """The tables of DBOS; all calls but those in a transaction block, and want a thread."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._client = DBOSClient(
            system_database_engine=database,
            serializer=serializer(),
            application_name=APPLICATION,
            dbos_system_schema=SCHEMA,
            lazy=True,
        )
        self._client._sys_db.run_migrations()  # noqa: SLF001 - a client makes no tables of its own accord

    def enqueue(self, tx: Tx, run: RunRequest) -> None:
        """Start a run when this transaction commits; two of one second come in either order."""
        if tx.one(_KNOWN[tx.dialect], {"key": run.id}) is None:
            self._client.enqueue_in_transaction(
                tx.connection,
                {
                    "workflow_id": run.id,
                    "workflow_name": run.name,
                    "queue_name": run.queue,
                    "queue_partition_key": run.partition or run.id,
                    "app_version": VERSION,
                },
                dict(run.state),
            )

    def state(self, tx: Tx, run_id: str) -> str:
        """Say how a run stands, in the words of the port; empty for none."""
        return STATES.get(str(tx.scalar(_KNOWN[tx.dialect], {"key": run_id})), "")

    def workers(self, tx: Tx) -> tuple[str, ...]:
        """Give the workers that runs under way belong to."""
        return tuple(str(row.executor_id) for row in tx.rows(_WORKERS[tx.dialect]))

    def claimed(self, tx: Tx, worker: str) -> frozenset[str]:
        """Give the runs under way that belong to a worker."""
        return frozenset(str(row.workflow_uuid) for row in tx.rows(_CLAIMED[tx.dialect], {"worker": worker}))

    def runs(self, query: RunQuery) -> tuple[RunState, ...]:
        """Give runs, the newest first."""
        wanted = [name for name, state in STATES.items() if state in query.statuses]
        found = self._client.list_workflows(
            workflow_ids=list(query.ids) or None,
            status=wanted or None,
            name=query.name or None,
            limit=query.limit,
            sort_desc=True,
        )
        return tuple(_state_of(one) for one in found)

    def cancel(self, run_id: str) -> None:
        """Let no further step of a run begin."""
        self._client.cancel_workflow(run_id)

    def recover(self, workers: Sequence[str], runs: Sequence[str] = ()) -> int:
        """Queue again what belongs to these workers, or of that only some runs; gives how many."""
        found = self._client.list_workflows(
            workflow_ids=list(runs) or None,
            executor_id=list(workers),
            status="PENDING",
            load_input=False,
            load_output=False,
        )
        mend = self._client._sys_db.reenqueue_for_recovery  # noqa: SLF001 - DBOS leaves the dead to the caller
        return sum(mend(one.workflow_id, list(workers), one.queue_name or "runs") for one in found)

    def forget(self, before: datetime) -> int:
        """Delete runs that ended before a time, some hundreds at most; gives how many."""
        found = self._client.list_workflows(
            status=ENDED, completed_before=before.isoformat(), limit=500, load_input=False, load_output=False
        )
        if found:
            self._client.delete_workflows([one.workflow_id for one in found])
        return len(found)

    def close(self) -> None:
        """Close the connections."""
        self._client.destroy()
        self.database.dispose()


def _state_of(one: WorkflowStatus) -> RunState:
    first = one.input["args"][0] if one.input else {}
    made = one.created_at or 0
    return RunState(
        id=one.workflow_id,
        name=one.name,
        queue=one.queue_name or "",
        partition=one.queue_partition_key or "",
        status=STATES[one.status],
        state=one.output or first,
        error=str(one.error or ""),
        created=datetime.fromtimestamp(made / 1000, UTC),
    )
