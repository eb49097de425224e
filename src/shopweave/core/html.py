"""HTML texts: the form to compare them by, and making foreign ones fit for a shop.

Line breaks inside text count when comparing: WordPress turns them into paragraphs when it shows a text.
"""

import html
import re
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urlsplit

_Attrs = list[tuple[str, str | None]]


def _tags(names: str) -> frozenset[str]:
    return frozenset(names.split())


_VOID: Final = _tags("area base br col embed hr img input link meta param source track wbr")
_BLOCK: Final = _tags(
    "address article aside blockquote br caption dd details div dl dt fieldset figcaption figure footer form "
    "h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table tbody td tfoot th thead tr ul"
)
_KEEPS_BLANKS: Final = _tags("pre textarea script style")
_ALLOWED: Final = _tags("b strong i em br p ul ol li h3 h4 table tr th td")
_INSTEAD: Final = {
    **dict.fromkeys(("div", "section", "article", "blockquote", "dt", "dd"), "p"),
    **dict.fromkeys(("h1", "h2"), "h3"),
    **dict.fromkeys(("h5", "h6"), "h4"),
}
_SWALLOWED: Final = _tags(
    "script style iframe object svg math template noscript noembed noframes textarea select title xmp "
    "audio video canvas"
)
_SCOPES: Final = {
    "li": _tags("ul ol"),
    "tr": _tags("table"),
    "td": _tags("tr"),
    "th": _tags("tr"),
}
_CLOSED_BY: Final = {
    "li": _tags("li"),
    "tr": _tags("tr"),
    **dict.fromkeys(("td", "th"), _tags("td th")),
    **dict.fromkeys(("p", "ul", "ol", "h3", "h4", "table"), _tags("p h3 h4")),
}
_WALLS: Final = _tags("ul ol table")
_TAG: Final = re.compile(r"<[^<>]*>")
_DEEPEST: Final = 64
_BLANKS: Final = re.compile(r"[ \t\r\n\f]+")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def canonical_html(text: str) -> str:
    """Give the form by which two HTML texts are compared; not for writing."""
    parser = _Canonical()
    parser.feed(_closed(text.replace("\r\n", "\n").replace("\r", "\n")))
    parser.close()
    return parser.result()


def canonical_text(text: str) -> str:
    """Give plain text with entities decoded and blanks collapsed."""
    return " ".join(html.unescape(text).split())


def escape_text(text: str) -> str:
    """Write plain text as HTML in which nothing can act: no tag, marker, entity or shortcode.

    WordPress runs `[name]` of a registered shortcode; `&#091;` is the spelling its own filter gives.
    """
    return html.escape(_CONTROL.sub("", text), quote=False).replace("[", "&#091;")


def sanitise(text: str, *, links: bool = False) -> str:
    """Keep plain formatting of foreign HTML; scripts, pictures, comments and attributes go, tags balance."""
    parser = _Sanitiser(links=links)
    parser.feed(_closed(text))
    parser.close()
    return parser.result()


def is_web_address(url: str) -> bool:
    """Say whether this is an absolute http or https address."""
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and not _BLANKS.search(url)
    except ValueError:
        return False


def _closed(text: str) -> str:
    """Escape each `<` that opens no whole tag or comment: the parser's time grows with their square."""
    last_end = text.rfind("-->")
    parts: list[str] = []
    at = 0
    while (start := text.find("<", at)) >= 0:
        parts.append(text[at:start])
        is_comment = text.startswith("<!--", start) and start < last_end
        tag = None if is_comment else _TAG.match(text, start)
        at = text.index("-->", start) + 3 if is_comment else tag.end() if tag else start + 1
        parts.append(text[start:at] if is_comment or tag else "&lt;")
    return "".join(parts) + text[at:]


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def parse_marked_section(self, i: int, report: int = 1) -> int:
        """Read `<![…` as browsers do; the inherited one raises on unknown words."""
        return self.parse_bogus_comment(i, bool(report))

    def handle_startendtag(self, tag: str, attrs: _Attrs) -> None:
        self.handle_starttag(tag, attrs)


