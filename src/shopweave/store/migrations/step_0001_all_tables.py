"""All tables of the first hubs."""

from alembic.operations import Operations

from shopweave.store.migrations.first.engines import make_engines
from shopweave.store.migrations.first.outbox import make_outbox
from shopweave.store.migrations.first.people import make_people
from shopweave.store.migrations.first.records import make_records

revision = "0001"
down_revision = None


def upgrade(op: Operations) -> None:
    """Make them, those first that others refer to."""
    make_people(op)
    make_records(op)
    make_outbox(op)
    make_engines(op)
