"""Targets are asked for the tracking numbers of the orders they have."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0014"
down_revision = "0013"


def upgrade(op: Operations) -> None:
    """Add the number, when it was asked for, and an index to find what is to be asked."""
    op.add_column("handover", sa.Column("tracking", sa.String(200), nullable=False, server_default=""))
    op.add_column("handover", sa.Column("asked", sa.String(32)))
    op.create_index("handover_followed", "handover", ["flow", "kind", "settled"])
