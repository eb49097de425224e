"""Words the hub says in values: states, causes, roles, names of fields; shown in each language."""

from shopweave.web.tongues import marked

SIGNS = {
    "in step": ("ok", "ok"),
    "done": ("ok", "ok"),
    "approved": ("go", ""),
    "catching up": ("go", ""),
    "running": ("go", ""),
    "intent": ("go", ""),
    "waiting": ("wait", ""),
    "waits": ("wait", ""),
    "held": ("hold", "warn"),
    "paused": ("hold", "warn"),
    "needs you": ("warn", "warn"),
    "in doubt": ("doubt", "warn"),
    "stopped": ("stop", "stop"),
    "failed": ("stop", "stop"),
    "refused": ("stop", "stop"),
    "parked": ("hold", "warn"),
    "withdrawn": ("ok", ""),
    "unbooked": ("warn", "warn"),
    "unreadable": ("stop", "stop"),
}
STATES = {
    "in step": marked("in step"),
    "catching up": marked("catching up"),
    "paused": marked("paused"),
    "needs you": marked("needs you"),
    "stopped": marked("stopped"),
    "making": marked("being made"),
    "held": marked("held"),
    "approved": marked("approved"),
    "done": marked("done"),
    "rejected": marked("rejected"),
    "expired": marked("expired"),
    "running": marked("running"),
    "failed": marked("failed"),
    "waiting": marked("waiting"),
    "intent": marked("being sent"),
    "in doubt": marked("in doubt"),
    "refused": marked("refused"),
    "dropped": marked("dropped"),
    "superseded": marked("replaced by a newer one"),
    "active": marked("active"),
    "inactive": marked("inactive"),
    "parked": marked("set aside"),
    "withdrawn": marked("withdrawn"),
    "unbooked": marked("goods not booked"),
    "unreadable": marked("not readable"),
}
STAGES = {
    "open": marked("not booked yet"),
    "sent": marked("being booked"),
    "in doubt": marked("in doubt"),
    "acknowledged": marked("booked"),
    "absorbed": marked("booked, and in the level"),
    "void": marked("never moved"),
}
WAYS = {
    "hand-over": marked("by the hand-over"),
    "hub": marked("by the hub"),
    "elsewhere": marked("by somebody else"),
    "never": marked("by nobody"),
    "refused": marked("the hub’s booking was refused"),
}
HANDED = {
    "order": marked("the order"),
    "update": marked("a later change"),
    "news": marked("news for the channel"),
}
CARRIED = {"items": marked("items"), "orders": marked("orders"), "stock": marked("stock")}
REASONS = {
    "uncounted": marked("the master does not count it"),
    "unread": marked("not raised until all sides are read"),
    "first": marked("first levels, they wait for you"),
    "doubt": marked("in doubt: it is read first"),
    "refused": marked("refused by the channel"),
    "gone": marked("not shown by the channel"),
    "zeros": marked("too many at once fell to nothing"),
    "raise": marked("it rose too far at once"),
}
SHELVES = {
    "differ": marked("differ or wait"),
    "waiting": marked("on their way"),
    "held": marked("held levels"),
    "in doubt": marked("in doubt"),
    "refused": marked("refused"),
    "first": marked("first levels"),
    "uncounted": marked("not counted"),
}
TIED = {
    "source": marked("comes from there"),
    "sku": marked("same SKU"),
    "gtin": marked("same EAN"),
    "path": marked("same path"),
    "made": marked("made by the hub"),
    "asked": marked("asked for"),
    "person": marked("by a person"),
}
FITTING = {
    "doubtful": marked("may be an item"),
    "unlinked": marked("fit no item"),
    "alone": marked("no item has its SKU or EAN"),
    "several": marked("it fits several, or several fit it"),
    "form": marked("only one side has variations"),
    "taken": marked("its item is linked to another one"),
    "apart": marked("not its item, as a person said"),
    "soon": marked("the next run links it"),
}
LEVELS = {
    "untracked": marked("not counted"),
    "unknown": marked("not known"),
    "never": marked("never"),
}
CAUSES = {
    "clock": marked("by the clock"),
    "event": marked("by an event"),
    "run": marked("by hand"),
    "plan": marked("as a plan"),
    "undo": marked("to undo another run"),
}
PEOPLE = {
    "clock": marked("the clock"),
    "command line": marked("the command line"),
    "within limits": marked("the limits"),
    "hub": marked("the hub"),
}
SIDES = {"source": marked("the source"), "target": marked("the target")}
DETAILS = {
    "changes": marked("changes"),
    "flow": marked("flow"),
    "connection": marked("connection"),
    "items": marked("items"),
    "ended": marked("ended"),
    "record": marked("product"),
    "factor": marked("units in one"),
    "links": marked("links"),
}
ROLES = {"viewer": marked("viewer"), "operator": marked("operator"), "admin": marked("administrator")}
FIELDS = {
    "identity": marked("identity"),
    "name": marked("name"),
    "short_text": marked("short text"),
    "long_text": marked("long text"),
    "measures": marked("measures"),
    "attributes": marked("attributes"),
    "brand": marked("brand"),
    "categories": marked("categories"),
    "regular_price": marked("regular price"),
    "sale_price": marked("sale price"),
    "tax_class": marked("tax class"),
    "main_image": marked("main image"),
    "gallery": marked("gallery"),
    "status": marked("status"),
    "node": marked("category"),
}
