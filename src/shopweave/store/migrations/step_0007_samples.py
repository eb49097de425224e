"""How much waited at each connection, every five minutes, for the charts."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0007"
down_revision = "0006"


def upgrade(op: Operations) -> None:
    """Make the table of samples; the past before it is not known."""
    op.create_table(
        "sample",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("connection", sa.Integer, sa.ForeignKey("connection.id"), nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("waiting", sa.Integer, nullable=False),
        sa.Column("held", sa.Integer, nullable=False),
        sa.UniqueConstraint("connection", "at"),
    )
