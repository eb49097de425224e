"""Attributes of products and the options their variations choose."""

from typing import Any

from shopweave.simulators.woocommerce.state import Row
from shopweave.simulators.woocommerce.terms import Terms
from shopweave.simulators.woocommerce.values import integer, slugify, truth


def linked(terms: Terms, wanted: list[Any]) -> list[Row]:
    """Give a product's attributes: known ids are linked, unknown ones dropped, names without id are local."""
    found: list[Row] = []
    for place, one in enumerate(wanted):
        options = one.get("options") or []
        options = options.split("|") if isinstance(options, str) else options
        attribute = terms.attribute(integer(one.get("id")))
        if integer(one.get("id")) and attribute is None:
            continue
        names = (
            [terms.option(attribute, str(text)) for text in options]
            if attribute
            else [str(o) for o in options]
        )
        found.append(
            {
                "id": attribute["id"] if attribute else 0,
                "name": attribute["name"] if attribute else str(one.get("name", "")),
                "position": integer(one.get("position", place)),
                "visible": truth(one.get("visible", False)),
                "variation": truth(one.get("variation", False)),
                "options": list(dict.fromkeys(names)),
            }
        )
    return found


def chosen(parent: Row, wanted: list[Any]) -> list[Row]:
    """Give a variation's options; attributes the parent has not are dropped, unknown options become slugs."""
    found: list[Row] = []
    for one in wanted:
        key, name = integer(one.get("id")), str(one.get("name", ""))
        axis = next(
            (
                a
                for a in parent["attributes"]
                if (key and a["id"] == key) or (not key and a["name"].lower() == name.lower())
            ),
            None,
        )
        if axis is None:
            continue
        option = str(one.get("option", ""))
        known = {text.lower(): text for text in axis["options"]} | {
            slugify(text): text for text in axis["options"]
        }
        found.append(
            {
                "id": axis["id"],
                "name": axis["name"],
                "option": known.get(option.lower(), option if not axis["id"] else slugify(option)),
            }
        )
    return found
