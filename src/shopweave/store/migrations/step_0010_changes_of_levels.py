"""Levels know what no booking explains of their last change: a sale that others book may be in it."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0010"
down_revision = "0009"


def upgrade(op: Operations) -> None:
    """Add the change and when it was read."""
    op.add_column("level", sa.Column("unexplained", sa.String(40)))
    op.add_column("level", sa.Column("changed", sa.String(32)))
