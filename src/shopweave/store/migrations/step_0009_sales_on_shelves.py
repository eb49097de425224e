"""Shelves know the number at which their last sale was stored, so that no older reading is taken for news."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0009"
down_revision = "0008"


def upgrade(op: Operations) -> None:
    """Add the number."""
    op.add_column("shelf", sa.Column("sold", sa.Integer, nullable=False, server_default="0"))
