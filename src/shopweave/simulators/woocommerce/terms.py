"""Categories, tags, brands, attributes and their terms."""

from typing import Any

from shopweave.simulators.woocommerce.answers import Body, Wrong
from shopweave.simulators.woocommerce.state import Row, State
from shopweave.simulators.woocommerce.values import integer, slugify

_SLUG = 28

_FIELDS = {"product_cat": "categories", "product_brand": "brands", "product_tag": "tags"}


class Terms:
    """The taxonomies of a shop; a term's row says of which."""

    def __init__(self, state: State) -> None:
        self.state = state
        self._options: dict[tuple[str, str], int] = {}
        if not state.rows["term"]:
            self.create("product_cat", {"name": "Uncategorized"})
        self.default_category = min(
            key for key, row in state.rows["term"].items() if row["taxonomy"] == "product_cat"
        )
        for row in state.rows["term"].values():
            self._options[(row["taxonomy"], row["name"].lower())] = row["id"]

    def of(self, taxonomy: str) -> list[Row]:
        """Give the terms of a taxonomy."""
        return [row for row in self.state.rows["term"].values() if row["taxonomy"] == taxonomy]

    def exists(self, taxonomy: str, key: int) -> bool:
        """Say whether a term is there."""
        row = self.state.rows["term"].get(key)
        return row is not None and row["taxonomy"] == taxonomy

    def get(self, taxonomy: str, key: int) -> Row:
        """Give a term."""
        if not self.exists(taxonomy, key):
            raise Wrong(404, "woocommerce_rest_term_invalid", "Resource does not exist.")
        return self.state.rows["term"][key]

    def create(self, taxonomy: str, body: Body) -> Row:
        """Make a term; the same name under the same parent is refused with the id that has it."""
        name, parent = str(body.get("name") or "").strip(), integer(body.get("parent"))
        if not name:
            raise Wrong(400, "rest_missing_callback_param", "Missing parameter(s): name", params=["name"])
        if parent and not self.exists(taxonomy, parent):
            raise Wrong(400, "missing_parent", "Parent term does not exist.")
        self._check_free(taxonomy, name, parent, 0)
        key = self.state.number()
        row: Row = {
            "id": key,
            "taxonomy": taxonomy,
            "name": name,
            "slug": self._slug(taxonomy, str(body.get("slug") or slugify(name)), parent),
            "parent": parent,
            "description": str(body.get("description") or ""),
            "display": body.get("display") or "default",
            "menu_order": integer(body.get("menu_order")),
        }
        self.state.save("term", key, row)
        self._options[(taxonomy, name.lower())] = key
        return row

    def update(self, taxonomy: str, row: Row, body: Body) -> Row:
        """Rename, move or describe a term."""
        fresh = dict(row)
        if "name" in body:
            fresh["name"] = str(body["name"]).strip()
        if "parent" in body:
            parent = integer(body["parent"])
            if parent and parent != row["id"] and not self.exists(taxonomy, parent):
                raise Wrong(400, "missing_parent", "Parent term does not exist.")
            fresh["parent"] = 0 if parent == row["id"] else parent
        for key in ("slug", "description", "display"):
            if key in body:
                fresh[key] = str(body[key])
        self._check_free(taxonomy, fresh["name"], fresh["parent"], row["id"])
        self.state.save("term", row["id"], fresh)
        self._options[(taxonomy, fresh["name"].lower())] = row["id"]
        return fresh

    def remove(self, taxonomy: str, row: Row) -> None:
        """Delete a term; its children move up, products lose it."""
        if row["id"] == self.default_category:
            raise Wrong(500, "woocommerce_rest_cannot_delete", "The resource cannot be deleted.")
        for child in self.of(taxonomy):
            if child["parent"] == row["id"]:
                self.state.save("term", child["id"], {**child, "parent": row["parent"]})
        self.state.remove("term", row["id"])
        field = _FIELDS.get(taxonomy, "")
        for product in list(self.state.products.values()) if field else ():
            if row["id"] in product[field]:
                left = [key for key in product[field] if key != row["id"]]
                self.state.save("product", product["id"], {**product, field: left})

    def _check_free(self, taxonomy: str, name: str, parent: int, own: int) -> None:
        for row in self.of(taxonomy):
            if row["id"] != own and row["parent"] == parent and row["name"].lower() == name.lower():
                message = "A term with the name provided already exists with this parent."
                raise Wrong(400, "term_exists", message, resource_id=row["id"])

    def _slug(self, taxonomy: str, wanted: str, parent: int) -> str:
        taken = {row["slug"] for row in self.of(taxonomy)}
        if wanted in taken and parent:
            wanted = f"{wanted}-{self.state.rows['term'][parent]['slug']}"
        number, slug = 2, wanted
        while slug in taken:
            slug, number = f"{wanted}-{number}", number + 1
        return slug

    def shown(self, row: Row) -> Body:
        """Give a term as the API shows it."""
        taxonomy = row["taxonomy"]
        body: dict[str, Any] = {name: row[name] for name in ("id", "name", "slug", "description")}
        if taxonomy in ("product_cat", "product_brand"):
            body |= {"parent": row["parent"], "display": row["display"], "image": None}
        if taxonomy not in ("product_tag", "product_shipping_class"):
            body["menu_order"] = row["menu_order"]
        return {**body, "count": self._count(row)}

    def _count(self, row: Row) -> int:
        field = _FIELDS.get(row["taxonomy"])
        if field is not None:
            return sum(row["id"] in one[field] for one in self.state.products.values())
        used = (one["attributes"] for one in self.state.products.values() if one["type"] != "variation")
        return sum(any(axis["id"] and row["name"] in axis["options"] for axis in axes) for axes in used)

    def named(self, taxonomy: str, keys: list[int]) -> list[Body]:
        """Give terms as products show them."""
        rows = (self.state.rows["term"].get(key) for key in keys)
        return [
            {"id": row["id"], "name": row["name"], "slug": row["slug"]}
            for row in rows
            if row is not None and row["taxonomy"] == taxonomy
        ]

    def attribute(self, key: int) -> Row | None:
        """Give a global attribute."""
        return self.state.rows["attribute"].get(key)

    def attribute_slug(self, used: Row) -> str:
        """Give the slug under which a product names an attribute."""
        known = self.attribute(used["id"])
        return str(known["slug"]) if known else str(used["name"])

    def option(self, attribute: Row, text: str) -> str:
        """Give a term of a global attribute by name or slug, made when missing."""
        taxonomy = str(attribute["slug"])
        key = self._options.get((taxonomy, text.lower()))
        if key is None or not self.exists(taxonomy, key):
            key = self.create(taxonomy, {"name": text})["id"]
        return str(self.state.rows["term"][key]["name"])

    def create_attribute(self, body: Body) -> Row:
        """Make a global attribute."""
        name = str(body.get("name") or "")
        if not name:
            raise Wrong(400, "rest_missing_callback_param", "Missing parameter(s): name", params=["name"])
        slug = slugify(str(body.get("slug") or name)).removeprefix("pa-").removeprefix("pa_")
        if len(slug) > _SLUG:
            raise Wrong(
                400, "woocommerce_rest_cannot_create", f'Slug "{slug}" is too long ({_SLUG} characters max).'
            )
        if any(row["slug"] == f"pa_{slug}" for row in self.state.rows["attribute"].values()):
            raise Wrong(
                400, "woocommerce_rest_cannot_create", f'Slug "{slug}" is already in use. Change it, please.'
            )
        key = len(self.state.rows["attribute"]) + 1
        row: Row = {
            "id": key,
            "name": name,
            "slug": f"pa_{slug}",
            "type": "select",
            "order_by": body.get("order_by") or "menu_order",
            "has_archives": bool(body.get("has_archives", False)),
        }
        self.state.save("attribute", key, row)
        return row
