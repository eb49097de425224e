"""A level that may or may not contain a booking in doubt is kept beside the one that counts."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0015"
down_revision = "0014"


def upgrade(op: Operations) -> None:
    """Add the later reading with the numbers of its request."""
    op.add_column("level", sa.Column("unclear_quantity", sa.String(40)))
    op.add_column("level", sa.Column("unclear_places", sa.Text))
    op.add_column("level", sa.Column("unclear_began", sa.Integer))
    op.add_column("level", sa.Column("unclear_ended", sa.Integer))
