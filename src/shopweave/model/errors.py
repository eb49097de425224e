"""What can go wrong, divided by what to do about it.

    HubError
      Configuration     a person must change a setting
      Refused           the other side will never accept this
      BrokenData        this record only; the others go on
      Unavailable       later
        NotSent         later; the request surely had no effect
        NoAnswer        later; the request may have had an effect
        Limited         later, at a time the other side names; no effect
      Fenced            the lane's lease is over; nothing was sent

The docstring of a class is its default message.
"""

from typing import ClassVar


class HubError(Exception):
    """Something went wrong."""

    CODE: ClassVar[str] = "HUB-000"

    def __init__(self, what: str = "", *, code: str = "", where: str = "", remedy: str = "") -> None:
        self.what = what or (type(self).__doc__ or "").splitlines()[0]
        self.code = code or self.CODE
        self.where = where
        self.remedy = remedy
        super().__init__(self.what)

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        remedy = f" {self.remedy}" if self.remedy else ""
        return f"{place}{self.what}{remedy} ({self.code})"


class Configuration(HubError):
    """A setting keeps this from working."""

    CODE = "CFG-001"


class Refused(HubError):
    """The other side refuses this and will go on refusing it."""

    CODE = "REF-001"


class BrokenData(HubError):
    """This record cannot be read."""

    CODE = "DAT-001"


class Unavailable(HubError):
    """The other side does not answer at present."""

    CODE = "NET-001"


class NotSent(Unavailable):
    """The request could not be sent; it had no effect."""

    CODE = "NET-002"


class NoAnswer(Unavailable):
    """The request was sent but no usable answer came; it may have had an effect."""

    CODE = "NET-003"


class Limited(Unavailable):
    """The other side asks for fewer requests."""

    CODE = "NET-004"

    def __init__(
        self, what: str = "", *, wait: float = 60.0, code: str = "", where: str = "", remedy: str = ""
    ) -> None:
        super().__init__(what, code=code, where=where, remedy=remedy)
        self.wait = wait


class Fenced(HubError):
    """Too late to send: the lane may belong to another worker now."""

    CODE = "LANE-001"
