"""HTML: texts that say the same compare equal, and nothing foreign can act."""

import html
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopweave.core.blocks import blocks
from shopweave.core.html import canonical_html, canonical_text, escape_text, is_web_address, sanitise

fragments = st.lists(
    st.one_of(
        st.sampled_from(
            re.split(
                r"\|",
                "<p>|</p>|<b>|</b>|<br/>|<br>|</br>|<div class=x>|</div>|<ul>|<li>|</li>|</ul>|<table>|<tr>"
                "|<td>|</td>|</tr>|</table>|<th id=2>|<script>|</script>|<style>|</style>"
                "|<img src=x onerror=y>|<a href='x'>|<a href=https://e.org/?a=1&b=2>|</a>|<pre>|</pre>"
                "|<!-- Icecat start -->|<!-- Icecat end -->|<!--|-->"
                "|<![CDATA[|<![foo|]]>|<!DOCTYPE html>|<?php|?>|&lt;|&amp;"
                "|&nbsp;|&|<|>|\"|'|&#60;b&#62;|a|ä| |\n|\r\n|[gallery]|<iframe>|</iframe>|<svg/>|<h1>|</h2>"
                "|<textarea>|</textarea>|<script/>|\x00",
            )
        ),
        st.text(max_size=5),
    ),
    max_size=25,
).map("".join)

ALLOWED = {"a", "b", "strong", "i", "em", "br", "p", "ul", "ol", "li", "h3", "h4", "table", "tr", "th", "td"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a<br>b", "a<br/>b"),
        ("a<br>b", "a<BR />\nb"),
        ("<p class=x>a</p>", "<P CLASS='x'>a</P>"),
        ('<a href="x" title="y">a</a>', "<a title=y href=x>a</a>"),
        ("caf&eacute;", "café"),
        ("a & b", "a &amp; b"),
        ("&#8217;&quot;", '’"'),
        ("<p>a</p>\n\n<p>b</p>", "<p>a</p><p>b</p>"),
        ("  <p> a   b </p>\n", "<p>a b</p>"),
        ("<ul>\n\t<li>a</li>\n</ul>", "<ul><li>a</li></ul>"),
        ("a\r\n\r\n\r\nb", "a\n\nb"),
        ("<input disabled>", '<input disabled="" />'),
        ("<!-- more -->", "<!--\nmore -->"),
    ],
)
def test_texts_that_say_the_same_are_equal(one: str, other: str) -> None:
    assert canonical_html(one) == canonical_html(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a", "<p>a</p>"),
        ("a b", "a\n\nb"),
        ("a b", "ab"),
        ("a <b>b</b>", "a<b>b</b>"),
        ("&lt;b&gt;", "<b>"),
        ("a&nbsp;b", "a b"),
        ("<pre>a  b</pre>", "<pre>a b</pre>"),
        ("<p>a</p><p>b</p>", "<p>a<br>b</p>"),
        ("a <b", "a <c"),
        ('<img src="1.jpg">', '<img src="2.jpg">'),
        ("a", "A"),
    ],
)
def test_texts_that_look_different_differ(one: str, other: str) -> None:
    assert canonical_html(one) != canonical_html(other)


@given(st.lists(st.sampled_from(["<p>", "</p>", "<b>", "</b>", "<br/>", "&amp;", " ", "\n", "ä", "<pre>"])))
def test_the_canonical_form_is_its_own_canonical_form(parts: list[str]) -> None:
    once = canonical_html("".join(parts))
    assert canonical_html(once) == once


