"""Sentences that other rooms write in English, and how they are said in the language of a page.

A sentence is a text of the catalogs, or a pattern of them: what stands in braces is filled in.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache

from shopweave.web.tongues import marked
from shopweave.web.words import FIELDS, ROLES, SIDES

WORDS = {"role": ROLES, "side": SIDES, "field": FIELDS}
SENTENCES = (
    marked("The e-mail address and the password do not fit together."),
    marked("Too many tries to sign in."),
    marked("Try again in {number} seconds."),
    marked("This needs somebody who is signed in."),
    marked("Sign in, or send a token."),
    marked("Your role may not do this."),
    marked("It needs the role {role}."),
    marked("This form did not come from a page of the hub."),
    marked("Open the page again and repeat it there."),
    marked("This form was sent before, and its work has not ended."),
    marked("Look at the page again: it shows what was done."),
    marked("This link was used, or a newer one was made."),
    marked("Sign in instead."),
    marked("Start 'shopweave serve' again, or use 'shopweave user add'."),
    marked("There is no such page."),
    marked("This cannot be done here."),
    marked("The hub met an error it does not know."),
    marked("What happened is in the log."),
    marked("'{email}' is no e-mail address."),
    marked("Such as me@shop.example."),
    marked("A password has {least} to {most} characters."),
    marked("A sentence of four words is easy to remember."),
    marked("There is no role '{role}'."),
    marked("There are: {names}."),
    marked("{email} may use the pages already."),
    marked("Change the role or password there."),
    marked("{email} is the only administrator."),
    marked("Make somebody else administrator first."),
    marked("The token has no name."),
    marked("Say what it is for."),
    marked("There is no token {number}."),
    marked("The list of tokens has all."),
    marked("There is nobody with the number {number}."),
    marked("There is nobody '{email}'."),
    marked("The list of people has all."),
    marked("There is no plan {number}."),
    marked("The list of plans has all."),
    marked("No change is chosen."),
    marked("Tick the changes to approve."),
    marked("There is no run {number}."),
    marked("The list of runs has all."),
    marked("Run {number} has not ended."),
    marked("Wait until it has."),
    marked("There is no connection '{name}'."),
    marked("There is no flow '{name}'."),
    marked("There is no span '{name}'."),
    marked("Say day or week."),
    marked("'{field}' of SKU '{sku}' is not pinned in {flow}."),
    marked("'shopweave pins' lists what is."),
    marked("made to be looked at"),
    marked("first run of this flow"),
    marked("{number} of {all} items would change"),
    marked("{number} new records"),
    marked("{number} would be switched off"),
    marked("{number} changed there since they were approved"),
    marked("{number} prices move by more than {share}"),
    marked("undoes run {number}"),
    marked("{number} stay: {reason}"),
    marked("changed there since"),
    marked("a newer change of it is on its way"),
    marked("as before already"),
    marked("no longer there"),
    marked("was not sent"),
    marked("categories, brands and pictures that were made stay: others may use them"),
    marked("stock follows what is sold: the level of then would be wrong now"),
    marked("orders that were handed over are not taken back"),
    marked("{flow} owns it"),
    marked("{flow} fills it"),
    marked("{flow} owns it, only where there is none"),
    marked("{flow} fills it, only where there is none"),
    marked("All writing is stopped by {who}."),
    marked("Writing to {name} is stopped by {who}."),
    marked("Reading goes on; what is to be written waits in order and nothing is lost."),
    marked("Reading goes on; what is to be written there waits in order and nothing is lost."),
    marked("'shopweave writing go-on' lets the hub write again."),
    marked("'shopweave writing go-on {name}' lets the hub write there again."),
    marked("{number} changes of {flow} wait for you: {reasons}."),
    marked("Nothing of them is sent until somebody approves."),
    marked("Look at plan {number}, then approve or reject it."),
    marked("{number} products: {reason}"),
    marked("Icecat does not know this product."),
    marked("It is asked again by itself; check GTIN, brand and part number if you expect it there."),
    marked("Icecat does not show this product, or its release date is still to come."),
    marked("Nothing to do: it is asked again tomorrow."),
    marked("The brand is not included in your Icecat subscription, or its sheets are limited."),
    marked("Ask Icecat or the brand for access, or write the text yourself."),
    marked("This sheet belongs to Full Icecat."),
    marked("With a Full Icecat subscription, set the API access token or the app key."),
    marked("This product lies outside the categories of your Icecat subscription."),
    marked("Ask your contact at Icecat to add the category."),
    marked("Icecat has the sheet, but it is not yet released."),
    marked("Icecat does not know this GTIN."),
    marked("Add brand and part number to the product: Icecat can be asked by them too."),
    marked("Icecat says that the GTIN, or brand and part number, cannot be right."),
    marked("Correct them at the source; the product is asked again when they change."),
    marked("They keep what they have; nothing is counted as a failure."),
    marked("They are asked about again when that makes sense."),
    marked("{number} writes wait in order; none is lost."),
    marked("The hub tries again by itself, less often each time."),
    marked("Correct the connection's settings."),
    marked("They are left alone until they fit exactly one record of the same form."),
    marked("Records were removed at the target though their source still has them."),
    marked("The hub makes nothing again by itself."),
    marked("Restore them there, or switch them off at the source."),
    marked("The record keeps its last state; the others go on."),
    marked("Correct the record named here at its source."),
    marked("{missing} of {living} records of {connection} were not in its list any more."),
    marked("So many at once are more likely a fault than a decision; nothing was switched off."),
    marked("They are looked at again with the next complete reading."),
    marked("Look whether {connection} shows all its records to the hub's user."),
    marked("The run ended early; what was read is stored and nothing is lost."),
    marked("The next run goes on where this one ended."),
    marked("There is no order '{name}'."),
    marked("'shopweave orders list' shows them."),
    marked("Several orders are called '{name}'."),
    marked("Say which: {names}."),
    marked("There is no state '{name}'."),
    marked("'{text}' is no day."),
    marked("Such as 2026-11-30."),
    marked("This is no e-mail address."),
    marked("Nothing was forgotten."),
    marked("Say that it is for good."),
    marked("{name} has order {order} as {remote}; this makes a second one there."),
    marked("{name} may have order {order} already; look there first."),
    marked("{name} has order {order} and takes no later changes."),
    marked("Book the difference there by hand, then: shopweave orders release NUMBER booked."),
    marked("no item is linked to it"),
    marked("a quantity below zero"),
    marked("its id is there twice"),
    marked("its id belongs to a line of another order"),
    marked("its channel has it no more"),
    marked("nothing to write"),
    marked("it is written next"),
    marked("not raised before all sides were read since the last start"),
    marked("a write or a sale is in doubt: its level is read first"),
    marked("the channel refused it"),
    marked("the channel does not show it"),
    marked("No item has the SKU '{sku}'."),
    marked("Run the flows first, or look at the SKU."),
    marked("Several items have the SKU '{sku}'."),
    marked("No product of {name} has the id '{text}'."),
    marked("Run the flow first, so that it is read, or look at the id there."),
    marked("{name} is gone."),
    marked("Restore it there, or choose another."),
    marked("{name} is linked to '{sku}'."),
    marked("'{sku}' is linked to {name} already."),
    marked("End that link first."),
    marked("Link products to products and variations to variations."),
    marked("Only one of {name} and '{sku}' has variations."),
    marked("Make both sides simple, or give both the same variations."),
    marked("'{text}' is no number of units."),
    marked("Such as 6, or 0.5."),
    marked("A request about '{sku}' is under way at {name}."),
    marked("Wait until it is answered, then link."),
    marked("'{sku}' is not linked at {name}."),
    marked("Look at its links."),
    marked("'{sku}' comes from {name}."),
    marked("End its link where it is shown, or take it out of sale at its source."),
    marked("{name} has not booked all that was sold of '{sku}'."),
    marked("Settle the goods of these orders first."),
    marked("Choose their items on the page of links, give them their SKU, or take them out of sale."),
    marked("Say on the page of links which are the same."),
    marked("Choose its product on the order's page, or give it the same SKU on both sides."),
    marked("linked"),
    marked("unlinked"),
    marked("said they are not the same"),
    marked("signed in"),
    marked("handed order {order} over again"),
    marked("said that order {order} arrived"),
    marked("settled the goods of order {order} as {what}"),
    marked("had the goods of order {order} booked again"),
    marked("looked at who bought order {order}"),
    marked("forgot a buyer"),
    marked("let the first levels go"),
    marked("believed held levels"),
    marked("stopped writing"),
    marked("let the hub write again"),
    marked("approved plan {number}"),
    marked("rejected plan {number}"),
    marked("decided {field} for the {side}"),
    marked("unpinned {field} of {sku}"),
    marked("added {email} as {role}"),
    marked("gave {email} the role {role}"),
    marked("gave {email} a new password"),
    marked("ended the sessions of {email}"),
    marked("removed {email}"),
    marked("made the token {name}"),
    marked("revoked the token {name} of {email}"),
)


def as_said(text: str, translate: Callable[[str], str]) -> str | None:
    """Give a sentence in another language, what stands in it too; None when the catalog has no such one."""
    whole = translate(text) if text else text
    if whole != text:
        return whole
    for pattern, expression in _patterns():
        found = expression.fullmatch(text)
        if found is not None and (new := translate(pattern)) != pattern:
            return _filled(new, {key: _part(key, one, translate) for key, one in found.groupdict().items()})
    head, colon, rest = text.partition(": ")
    if colon and (inner := as_said(rest, translate)) is not None:
        return f"{head}: {inner}"
    sentences = re.split(r"(?<=[.?]) (?=[A-Z'])", text)
    parts = [as_said(one, translate) for one in sentences] if len(sentences) > 1 else []
    if parts and None not in parts:
        return " ".join(one for one in parts if one)
    pieces = text.split("; ")
    said = [as_said(piece, translate) for piece in pieces] if len(pieces) > 1 else []
    return "; ".join(new or old for new, old in zip(said, pieces, strict=True)) if any(said) else None


def _part(name: str, text: str, translate: Callable[[str], str]) -> str:
    """Say what fills a place: a word of its kind, or a sentence in itself."""
    word = WORDS.get(name, {}).get(text)
    return translate(word) if word else as_said(text, translate) or text


def _filled(pattern: str, parts: Mapping[str, str]) -> str:
    return re.sub(r"{(\w+)}", lambda one: parts.get(one[1], one[0]), pattern)


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    open_ones = sorted((one for one in SENTENCES if "{" in one), key=_known, reverse=True)
    return tuple((one, _expression(one)) for one in open_ones)


def _known(pattern: str) -> int:
    """Count the letters that a pattern says itself: the one that says most is tried first."""
    return len(re.sub(r"{\w+}", "", pattern))


def _expression(pattern: str) -> re.Pattern[str]:
    """Make what a pattern fits; only reasons may be several sentences, and figures are only figures."""
    pieces = re.split(r"{(\w+)}", pattern)
    fits = {"reasons": ".+", **dict.fromkeys(("number", "all", "missing", "living"), r"[\d.,]+")}
    return re.compile(
        "".join(
            f"(?P<{piece}>{fits.get(piece, '[^;]+')})" if at % 2 else re.escape(piece)
            for at, piece in enumerate(pieces)
        )
    )
