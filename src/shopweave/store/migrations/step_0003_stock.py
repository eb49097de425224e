"""Levels of masters, shelves of channels, and numbers that put requests in order."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0003"
down_revision = "0002"

MOMENT, QUANTITY = sa.String(32), sa.String(40)


def upgrade(op: Operations) -> None:
    """Make their tables."""
    _counters(op)
    _levels(op)
    _shelves(op)


def _to(name: str, table: str, *, primary_key: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, sa.ForeignKey(f"{table}.id"), nullable=False, primary_key=primary_key)


def _counters(op: Operations) -> None:
    op.create_table(
        "counter",
        _to("connection", "connection", primary_key=True),
        sa.Column("number", sa.Integer, nullable=False, server_default="0"),
        sa.Column("pull", sa.Integer, nullable=False, server_default="0"),
        sa.Column("drained", sa.Integer, nullable=False, server_default="0"),
        sa.Column("unread", MOMENT),
    )
    op.create_table(
        "ledger",
        _to("connection", "connection", primary_key=True),
        sa.Column("since", MOMENT, nullable=False),
    )


def _levels(op: Operations) -> None:
    op.create_table(
        "level",
        _to("record", "record", primary_key=True),
        _to("connection", "connection"),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("quantity", QUANTITY),
        sa.Column("began", sa.Integer, nullable=False),
        sa.Column("ended", sa.Integer, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("zeroed", sa.Integer),
        sa.Column("held", sa.String(8), nullable=False, server_default=""),
        sa.Column("read_state", sa.String(16), nullable=False),
        sa.Column("read_quantity", QUANTITY),
    )
    op.create_index("level_zeroed", "level", ["connection", "zeroed"])
    op.create_index("level_held", "level", ["connection", "held"])


def _shelves(op: Operations) -> None:
    op.create_table(
        "shelf",
        _to("record", "record", primary_key=True),
        _to("connection", "connection"),
        sa.Column("expected", sa.String(16), nullable=False, server_default="unknown"),
        sa.Column("expected_quantity", QUANTITY),
        sa.Column("seen", sa.String(16)),
        sa.Column("seen_quantity", QUANTITY),
        sa.Column("seen_began", sa.Integer, nullable=False, server_default="0"),
        sa.Column("seen_ended", sa.Integer, nullable=False, server_default="0"),
        sa.Column("wrote", sa.Integer, nullable=False, server_default="0"),
        sa.Column("stale", sa.Integer, nullable=False, server_default="0"),
        sa.Column("again", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("not_before", MOMENT),
        sa.Column("misses", sa.Integer, nullable=False, server_default="0"),
        sa.Column("read_at", MOMENT),
        sa.Column("wanted", sa.String(16)),
        sa.Column("wanted_quantity", QUANTITY),
        sa.Column("written_at", MOMENT),
        sa.Column("request", sa.Integer),
        sa.Column("epoch", sa.Integer),
        sa.Column("lease_ends", MOMENT),
        sa.Column("sent", MOMENT),
        sa.Column("generation", sa.Integer, nullable=False, server_default="1"),
        sa.Column("done", sa.Integer, nullable=False, server_default="0"),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("drifted", sa.Integer, nullable=False, server_default="0"),
        sa.Column("why", sa.String(16), nullable=False, server_default=""),
        sa.Column("code", sa.String(24), nullable=False, server_default=""),
        sa.Column("what", sa.Text, nullable=False, server_default=""),
    )
    op.create_index("shelf_marked", "shelf", ["connection", "since"])
