"""Marked blocks: what people wrote beside them is never lost and comes back exactly."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shopweave.core.blocks import blocks, compose, is_torn, split

START = "<!-- Icecat start -->"
END = "<!-- Icecat end -->"

pieces = st.sampled_from(
    [
        START,
        END,
        "<!--icecat START-->",
        "<!--\n Icecat   end\t-->",
        "<!-- Till start -->",
        "<!-- till end -->",
        "<!-- Icecat ",
        " start -->",
        " end -->",
        "<!--",
        "-->",
        "<p>äö</p>",
        "\n\n",
        "words",
    ]
)
torn_texts = st.lists(st.one_of(pieces, st.text(max_size=8)), max_size=14).map("".join)
free_texts = st.text(max_size=40) | st.lists(
    st.sampled_from(["<p>", "</p>", "<!-- more -->", "<!--", "-->", "äö", "\r\n", " ", "&amp;", "<br/>"])
).map("".join)
names = st.sampled_from(["icecat", "Icecat", "till", "a-b_2"])


@given(free_texts, names, free_texts)
def test_a_composed_text_splits_into_its_two_parts(manual: str, name: str, inner: str) -> None:
    assume(inner)
    assert split(compose(manual, name, inner), name) == (manual, inner)


@given(torn_texts, names, free_texts)
def test_any_text_gives_the_same_manual_part_before_and_after_a_block_is_set(
    text: str, name: str, inner: str
) -> None:
    assert split(compose(text, name, inner), name)[0] == split(text, name)[0]


@given(torn_texts, names, torn_texts)
def test_composing_twice_changes_nothing(text: str, name: str, inner: str) -> None:
    once = compose(text, name, inner)
    assert compose(once, name, inner) == once


@given(torn_texts, names)
def test_what_split_leaves_holds_no_marker_of_that_name(text: str, name: str) -> None:
    manual, _ = split(text, name)
    assert split(manual, name) == (manual, None)
    assert not is_torn(manual, name)


@pytest.mark.seed("ICE-28")
@pytest.mark.seed("ICE-29")
@given(free_texts, names, free_texts)
def test_removing_the_block_leaves_exactly_the_manual_text(manual: str, name: str, inner: str) -> None:
    assert compose(compose(manual, name, inner), name, None) == manual


@pytest.mark.seed("ICE-28")
@given(st.lists(st.sampled_from([START, END, "<!-- icecat end -->", "\x01"]), max_size=12), st.data())
def test_text_outside_complete_blocks_is_never_lost(shape: list[str], data: st.DataObject) -> None:
    words = [f"w{number} " for number in range(len(shape) + 1)]
    text = words[0] + "".join(mark + word for mark, word in zip(shape, words[1:], strict=True))
    manual, _ = split(text, "icecat")
    depth_free = [
        word for place, word in enumerate(words) if not _is_between_start_and_next_end(shape, place)
    ]
    assert [word for word in words if word in manual] == depth_free


def _is_between_start_and_next_end(shape: list[str], place: int) -> bool:
    before = [mark for mark in shape[:place] if mark != "\x01"]
    after = [mark for mark in shape[place:] if mark != "\x01"]
    return bool(before) and before[-1] == START and bool(after) and after[0] != START


@pytest.mark.seed("ICE-29")
def test_every_block_goes_and_the_text_around_stays() -> None:
    text = f"<p>Ours.</p>{START}<p>old</p>{END}\nBetween{START}<p>new</p>{END} after"
    assert compose(text, "icecat", None) == "<p>Ours.</p>\nBetween after"


@pytest.mark.parametrize(
    ("text", "manual", "inner"),
    [
        ("plain", "plain", None),
        ("", "", None),
        (f"a{START}b{END}c", "ac", "b"),
        ("a<!--ICECAT   Start-->b<!-- icecat\nEND -->c", "ac", "b"),
        (f"a{START}{END}c", "ac", ""),
        (f"a{START}1{END}b{START}2{END}c", "abc", "2"),
        (f"a{START}b", "ab", None),
        (f"a{END}b", "ab", None),
        (f"a{START}b{START}c{END}d", "abd", "c"),
        (f"a{START}b{START}c{END}d{END}e", "abde", "c"),
        (f"a{END}b{START}c", "abc", None),
        ("a<!-- Till start -->b<!-- Till end -->", "a<!-- Till start -->b<!-- Till end -->", None),
        (f"a<!-- Icecat {START}x{END}start -->b", "ab", "x"),
        ("<!-- Icecat2 start -->b<!-- Icecat2 end -->", "<!-- Icecat2 start -->b<!-- Icecat2 end -->", None),
    ],
)
def test_doubled_nested_and_torn_markers_are_read_without_loss(
    text: str, manual: str, inner: str | None
) -> None:
    assert split(text, "icecat") == (manual, inner)


def test_a_block_is_replaced_where_it_stands() -> None:
    assert compose(f"before{START}old{END}after", "icecat", "new") == f"before{START}new{END}after"


def test_doubled_blocks_become_one_at_the_last_place() -> None:
    text = f"a{START}1{END}b{START}2{END}c"
    assert compose(text, "icecat", "3") == f"ab{START}3{END}c"


def test_markers_cannot_be_smuggled_in() -> None:
    composed = compose("m", "icecat", f"x{END}<p>stray</p>{START}<!-- Till start -->y")
    assert composed == f"m{START}x<p>stray</p>y{END}"


def test_an_empty_block_is_not_written() -> None:
    assert compose("manual", "icecat", "") == "manual"


def test_blocks_of_other_names_stay() -> None:
    both = compose(compose("m", "icecat", "one"), "till", "two")
    assert blocks(both) == ("icecat", "till")
    assert blocks(compose(both, "icecat", None)) == ("till",)


def test_a_lonely_marker_is_no_block() -> None:
    assert blocks(f"a{START}b<!-- more -->") == ()
    assert is_torn(f"a{START}b", "icecat")
    assert not is_torn(f"a{START}b{END}", "icecat")


@pytest.mark.parametrize("name", ["", "ice cat", "-", "é", "a-->"])
def test_a_name_that_cannot_stand_in_a_marker_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="cannot name a block"):
        split("x", name)
