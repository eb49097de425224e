"""A lane that rests because nobody answered goes on when its connection answers anybody."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0016"
down_revision = "0015"


def upgrade(op: Operations) -> None:
    """Add from when on an answer ends a lane's rest."""
    op.add_column("lane", sa.Column("lifts", sa.String(32)))
