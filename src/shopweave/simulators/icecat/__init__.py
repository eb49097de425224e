"""A simulated Icecat: the Live JSON interface, pictures and index files."""

from shopweave.simulators.icecat.account import Account
from shopweave.simulators.icecat.site import Counters, IcecatSite

__all__ = ["Account", "Counters", "IcecatSite"]
