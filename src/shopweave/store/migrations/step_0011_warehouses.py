"""Levels of masters know in which warehouses they lie."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0011"
down_revision = "0010"


def upgrade(op: Operations) -> None:
    """Add the places of the level that counts and of the one that was read."""
    op.add_column("level", sa.Column("places", sa.Text))
    op.add_column("level", sa.Column("read_places", sa.Text))
