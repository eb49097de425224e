"""Flows are of a kind: items, orders or stock."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0002"
down_revision = "0001"


def upgrade(op: Operations) -> None:
    """Add the column; flows there were carry items."""
    op.add_column("flow", sa.Column("kind", sa.String(8), nullable=False, server_default="items"))
