"""What a shop's statuses do to its stock, as measured on 9.9.5."""

from shopweave.connector.orders import Sells
from shopweave.connectors.woocommerce.settings import WooSettings
from shopweave.core.ledger import StateTable

_TAKES = frozenset({"processing", "on-hold", "completed", "refunded"})
_GIVES_BACK = frozenset({"pending", "cancelled"})
_KEEPS = frozenset({"failed", "trash"})
_STATUSES = ("pending", "processing", "on-hold", "completed", "cancelled", "refunded", "failed")


def sells(settings: WooSettings) -> Sells:
    """Say how this shop sells; the statuses of plug-ins leave stock as it is."""
    more = tuple(one for one in settings.more_statuses if one not in _STATUSES)
    return Sells(
        table=StateTable(takes=_TAKES, gives_back=_GIVES_BACK, keeps=_KEEPS | frozenset(more)),
        statuses=(*_STATUSES, *more),
        final=("completed", "cancelled", "refunded"),
        lowers_itself=settings.manages_stock,
    )
