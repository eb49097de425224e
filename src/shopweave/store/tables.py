"""The hub's tables, the same on SQLite and PostgreSQL; times are aware UTC stored as ISO text."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

metadata = MetaData()


class Moment(TypeDecorator[datetime]):
    """An aware UTC time as text of fixed width, so that it sorts as written."""

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """Write the time with microseconds and `Z`."""
        return None if value is None else value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        """Read it back."""
        return None if value is None else datetime.fromisoformat(value)


def _table(name: str, *parts: Any) -> Table:
    return Table(name, metadata, *parts)


def _id() -> Column[int]:
    return Column("id", Integer, primary_key=True, autoincrement=True)


def _workspace() -> Column[int]:
    return Column("workspace", Integer, ForeignKey("workspace.id"), nullable=False)


def _to(name: str, target: str, *, nullable: bool = False, primary_key: bool = False) -> Column[int]:
    return Column(name, Integer, ForeignKey(f"{target}.id"), nullable=nullable, primary_key=primary_key)


workspace = _table("workspace", _id(), Column("name", String(120), nullable=False, unique=True))

user = _table(
    "user",
    _id(),
    _workspace(),
    Column("email", String(320), nullable=False, unique=True),
    Column("password", Text, nullable=False),
    Column("role", String(16), nullable=False),
    Column("preferences", Text, nullable=False, server_default="{}"),
    Column("created", Moment, nullable=False),
)
session = _table(
    "session",
    Column("key", String(64), primary_key=True),
    _to("user", "user"),
    Column("csrf", String(64), nullable=False),
    Column("created", Moment, nullable=False),
    Column("seen", Moment, nullable=False),
    Column("expires", Moment, nullable=False),
)
token = _table(
    "token",
    _id(),
    _to("user", "user"),
    Column("key", String(64), nullable=False, unique=True),
    Column("name", String(120), nullable=False),
    Column("role", String(16), nullable=False),
    Column("created", Moment, nullable=False),
    Column("seen", Moment),
)
attempt = _table(
    "attempt",
    Column("who", String(320), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("until", Moment),
)
audit = _table(
    "audit",
    _id(),
    _workspace(),
    Column("at", Moment, nullable=False),
    Column("who", String(320), nullable=False),
    Column("what", Text, nullable=False),
    Column("detail", Text, nullable=False, server_default="{}"),
)
setting = _table(
    "setting",
    Column("name", String(120), primary_key=True),
    Column("value", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("who", String(320), nullable=False),
)
generation = _table(
    "generation", Column("id", Integer, primary_key=True), Column("number", String(64), nullable=False)
)
heartbeat = _table(
    "heartbeat",
    Column("worker", String(120), primary_key=True),
    Column("started", Moment, nullable=False),
    Column("seen", Moment, nullable=False),
    Column("version", String(40), nullable=False),
)

connection = _table(
    "connection",
    _id(),
    _workspace(),
    Column("name", String(60), nullable=False),
    Column("type", String(60), nullable=False),
    Column("mode", String(8), nullable=False, server_default="live"),
    Column("layout", Text, nullable=False),
    Column("sealed", LargeBinary),
    Column("created", Moment, nullable=False),
    UniqueConstraint("workspace", "name"),
)
lane = _table(
    "lane",
    _to("connection", "connection", primary_key=True),
    Column("owner", String(64)),
    Column("epoch", Integer, nullable=False, server_default="0"),
    Column("expires", Moment),
    Column("not_before", Moment),
    Column("why_waiting", Text, nullable=False, server_default=""),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("awake", Boolean, nullable=False, server_default="0"),
    Column("wakes", Integer, nullable=False, server_default="0"),
    Column("tokens", Text, nullable=False, server_default="{}"),
    Column("batch", Integer, nullable=False, server_default="0"),
)
flow = _table(
    "flow",
    _id(),
    _workspace(),
    Column("name", String(60), nullable=False),
    _to("source", "connection"),
    _to("target", "connection"),
    Column("slice", Text, nullable=False),
    Column("begun", Boolean, nullable=False, server_default="0"),
    Column("awake", Boolean, nullable=False, server_default="0"),
    Column("wakes", Integer, nullable=False, server_default="0"),
    UniqueConstraint("workspace", "name"),
)

record = _table(
    "record",
    _id(),
    _to("connection", "connection"),
    Column("kind", String(16), nullable=False),
    Column("form", String(16), nullable=False),
    Column("remote_id", String(120), nullable=False),
    Column("parent", String(120)),
    Column("name", Text),
    Column("sku", String(120)),
    Column("gtin", String(14)),
    Column("mark", String(120), nullable=False, server_default=""),
    Column("prints", LargeBinary, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("level", String(16), nullable=False, server_default="unknown"),
    Column("quantity", String(40)),
    Column("modified", Moment),
    Column("changes_at", Moment),
    Column("token", String(40), nullable=False, server_default=""),
    Column("sweep", Integer, nullable=False, server_default="0"),
    Column("gone", Boolean, nullable=False, server_default="0"),
    Column("missing", Boolean, nullable=False, server_default="0"),
    Column("again", Boolean, nullable=False, server_default="0"),
    Column("seen", Moment, nullable=False),
    UniqueConstraint("connection", "kind", "remote_id"),
    Index("record_sku", "connection", "sku"),
    Index("record_gtin", "connection", "gtin"),
    Index("record_parent", "connection", "parent"),
    Index("record_name", "connection", "kind", "name"),
    Index("record_changes_at", "changes_at"),
)
item = _table(
    "item",
    _id(),
    _workspace(),
    Column("form", String(16), nullable=False),
    _to("parent", "item", nullable=True),
    Column("created", Moment, nullable=False),
)
link = _table(
    "link",
    _id(),
    _to("item", "item"),
    _to("record", "record"),
    _to("connection", "connection"),
    Column("factor", Integer, nullable=False, server_default="1"),
    Column("how", String(24), nullable=False),
    Column("since", Moment, nullable=False),
    Column("until", Moment),
)
Index(
    "link_living_record",
    link.c.record,
    unique=True,
    sqlite_where=link.c.until.is_(None),
    postgresql_where=link.c.until.is_(None),
)
Index(
    "link_living_item",
    link.c.item,
    link.c.connection,
    unique=True,
    sqlite_where=link.c.until.is_(None),
    postgresql_where=link.c.until.is_(None),
)
agreed = _table(
    "agreed",
    _to("flow", "flow", primary_key=True),
    _to("source", "record", primary_key=True),
    _to("target", "record", primary_key=True),
    Column("source_prints", LargeBinary, nullable=False),
    Column("target_prints", LargeBinary, nullable=False),
    Column("unconfirmed", Boolean, nullable=False, server_default="0"),
    Index("agreed_target", "target", "unconfirmed"),
)
parked = _table(
    "parked",
    _to("flow", "flow", primary_key=True),
    _to("item", "item", primary_key=True),
    Column("atom", String(60), primary_key=True),
    Column("why", String(16), nullable=False),
    Column("source_print", LargeBinary, nullable=False),
    Column("target_print", LargeBinary, nullable=False),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("until", Moment),
    Column("code", String(24), nullable=False, server_default=""),
    Column("decision", String(16), nullable=False, server_default=""),
    Column("who", String(320), nullable=False, server_default=""),
)
position = _table(
    "position",
    _to("connection", "connection", primary_key=True),
    Column("feed", String(40), primary_key=True),
    Column("position", Text, nullable=False, server_default=""),
    Column("done", Boolean, nullable=False, server_default="1"),
    Column("sweep", Integer, nullable=False, server_default="0"),
    Column("sweeping", Boolean, nullable=False, server_default="0"),
    Column("swept", Moment),
    Column("read", Moment),
)
dirty = _table(
    "dirty",
    _to("flow", "flow", primary_key=True),
    _to("item", "item", primary_key=True),
    Column("generation", Integer, nullable=False),
    Column("done", Integer, nullable=False, server_default="0"),
    Column("since", Moment, nullable=False),
    Index("dirty_open", "flow", "since"),
)
asked = _table(
    "asked",
    _to("connection", "connection", primary_key=True),
    _to("item", "item", primary_key=True),
    Column("question", String(400), nullable=False),
    Column("outcome", String(24), nullable=False),
    Column("number", Integer),
    Column("what", Text, nullable=False, server_default=""),
    Column("remedy", Text, nullable=False, server_default=""),
    Column("at", Moment, nullable=False),
    Column("next_try", Moment),
    _to("record", "record", nullable=True),
    Index("asked_next", "connection", "next_try"),
)

run = _table(
    "run",
    _id(),
    _workspace(),
    _to("flow", "flow"),
    Column("engine", String(64), nullable=False),
    Column("asked_by", String(320), nullable=False),
    Column("cause", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("step", String(40), nullable=False, server_default=""),
    Column("started", Moment, nullable=False),
    Column("ended", Moment),
    Column("read", Integer, nullable=False, server_default="0"),
    Column("matched", Integer, nullable=False, server_default="0"),
    Column("changed", Integer, nullable=False, server_default="0"),
    Column("skipped", Integer, nullable=False, server_default="0"),
    Column("held", Integer, nullable=False, server_default="0"),
    Column("failed", Integer, nullable=False, server_default="0"),
    Column("requests", Integer, nullable=False, server_default="0"),
    Column("error", Text, nullable=False, server_default=""),
    Index("run_started", "workspace", "started"),
)
plan = _table(
    "plan",
    _id(),
    _workspace(),
    _to("flow", "flow"),
    _to("run", "run", nullable=True),
    Column("state", String(16), nullable=False),
    Column("kind", String(16), nullable=False, server_default="apply"),
    Column("undoes", Integer),
    Column("made", Moment, nullable=False),
    Column("made_by", String(320), nullable=False),
    Column("expires", Moment),
    Column("decided", Moment),
    Column("decided_by", String(320)),
    Column("ended", Moment),
    Column("equal", Integer, nullable=False, server_default="0"),
    Column("reasons", Text, nullable=False, server_default="[]"),
    Index("plan_state", "workspace", "state"),
)
change = _table(
    "change",
    _id(),
    _to("connection", "connection"),
    _to("flow", "flow", nullable=True),
    _to("plan", "plan", nullable=True),
    _to("run", "run", nullable=True),
    Column("kind", String(16), nullable=False),
    Column("form", String(16), nullable=False),
    Column("op", String(8), nullable=False),
    _to("item", "item", nullable=True),
    _to("source", "record", nullable=True),
    _to("target", "record", nullable=True),
    _to("parent_item", "item", nullable=True),
    Column("reference", String(400)),
    Column("label", String(200), nullable=False, server_default=""),
    Column("urgency", Integer, nullable=False),
    Column("state", String(12), nullable=False),
    Column("sort", String(16), nullable=False, server_default="other"),
    Column("held_why", String(200), nullable=False, server_default=""),
    Column("approved", Boolean, nullable=False, server_default="0"),
    Column("before", LargeBinary, nullable=False),
    Column("after", LargeBinary, nullable=False),
    Column("source_prints", LargeBinary),
    Column("created", Moment, nullable=False),
    Column("not_before", Moment),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("look_ups", Integer, nullable=False, server_default="0"),
    Column("epoch", Integer),
    Column("lease_ends", Moment),
    Column("sent", Moment),
    Column("settled", Moment),
    _to("request", "request", nullable=True),
    Column("code", String(60), nullable=False, server_default=""),
    Column("what", Text, nullable=False, server_default=""),
    Column("remedy", Text, nullable=False, server_default=""),
    Index("change_queue", "connection", "state", "urgency", "created"),
    Index("change_item", "item", "state"),
    Index("change_plan", "plan", "state"),
    Index("change_reference", "connection", "reference"),
    Index("change_run", "run", "state"),
)
need = _table(
    "need",
    _to("change", "change", primary_key=True),
    Column("connection", Integer, nullable=False),
    Column("reference", String(400), primary_key=True),
    Index("need_reference", "connection", "reference"),
)
request = _table(
    "request",
    _id(),
    _to("connection", "connection"),
    Column("at", Moment, nullable=False),
    Column("ended", Moment),
    Column("what", String(200), nullable=False),
    Column("items", Integer, nullable=False, server_default="1"),
    Column("method", String(8), nullable=False, server_default=""),
    Column("url", Text, nullable=False, server_default=""),
    Column("body", LargeBinary),
    Column("status", Integer),
    Column("answer", LargeBinary),
    Column("error", Text, nullable=False, server_default=""),
    Index("request_at", "connection", "at"),
)
media = _table(
    "media",
    _to("connection", "connection", primary_key=True),
    Column("reference", String(400), primary_key=True),
    Column("content", String(64), nullable=False),
    Column("remote_id", String(120), nullable=False),
    Column("at", Moment, nullable=False),
    Index("media_content", "connection", "content"),
)
finding = _table(
    "finding",
    _id(),
    _workspace(),
    Column("cause", String(400), nullable=False),
    Column("code", String(24), nullable=False),
    Column("severity", String(16), nullable=False),
    Column("connection", String(60), nullable=False, server_default=""),
    Column("flow", String(60), nullable=False, server_default=""),
    Column("what", Text, nullable=False),
    Column("why", Text, nullable=False, server_default=""),
    Column("doing", Text, nullable=False, server_default=""),
    Column("can_do", Text, nullable=False, server_default=""),
    Column("count", Integer, nullable=False),
    Column("about", Text, nullable=False, server_default="[]"),
    Column("since", Moment, nullable=False),
    Column("last", Moment, nullable=False),
    Column("settled", Moment),
    Column("told", Moment),
    Index("finding_cause", "workspace", "cause", unique=True),
)
staleness = _table(
    "staleness",
    _to("connection", "connection", primary_key=True),
    Column("seconds", Float, nullable=False),
    Column("at", Moment, nullable=False),
)
