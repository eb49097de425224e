"""The people of a hub, what they may do and did, and the hub itself."""

import sqlalchemy as sa
from alembic.operations import Operations

from shopweave.store.migrations.first.pieces import MOMENT, key, to


def make_people(op: Operations) -> None:
    """Make these tables."""
    _access(op)
    _hub(op)


def _access(op: Operations) -> None:
    op.create_table(
        "workspace",
        key(),
        sa.Column("name", sa.String(120), nullable=False),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "user",
        key(),
        to("workspace", "workspace"),
        sa.Column("email", sa.String(320), nullable=False),
        sa.Column("password", sa.Text, nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("preferences", sa.Text, nullable=False, server_default="{}"),
        sa.Column("created", MOMENT, nullable=False),
        sa.UniqueConstraint("email"),
    )
    op.create_table(
        "session",
        sa.Column("key", sa.String(64), primary_key=True),
        to("user", "user"),
        sa.Column("csrf", sa.String(64), nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("seen", MOMENT, nullable=False),
        sa.Column("expires", MOMENT, nullable=False),
    )
    op.create_table(
        "token",
        key(),
        to("user", "user"),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("seen", MOMENT),
        sa.UniqueConstraint("key"),
    )


def _hub(op: Operations) -> None:
    op.create_table(
        "attempt",
        sa.Column("who", sa.String(320), primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("until", MOMENT),
    )
    op.create_table(
        "audit",
        key(),
        to("workspace", "workspace"),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("who", sa.String(320), nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False, server_default="{}"),
    )
    op.create_table(
        "setting",
        sa.Column("name", sa.String(120), primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("who", sa.String(320), nullable=False),
    )
    op.create_table(
        "generation",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("number", sa.String(64), nullable=False),
    )
    op.create_table(
        "heartbeat",
        sa.Column("worker", sa.String(120), primary_key=True),
        sa.Column("started", MOMENT, nullable=False),
        sa.Column("seen", MOMENT, nullable=False),
        sa.Column("version", sa.String(40), nullable=False),
    )
