"""Lists of products: filters, order and paging."""

from collections.abc import Callable, Iterable
from datetime import timedelta

from shopweave.simulators.woocommerce.state import Row, State
from shopweave.simulators.woocommerce.values import moment, truth

_SETS = (
    ("include_status", "status"),
    ("exclude_status", "status"),
    ("include_types", "type"),
    ("exclude_types", "type"),
)
_HIDDEN = ("trash", "auto-draft")
_KEYS: dict[str, Callable[[Row], object]] = {
    "id": lambda row: row["id"],
    "date": lambda row: (row["date_created"], row["id"]),
    "title": lambda row: row["name"].lower(),
    "slug": lambda row: row["slug"],
    "modified": lambda row: row["date_modified"],
    "menu_order": lambda row: (row["menu_order"], row["id"]),
}


def matching(state: State, query: dict[str, str], offset: timedelta) -> list[Row]:
    """Give the products a list call means, in its order."""
    rows = _chosen(state, query)
    for wanted in _filters(query, offset):
        rows = [row for row in rows if wanted(row)]
    return ordered(rows, query)


def of_variations(state: State, parent: int, query: dict[str, str], offset: timedelta) -> list[Row]:
    """Give the variations of a product a list call means, in its order."""
    rows = list(state.variations(parent))
    if query.get("sku"):
        names = {one.strip().lower() for one in query["sku"].split(",")}
        rows = [row for row in rows if row["sku"].lower() in names]
    if query.get("include"):
        keys = {int(one) for one in query["include"].split(",") if one.strip().isdigit()}
        rows = [row for row in rows if row["id"] in keys]
    for wanted in _filters(query, offset):
        rows = [row for row in rows if wanted(row)]
    return ordered(rows, query)


def _chosen(state: State, query: dict[str, str]) -> list[Row]:
    seen = state.seen("product")
    if query.get("sku"):
        names = [query["sku"], *query["sku"].split(",")]
        known = [state.skus[one.strip().lower()] for one in names if one.strip().lower() in state.skus]
        return [seen[key] for key in dict.fromkeys(known) if key in seen]
    rows: Iterable[Row] = seen.values()
    if query.get("global_unique_id"):
        found = state.gtins.get(query["global_unique_id"], 0)
        rows = [seen[found]] if found in seen else []
    elif query.get("include"):
        keys = [int(one) for one in query["include"].split(",") if one.strip().isdigit()]
        rows = [seen[key] for key in keys if key in seen]
    return [row for row in rows if row["type"] != "variation"]


def _filters(query: dict[str, str], offset: timedelta) -> list[Callable[[Row], bool]]:
    found: list[Callable[[Row], bool]] = [_status(query)]
    for name, key, later in (
        ("modified_after", "date_modified", True),
        ("modified_before", "date_modified", False),
        ("after", "date_created", True),
        ("before", "date_created", False),
    ):
        if query.get(name):
            found.append(_by_time(key, moment(query[name], query, offset).isoformat(), later=later))
    for name, key in (("category", "categories"), ("brand", "brands"), ("tag", "tags")):
        if query.get(name):
            found.append(_by_term(key, query[name]))
    plain = [_by_value(name, query[name]) for name in ("type", "slug", "stock_status") if query.get(name)]
    sets = [
        _by_set(key, query[name].split(","), is_in=name.startswith("include"))
        for name, key in _SETS
        if query.get(name)
    ]
    switches = [_by_value(name, truth(query[name])) for name in ("featured", "virtual") if name in query]
    return [*found, *plain, *sets, *switches, *_by_words(query)]


def _by_set(key: str, values: list[str], *, is_in: bool) -> Callable[[Row], bool]:
    return lambda row: (row[key] in values) == is_in


def _by_words(query: dict[str, str]) -> list[Callable[[Row], bool]]:
    found: list[Callable[[Row], bool]] = []
    if query.get("search"):
        found.append(lambda row: query["search"].lower() in f"{row['name']} {row['description']}".lower())
    if query.get("search_sku"):
        found.append(lambda row: query["search_sku"].lower() in row["sku"].lower())
    if query.get("exclude"):
        left = {int(one) for one in query["exclude"].split(",") if one.strip().isdigit()}
        found.append(lambda row: row["id"] not in left)
    if query.get("search_name_or_sku"):
        text = query["search_name_or_sku"].lower()
        found.append(lambda row: text in row["name"].lower() or text in row["sku"].lower())
    if "on_sale" in query:
        found.append(lambda row: bool(row["sale_price"]) == truth(query["on_sale"]))
    return found


def _status(query: dict[str, str]) -> Callable[[Row], bool]:
    wanted = query.get("status", "any")
    include = query.get("include_status", "").split(",") if query.get("include_status") else []
    exclude = query.get("exclude_status", "").split(",") if query.get("exclude_status") else []
    if include:
        return lambda row: row["status"] in include
    if wanted == "any":
        return lambda row: row["status"] not in _HIDDEN and row["status"] not in exclude
    return lambda row: row["status"] == wanted


def _by_value(name: str, value: object) -> Callable[[Row], bool]:
    return lambda row: row[name] == value


def _by_time(key: str, moment_text: str, *, later: bool) -> Callable[[Row], bool]:
    if later:
        return lambda row: row[key] > moment_text
    return lambda row: row[key] < moment_text


def _by_term(key: str, text: str) -> Callable[[Row], bool]:
    wanted = {int(one) for one in text.split(",") if one.strip().isdigit()}
    return lambda row: bool(wanted & set(row[key]))


def ordered(rows: list[Row], query: dict[str, str]) -> list[Row]:
    """Sort as asked; by include in the order of the ids given."""
    name = query.get("orderby", "date")
    if name == "include" and query.get("include"):
        return rows
    return sorted(rows, key=_KEYS.get(name, _KEYS["date"]), reverse=query.get("order", "desc") == "desc")  # type: ignore[arg-type]
