"""Callbacks come in, each connection's at an address of its own."""

import sqlalchemy as sa
from alembic.operations import Operations

from shopweave.store.migrations.first.pieces import MOMENT, key, to

revision = "0008"
down_revision = "0007"


def upgrade(op: Operations) -> None:
    """Make the two tables; no callback came before."""
    op.create_table(
        "hook",
        to("connection", "connection", primary_key=True),
        sa.Column("path", sa.String(64), nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
        sa.Column("made", MOMENT, nullable=False),
        sa.UniqueConstraint("path"),
    )
    op.create_table(
        "callback",
        key(),
        to("connection", "connection"),
        sa.Column("identity", sa.String(64), nullable=False),
        sa.Column("topic", sa.String(120), nullable=False),
        sa.Column("about", sa.String(16), nullable=False, server_default=""),
        sa.Column("remote_id", sa.String(120), nullable=False, server_default=""),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("times", sa.Integer, nullable=False, server_default="1"),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("settled", MOMENT),
        sa.Column("code", sa.String(24), nullable=False, server_default=""),
        sa.Column("body", sa.LargeBinary),
    )
    op.create_index("callback_identity", "callback", ["connection", "identity"])
    op.create_index("callback_waiting", "callback", ["connection", "state", "about", "remote_id"])
