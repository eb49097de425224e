"""Lanes count how often they were rung, so that a turn hears what another process hands in."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0005"
down_revision = "0004"


def upgrade(op: Operations) -> None:
    """Add the count."""
    op.add_column("lane", sa.Column("rings", sa.Integer, nullable=False, server_default="0"))
