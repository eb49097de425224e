"""From a record as its feed shows it to the row that is stored of it. Pure."""

from shopweave.core.prints import fingerprint, plain, prints
from shopweave.model.atoms import Atoms
from shopweave.model.gtin import gtin14
from shopweave.model.record import Kind, RemoteRecord, reference
from shopweave.model.values import Identity, Node
from shopweave.store.records import Incoming

_NAMED = (Kind.CATEGORY, Kind.BRAND, Kind.ATTRIBUTE)


def incoming(record: RemoteRecord, layout: tuple[str, ...]) -> Incoming:
    """Make the row of a record; its prints are in the order of `layout`."""
    identity = record.atoms.get("identity")
    sku = identity.sku if isinstance(identity, Identity) else None
    gtin = identity.gtin if isinstance(identity, Identity) else None
    return Incoming(
        kind=record.kind,
        form=record.form,
        remote_id=record.remote_id,
        parent=record.parent,
        name=listed_name(record),
        sku=sku.strip().casefold() or None if sku else None,
        gtin=gtin14(gtin),
        mark=record.mark,
        prints=prints(layout, record.atoms),
        atoms=record.atoms,
        level=record.level.state,
        quantity=None if record.level.quantity is None else plain(record.level.quantity),
        modified=record.modified,
        changes_at=record.changes_at,
        gone=record.gone,
    )


def listed_name(record: RemoteRecord) -> str | None:
    """Give the folded name of a record that is found by name, None for others."""
    node = record.atoms.get("node")
    if record.kind not in _NAMED or not isinstance(node, Node):
        return None
    return reference(record.kind, node.name).partition(":")[2]


def shows(shown: Atoms, wanted: Atoms) -> bool:
    """Say whether a record shows all that is wanted."""
    return all(
        key in shown and fingerprint(shown[key]) == fingerprint(value) for key, value in wanted.items()
    )
