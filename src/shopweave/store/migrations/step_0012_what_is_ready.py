"""What waits for something else says so itself, so that lanes find what is ready by a seek."""

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0012"
down_revision = "0011"

_BLOCKED = """UPDATE change SET blocked = :yes
WHERE EXISTS (SELECT 1 FROM need WHERE need.change = change.id)"""


def upgrade(op: Operations) -> None:
    """Add the flag, set it where there is a need, and order the queue by it."""
    op.add_column("change", sa.Column("blocked", sa.Boolean, nullable=False, server_default=sa.false()))
    op.execute(sa.text(_BLOCKED).bindparams(sa.bindparam("yes", value=True, type_=sa.Boolean)))
    op.drop_index("change_queue", "change")
    op.create_index("change_queue", "change", ["connection", "state", "blocked", "kind", "urgency", "id"])
    op.drop_index("change_item", "change")
    op.create_index("change_item", "change", ["item", "state", "connection"])
