"""A simulated Icecat: Live JSON answers, errors word for word, and pictures."""

from shopweave.simulators.icecat.site import IcecatSite

__all__ = ["IcecatSite"]
