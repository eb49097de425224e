"""The tables of people and of the hub itself: who may do what, and who did."""

from sqlalchemy import Column, Integer, String, Text, UniqueConstraint

from shopweave.store.columns import Moment, number, of_workspace, table, to

workspace = table("workspace", number(), Column("name", String(120), nullable=False, unique=True))

user = table(
    "user",
    number(),
    of_workspace(),
    Column("email", String(320), nullable=False, unique=True),
    Column("password", Text, nullable=False),
    Column("role", String(16), nullable=False),
    Column("preferences", Text, nullable=False, server_default="{}"),
    Column("created", Moment, nullable=False),
)
session = table(
    "session",
    Column("key", String(64), primary_key=True),
    to("user", "user"),
    Column("csrf", String(64), nullable=False),
    Column("created", Moment, nullable=False),
    Column("seen", Moment, nullable=False),
    Column("expires", Moment, nullable=False),
)
token = table(
    "token",
    number(),
    to("user", "user"),
    Column("key", String(64), nullable=False, unique=True),
    Column("name", String(120), nullable=False),
    Column("role", String(16), nullable=False),
    Column("created", Moment, nullable=False),
    Column("seen", Moment),
)
attempt = table(
    "attempt",
    Column("who", String(320), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("until", Moment),
)
audit = table(
    "audit",
    number(),
    of_workspace(),
    Column("at", Moment, nullable=False),
    Column("who", String(320), nullable=False),
    Column("what", Text, nullable=False),
    Column("detail", Text, nullable=False, server_default="{}"),
)
setting = table(
    "setting",
    Column("name", String(120), primary_key=True),
    Column("value", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("who", String(320), nullable=False),
)
generation = table(
    "generation", Column("id", Integer, primary_key=True), Column("number", String(64), nullable=False)
)
heartbeat = table(
    "heartbeat",
    Column("worker", String(120), primary_key=True),
    Column("started", Moment, nullable=False),
    Column("seen", Moment, nullable=False),
    Column("version", String(40), nullable=False),
)
sample = table(
    "sample",
    number(),
    to("connection", "connection"),
    Column("at", Moment, nullable=False),
    Column("waiting", Integer, nullable=False),
    Column("held", Integer, nullable=False),
    UniqueConstraint("connection", "at"),
)
