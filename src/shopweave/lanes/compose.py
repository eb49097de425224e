"""From waiting changes to what is put on the wire. Pure."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from shopweave.model.atoms import Atoms, AtomValue, base
from shopweave.model.change import Op, Write
from shopweave.model.record import Form, Kind, reference
from shopweave.model.values import Attribute, Node, Picture, PictureBytes
from shopweave.store.outbox import UNDO, Change


class Known(Struct, frozen=True, kw_only=True):
    """What the store knows that a write needs.

    `categories` maps remote ids of the source's categories to those of the target, `refs` names to ids,
    `parents` items of families to their remote ids.
    """

    categories: Mapping[str, str] = {}
    refs: Mapping[str, str] = {}
    parents: Mapping[int, str] = {}
    source_names: Mapping[int, str] = {}


class Composed(Struct, frozen=True, kw_only=True):
    """One record's write, its changes, and the atoms left out because what they name is not there."""

    write: Write
    changes: tuple[Change, ...]
    left_out: tuple[str, ...] = ()


def picture_reference(source: str, picture: Picture) -> str:
    """Name a picture of a connection in the list of media."""
    return reference(Kind.MEDIA, f"{source}/{picture.ref}")


def mark_of(source: str, item: int) -> str:
    """Give the mark that the hub writes into records it makes."""
    return f"{source}:{item}"


def compose(
    number: int,
    changes: Sequence[Change],
    remote_id: str,
    current: Atoms,
    known: Known,
    references: Mapping[str, Kind],
    picture: PictureBytes | None = None,
) -> Composed:
    """Lay the changes of one record over each other, later ones on top."""
    first = changes[0]
    laid = _Laid(changes, known, references)
    return Composed(
        write=Write(
            number=number,
            op=Op.CREATE if any(change.op is Op.CREATE for change in changes) else Op.UPDATE,
            kind=first.kind,
            form=first.form,
            remote_id=remote_id,
            parent=_parent(first, laid, known),
            atoms=Atoms(_with_named(laid.atoms, laid.sources, laid.native)),
            current=current,
            refs=laid.refs,
            picture=picture,
            mark=mark_of(known.source_names.get(first.flow or 0, ""), first.item) if first.item else "",
        ),
        changes=tuple(changes),
        left_out=tuple(laid.left_out),
    )


class _Laid:
    """The atoms of changes laid over each other, with what they name at the target."""

    def __init__(self, changes: Sequence[Change], known: Known, references: Mapping[str, Kind]) -> None:
        self._known, self._references = known, references
        self.atoms: dict[str, AtomValue] = {}
        self.sources: dict[str, str] = {}
        self.refs: dict[str, str] = {}
        self.left_out: list[str] = []
        # What undoes a change speaks of categories and pictures as the target itself does.
        self.native: set[str] = set()
        for change in changes:
            for key, value in change.after.items():
                self.atoms[key] = value
                self.sources[key] = known.source_names.get(change.flow or 0, "")
                (self.native.add if change.sort == UNDO else self.native.discard)(key)
        for key in list(self.atoms):
            self._resolve(key)

    def _resolve(self, key: str) -> None:
        value, source = self.atoms[key], self.sources[key]
        if key in self.native and base(key) in ("categories", "main_image", "gallery"):
            return
        if base(key) == "categories":
            self.atoms[key], is_short = _categories(value, self._known)
        else:
            is_short = _references(key, value, source, self._known, self._references, self.refs)
        if not is_short:
            return
        self.left_out.append(key)
        if base(key) in ("main_image", "gallery") and not _any_reference(value, source, self.refs):
            del self.atoms[key]


def _parent(first: Change, laid: _Laid, known: Known) -> str | None:
    node = laid.atoms.get("node")
    if first.form is Form.CATEGORY and isinstance(node, Node):
        if "node" in laid.native:
            return node.parent
        return known.categories.get(node.parent) if node.parent else None
    return known.parents.get(first.parent_item) if first.parent_item else None


def _categories(value: AtomValue, known: Known) -> tuple[AtomValue, bool]:
    ids = [part for part in value if isinstance(part, str)] if isinstance(value, tuple) else []
    return tuple(sorted(known.categories[one] for one in ids if one in known.categories)), any(
        one not in known.categories for one in ids
    )


def _references(
    key: str,
    value: AtomValue,
    source: str,
    known: Known,
    references: Mapping[str, Kind],
    refs: dict[str, str],
) -> bool:
    names = names_of(key, value, source, references)
    for name in names:
        if name in known.refs:
            refs[name] = known.refs[name]
    return any(name not in known.refs for name in names)


def _any_reference(value: AtomValue, source: str, refs: Mapping[str, str]) -> bool:
    pictures = value if isinstance(value, tuple) else (value,)
    return any(isinstance(one, Picture) and picture_reference(source, one) in refs for one in pictures)


def names_of(key: str, value: AtomValue, source: str, references: Mapping[str, Kind]) -> tuple[str, ...]:
    """Give the references that an atom's value needs at its target."""
    kind = references.get(key)
    if kind is None or value is None:
        return ()
    if kind is Kind.MEDIA:
        pictures = value if isinstance(value, tuple) else (value,)
        return tuple(picture_reference(source, one) for one in pictures if isinstance(one, Picture))
    if isinstance(value, str):
        return (reference(kind, value),) if value else ()
    return (
        tuple(reference(kind, one.name) for one in value if isinstance(one, Attribute))
        if isinstance(value, tuple)
        else ()
    )


def _with_named(
    atoms: Mapping[str, AtomValue], sources: Mapping[str, str], native: set[str]
) -> dict[str, AtomValue]:
    """Write pictures with the reference under which the list of media knows them."""
    named = dict(atoms)
    for key, value in atoms.items():
        if key in native:
            continue
        if isinstance(value, Picture):
            named[key] = _named(value, sources[key])
        elif base(key) == "gallery" and isinstance(value, tuple):
            named[key] = tuple(_named(one, sources[key]) for one in value if isinstance(one, Picture))
    return named


def _named(picture: Picture, source: str) -> Picture:
    return Picture(ref=f"{source}/{picture.ref}", url=picture.url, name=picture.name, alt=picture.alt)
