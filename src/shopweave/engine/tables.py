"""The tables of the engines in the hub's own database, beside those that DBOS makes itself."""

from sqlalchemy import Column, Index, Integer, MetaData, String, Table, Text

from shopweave.store.tables import Moment

metadata = MetaData()

task = Table(
    "engine_task",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", String(160), nullable=False, unique=True),
    Column("name", String(60), nullable=False),
    Column("queue", String(20), nullable=False),
    Column("partition", String(120), nullable=False),
    Column("status", String(12), nullable=False),
    Column("state", Text, nullable=False),
    Column("owner", String(64)),
    Column("error", Text, nullable=False, server_default=""),
    Column("created", Moment, nullable=False),
    Column("changed", Moment, nullable=False),
    Index("engine_task_open", "status", "queue", "number"),
)
schedule = Table(
    "engine_schedule",
    metadata,
    Column("name", String(120), primary_key=True),
    Column("cron", String(120), nullable=False),
    Column("zone", String(60), nullable=False),
    Column("run", String(60), nullable=False),
    Column("state", Text, nullable=False),
    Column("next", Moment, nullable=False),
)
worker = Table(
    "engine_worker",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("place", String(120), nullable=False),
    Column("beats", Integer, nullable=False),
    Column("seen", Moment, nullable=False),
)
