"""The in-process engine, the schedules and the workers."""

import sqlalchemy as sa
from alembic.operations import Operations

from shopweave.store.migrations.first.pieces import MOMENT


def make_engines(op: Operations) -> None:
    """Make these tables."""
    op.create_table(
        "engine_task",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(160), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("queue", sa.String(20), nullable=False),
        sa.Column("partition", sa.String(120), nullable=False),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("owner", sa.String(64)),
        sa.Column("error", sa.Text, nullable=False, server_default=""),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("changed", MOMENT, nullable=False),
        sa.UniqueConstraint("id"),
    )
    op.create_index("engine_task_open", "engine_task", ["status", "queue", "number"])
    op.create_table(
        "engine_schedule",
        sa.Column("name", sa.String(120), primary_key=True),
        sa.Column("cron", sa.String(120), nullable=False),
        sa.Column("zone", sa.String(60), nullable=False),
        sa.Column("run", sa.String(60), nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("next", MOMENT, nullable=False),
    )
    op.create_table(
        "engine_worker",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("place", sa.String(120), nullable=False),
        sa.Column("beats", sa.Integer, nullable=False),
        sa.Column("seen", MOMENT, nullable=False),
    )
