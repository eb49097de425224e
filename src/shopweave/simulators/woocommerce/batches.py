"""Batches: creations, updates and deletions in this order, each item for itself."""

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from shopweave.model.http import HttpResponse
from shopweave.simulators.woocommerce.answers import Body, Wrong, answer
from shopweave.simulators.woocommerce.values import integer

_LARGEST = 100


class Batch(Struct, frozen=True, kw_only=True):
    """What a batch does with each item."""

    create: Callable[[Body], Body]
    update: Callable[[Body], Body]
    delete: Callable[[Any], Body]


def tried(name: str, one: Any, do: Callable[[Any], Body]) -> Body:
    """Carry out one item; its error is its answer."""
    try:
        return do(one)
    except Wrong as wrong:
        key = 0 if name == "create" else key_of(one)
        return {"id": key, "error": wrong.body()}


def key_of(one: Any) -> int:
    """Give the id of an item, which may be the id itself."""
    return integer(one.get("id")) if isinstance(one, dict) else integer(one)


def run_batch(body: Body, do: "Batch") -> HttpResponse:
    """Carry out a batch; the answer is 200 even if every item failed."""
    parts = [name for name in ("create", "update", "delete") if name in body]
    if sum(len(body[name]) for name in parts) > _LARGEST:
        message = f"Unable to accept more than {_LARGEST} items for this request."
        raise Wrong(413, "woocommerce_rest_request_entity_too_large", message)
    if not parts:
        return answer(200, [])
    done: Body = {}
    for name in parts:
        done[name] = [tried(name, one, getattr(do, name)) for one in body[name]]
    return answer(200, done)
