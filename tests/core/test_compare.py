"""The three-way comparison, as a table."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopweave.core.compare import Policy, Sides, Verdict, says_same, verdict
from shopweave.core.prints import ABSENT, EMPTY, UNCONFIRMED, fingerprint, one, pick, prints, replaced
from shopweave.model.atoms import Atoms, AtomValue, decode, encode
from shopweave.model.values import Attribute, Identity, Measures, Node, Picture, Price, SalePrice, Status

OLD, NEW, OTHER = fingerprint("old"), fingerprint("new"), fingerprint("other")


def sides(
    wanted: str, shown: str, source: bytes, target: bytes, source_agreed: bytes, target_agreed: bytes
) -> Sides:
    return Sides(
        wanted=wanted,
        shown=shown,
        source=source,
        target=target,
        source_agreed=source_agreed,
        target_agreed=target_agreed,
    )


@pytest.mark.parametrize(
    ("case", "policy", "expected"),
    [
        (sides("old", "old", OLD, OLD, OLD, OLD), Policy.SOURCE, Verdict.QUIET),
        (sides("new", "old", NEW, OLD, OLD, OLD), Policy.SOURCE, Verdict.WRITE),
        (sides("old", "other", OLD, OTHER, OLD, OLD), Policy.SOURCE, Verdict.REWRITE),
        (sides("old", "other", OLD, OTHER, OLD, OLD), Policy.TARGET, Verdict.AGREE),
        (sides("old", "other", OLD, OTHER, OLD, OLD), Policy.ASK, Verdict.CONFLICT),
        (sides("new", "other", NEW, OTHER, OLD, OLD), Policy.SOURCE, Verdict.WRITE),
        (sides("new", "other", NEW, OTHER, OLD, OLD), Policy.TARGET, Verdict.AGREE),
        (sides("new", "other", NEW, OTHER, OLD, OLD), Policy.ASK, Verdict.CONFLICT),
        (sides("new", "new", NEW, NEW, OLD, OLD), Policy.ASK, Verdict.AGREE),
        (sides("new", "old", NEW, OLD, ABSENT, ABSENT), Policy.ASK, Verdict.WRITE),
        (sides("", "old", EMPTY, OLD, ABSENT, ABSENT), Policy.SOURCE, Verdict.AGREE),
        (sides("", "old", EMPTY, OLD, OLD, OLD), Policy.SOURCE, Verdict.WRITE),
        (sides("old", "ours, in its form", OLD, OTHER, OLD, UNCONFIRMED), Policy.SOURCE, Verdict.AGREE),
    ],
)
def test_each_case_has_its_verdict(case: Sides, policy: Policy, expected: Verdict) -> None:
    assert verdict("name", case, if_empty=False, drift=policy, conflict=policy) is expected


def test_an_atom_for_empty_targets_never_replaces_a_value() -> None:
    case = sides("new", "old", NEW, OLD, ABSENT, ABSENT)
    assert verdict("name", case, if_empty=True, drift=Policy.SOURCE, conflict=Policy.SOURCE) is Verdict.AGREE


def test_an_atom_for_empty_targets_is_written_where_nothing_is() -> None:
    case = sides("new", "", NEW, EMPTY, ABSENT, ABSENT)
    assert verdict("name", case, if_empty=True, drift=Policy.SOURCE, conflict=Policy.SOURCE) is Verdict.WRITE


@pytest.mark.parametrize(
    ("atom", "wanted", "shown", "same"),
    [
        ("name", "A & B", "A &amp; B", True),
        ("name", "A  B", "A B", True),
        ("name", "A", "B", False),
        ("identity", Identity(sku="a1", gtin=None), Identity(sku="A1", gtin="00012345678905"), True),
        ("identity", Identity(sku="a1", gtin="00012345678905"), Identity(sku="a1"), False),
        ("regular_price", Price(amount=Decimal("12.50")), Price(amount=Decimal("12.5")), True),
        ("regular_price", Price(amount=Decimal(12)), None, False),
        (
            "sale_price",
            SalePrice(amount=Decimal(9)),
            SalePrice(amount=Decimal(9), start=date(2026, 1, 1)),
            False,
        ),
        ("measures", Measures(weight=Decimal(10)), Measures(weight=Decimal("10.0"), length=Decimal(5)), True),
        ("measures", Measures(weight=Decimal(10)), Measures(), False),
        ("status", Status.DELETED, Status.INACTIVE, True),
        ("status", Status.ACTIVE, Status.INACTIVE, False),
        ("node", Node(name="A &amp; B", parent="1"), Node(name="A & B", parent="1"), True),
        ("node", Node(name="A", parent="1"), Node(name="A", parent="2"), False),
        (
            "attributes",
            (Attribute(name="X", options=("a", "b")),),
            (Attribute(name="x", options=("b", "a")),),
            True,
        ),
        ("categories", ("2", "1"), ("1", "2"), True),
        ("long_text", None, "", True),
    ],
)
def test_two_sides_say_the_same_whatever_the_form(
    atom: str, wanted: AtomValue, shown: AtomValue, same: bool
) -> None:
    assert says_same(atom, wanted, shown) is same


@given(st.text(), st.text())
def test_different_texts_have_different_prints(first: str, second: str) -> None:
    assert (fingerprint(first) == fingerprint(second)) == (first == second)


def test_prints_ignore_the_form_of_numbers_and_the_name_of_pictures() -> None:
    assert fingerprint(Price(amount=Decimal("1.50"))) == fingerprint(Price(amount=Decimal("1.5")))
    assert fingerprint(Picture(ref="a", url="x")) == fingerprint(Picture(ref="a", url="y"))
    assert fingerprint((Picture(ref="a"),)) != fingerprint((Picture(ref="b"),))
    assert fingerprint(Measures()) == fingerprint(None) == EMPTY


def test_prints_are_cut_and_replaced_by_layout() -> None:
    layout = ("name", "brand", "status")
    joined = prints(layout, Atoms({"name": "x", "status": Status.ACTIVE}))
    assert one(joined, layout, "name") == fingerprint("x")
    assert one(joined, layout, "brand") == ABSENT
    assert pick(joined, layout, ("status", "unknown")) == fingerprint(Status.ACTIVE) + ABSENT
    changed = replaced(joined, layout, {"brand": NEW})
    assert one(changed, layout, "brand") == NEW
    assert one(changed, layout, "name") == fingerprint("x")


def test_prints_of_a_layout_that_grew_are_read_as_absent() -> None:
    joined = prints(("name",), Atoms({"name": "x"}))
    assert one(joined, ("name", "brand"), "brand") == ABSENT


@given(
    st.builds(
        Atoms,
        st.fixed_dictionaries(
            {},
            optional={
                "name": st.text(),
                "regular_price": st.none()
                | st.builds(Price, amount=st.decimals(allow_nan=False, allow_infinity=False)),
                "categories": st.lists(st.text()).map(tuple),
                "status": st.sampled_from(Status),
                "main_image": st.none() | st.builds(Picture, ref=st.text()),
                "measures": st.builds(Measures, weight=st.none() | st.decimals(0, 10_000, places=3)),
            },
        ),
    )
)
def test_atoms_survive_being_stored(atoms: Atoms) -> None:
    assert decode(encode(atoms)) == atoms