class _Canonical(_Parser):
    """Collects (kind, text): `text`, `verbatim`, `inline` and `break`; blanks beside a break say nothing."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[tuple[str, str]] = []
        self._kept = ""

    def handle_starttag(self, tag: str, attrs: _Attrs) -> None:
        known = {name: value or "" for name, value in reversed(attrs)}
        shown = "".join(f' {name}="{html.escape(known[name])}"' for name in sorted(known))
        self._tag(tag, f"<{tag}{shown}>")
        if tag in _KEEPS_BLANKS:
            self._kept = self._kept or tag

    def handle_endtag(self, tag: str) -> None:
        if tag == self._kept:
            self._kept = ""
        if tag == "br":
            self._tag(tag, "<br>")
        elif tag not in _VOID:
            self._tag(tag, f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if self.cdata_elem in self.CDATA_CONTENT_ELEMENTS:
            self._parts.append(("verbatim", data))
        elif self._kept:
            self._parts.append(("verbatim", html.escape(data, quote=False)))
        elif self._parts and self._parts[-1][0] == "text":
            self._parts[-1] = ("text", self._parts[-1][1] + data)
        else:
            self._parts.append(("text", data))

    def handle_comment(self, data: str) -> None:
        self._parts.append(("inline", f"<!--{_BLANKS.sub(' ', data)}-->"))

    def handle_decl(self, decl: str) -> None:
        self._parts.append(("inline", f"<!{decl}>"))

    def result(self) -> str:
        """Give the whole text, without blanks around it."""
        kinds = ["break", *(kind for kind, _ in self._parts), "break"]
        return "".join(
            _shown(text, after=kinds[place], before=kinds[place + 2]) if kind == "text" else text
            for place, (kind, text) in enumerate(self._parts)
        )

    def _tag(self, tag: str, written: str) -> None:
        self._parts.append(("break" if tag in _BLOCK else "inline", written))


def _shown(text: str, *, after: str, before: str) -> str:
    plain = _BLANKS.sub(_one_blank, text)
    plain = plain.lstrip(" \n") if after == "break" else plain
    plain = plain.rstrip(" \n") if before == "break" else plain
    return html.escape(plain, quote=False)


def _one_blank(match: re.Match[str]) -> str:
    return "\n" * min(match[0].count("\n"), 2) or " "


class _Sanitiser(_Parser):
    def __init__(self, *, links: bool) -> None:
        super().__init__()
        self._links = links
        self._out: list[str] = []
        self._open: list[str] = []
        self._starts: list[int] = []
        self._swallowed = ""
        self._depth = 0

    def handle_starttag(self, tag: str, attrs: _Attrs) -> None:
        if self._swallowed:
            self._depth += tag == self._swallowed
        elif tag in _SWALLOWED:
            self._swallowed, self._depth = tag, 1
        elif tag == "br":
            self._break("<br>")
        elif tag == "a" and self._links:
            self._link(dict(reversed(attrs)).get("href") or "")
        else:
            self._start(_INSTEAD.get(tag, tag), tag)

    def handle_endtag(self, tag: str) -> None:
        if self._swallowed:
            self._depth -= tag == self._swallowed
            self._swallowed = self._swallowed if self._depth else ""
        elif tag == "br":
            self._break("<br>")
        elif tag in _BLOCK or tag in _ALLOWED or tag == "a":
            self._end(_INSTEAD.get(tag, tag))

    def handle_data(self, data: str) -> None:
        if self._swallowed:
            return
        text = _BLANKS.sub(" ", _CONTROL.sub("", data))
        if not self._out or self._out[-1].endswith((" ", "<br>")) or self._is_after_block():
            text = text.lstrip(" ")
        if text:
            self._out.append(escape_text(text))

    def result(self) -> str:
        """Close what is open and give the text."""
        while self._open:
            self._pop()
        return "".join(self._out).strip(" ")

    def _start(self, name: str, tag: str) -> None:
        if name not in _ALLOWED or (name in _SCOPES and not self._in_scope(name)):
            if tag in _BLOCK:
                self.handle_data(" ")
            return
        self._close_any(_CLOSED_BY.get(name, frozenset()), _SCOPES.get(name, _WALLS))
        self._push(name, f"<{name}>")

    def _end(self, name: str) -> None:
        if name in self._open:
            self._close_any(frozenset({name}), frozenset() if name in _WALLS else _WALLS)

    def _link(self, href: str) -> None:
        self._end("a")
        url = href.strip()
        if is_web_address(url):
            self._push("a", f'<a href="{html.escape(url)}" rel="nofollow">')

    def _in_scope(self, name: str) -> bool:
        walls = _WALLS | {"tr"}
        near = next((tag for tag in reversed(self._open) if tag in walls and tag != name), "")
        return near in _SCOPES[name]

    def _close_any(self, names: frozenset[str], walls: frozenset[str]) -> None:
        for tag in reversed(self._open):
            if tag in names:
                break
            if tag in walls:
                return
        else:
            return
        while self._pop() not in names:
            pass

    def _push(self, name: str, written: str) -> None:
        if len(self._open) == _DEEPEST:
            return
        if name in _BLOCK:
            self._trim()
        self._open.append(name)
        self._starts.append(len(self._out))
        self._out.append(written)

    def _pop(self) -> str:
        name, start = self._open.pop(), self._starts.pop()
        if name in _BLOCK:
            self._trim()
        if len(self._out) == start + 1 and name not in ("td", "th"):
            del self._out[start:]
        else:
            self._out.append(f"</{name}>")
        return name

    def _break(self, written: str) -> None:
        self._trim()
        self._out.append(written)

    def _trim(self) -> None:
        if self._out and self._out[-1].endswith(" "):
            self._out[-1] = self._out[-1].rstrip(" ")
            if not self._out[-1]:
                self._out.pop()

    def _is_after_block(self) -> bool:
        last = self._out[-1]
        return last.startswith("<") and last.strip("</>") in _BLOCK