@given(fragments)
def test_no_text_breaks_the_comparison(text: str) -> None:
    assert isinstance(canonical_html(text), str)


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\r\x7f"), max_size=60))
def test_escaped_text_is_inert_and_reads_as_the_text(text: str) -> None:
    escaped = escape_text(text)
    assert "<" not in escaped
    assert "[" not in escaped
    assert html.unescape(escaped) == "".join(letter for letter in text if letter >= " " or letter in "\t\n")


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("  Nordix \n AirClean&reg;  200 ", "Nordix AirClean® 200"),
        ("Salt &amp; Pepper", "Salt & Pepper"),
        ("Salt & Pepper", "Salt & Pepper"),
        ("a\u00a0b", "a b"),
    ],
)
def test_plain_text_is_compared_without_entities_and_blanks(text: str, plain: str) -> None:
    assert canonical_text(text) == plain


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("<b>Quiet.</b><br>Cleans a 40 m² room.", "<b>Quiet.</b><br>Cleans a 40 m² room."),
        ("<p onclick='x()'>a</p>", "<p>a</p>"),
        ("a<script>alert(1)</script>b", "ab"),
        ("a<script>alert(1)", "a"),
        ("a<style>p{}</style>b", "ab"),
        ("a<img src='https://e.org/x.png'>b", "ab"),
        ("a<iframe src=x>inside</iframe>b", "ab"),
        ("<!-- Icecat end -->a<!-- x -->", "a"),
        ("<div><div>a</div>b</div>", "<p>a</p>b"),
        ("<h1>a</h1><h2>b</h2><h6>c</h6>", "<h3>a</h3><h3>b</h3><h4>c</h4>"),
        ("<ul><li>a<li>b</ul>", "<ul><li>a</li><li>b</li></ul>"),
        ("<li>a</li>", "a"),
        ("<b>a", "<b>a</b>"),
        ("</b>a</p>", "a"),
        ("<p>a<p>b", "<p>a</p><p>b</p>"),
        ("<table><tbody><tr><td>a<td></tr></table>", "<table><tr><td>a</td><td></td></tr></table>"),
        ("a &lt;b&gt; c", "a &lt;b&gt; c"),
        ("5 < 6 & 7 > 6", "5 &lt; 6 &amp; 7 &gt; 6"),
        ("[gallery ids=1]", "&#091;gallery ids=1]"),
        ("a\r\n  b", "a b"),
        ("a<br/></br>b", "a<br><br>b"),
        ("<a href='https://e.org'>a</a>", "a"),
        ("<![if x]>a<![endif]>", "a"),
        ("\x00a\x1f", "a"),
        ("<ul><li>a<ul><li>b</li></ul></li></ul>", "<ul><li>a<ul><li>b</li></ul></li></ul>"),
        ("<font color=red>a</font> <u>b</u>", "a b"),
    ],
)
def test_foreign_html_keeps_its_plain_formatting_only(text: str, clean: str) -> None:
    assert sanitise(text) == clean


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        (
            "<a href='https://e.org/?a=1&b=2'>a</a>",
            '<a href="https://e.org/?a=1&amp;b=2" rel="nofollow">a</a>',
        ),
        ("<a href='javascript:x()'>a</a>", "a"),
        ("<a href=' https:// '>a</a>", "a"),
        ("<a href='https://e.org'>a<a href='https://f.org'>b", None),
    ],
)
def test_links_stay_where_asked_and_only_to_the_web(text: str, clean: str | None) -> None:
    expected = clean or (
        '<a href="https://e.org" rel="nofollow">a</a><a href="https://f.org" rel="nofollow">b</a>'
    )
    assert sanitise(text, links=True) == expected


def test_an_unclosed_comment_opens_nothing() -> None:
    assert "<" not in sanitise("a<!-- Icecat start")


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "piece",
    ["<a ", "<!--", "<!-- -", '<a b=">', "<b>", "<b></i>", "<?", "<![", "</", "&", "<li>", "<p>", "<ul><li>"],
)
def test_a_poisoned_text_costs_little_time(piece: str) -> None:
    text = piece * 20_000
    assert isinstance(canonical_html(text), str)
    assert isinstance(sanitise(text), str)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.attributes: set[str] = set()
        self.comments = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_comment(self, data: str) -> None:
        self.comments += 1


@given(fragments, st.booleans())
def test_whatever_comes_in_is_balanced_and_allowed(text: str, links: bool) -> None:
    clean = sanitise(text, links=links)
    reader = _Reader()
    reader.feed(clean)
    reader.close()
    assert reader.open == []
    assert reader.seen <= (ALLOWED if links else ALLOWED - {"a"})
    assert reader.attributes <= {"href", "rel"}
    assert reader.comments == 0
    assert blocks(clean) == ()


@given(fragments)
def test_clean_html_stays_as_it_is(text: str) -> None:
    once = sanitise(text, links=True)
    assert sanitise(once, links=True) == once


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("https://icecat.biz", True),
        ("http://127.0.0.1:8080/img/1.jpg", True),
        ("javascript:alert(1)", False),
        ("//e.org/x", False),
        ("https://[broken", False),
        ("https://e.org/a b", False),
        ("", False),
    ],
)
def test_only_absolute_web_addresses_count(url: str, good: bool) -> None:
    assert is_web_address(url) is good
