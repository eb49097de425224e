"""Messages by e-mail: one SMTP conversation a message, in a thread."""

import asyncio
import smtplib
import ssl
from email.message import EmailMessage
from email.utils import format_datetime

from shopweave.model.errors import Configuration, HubError, NoAnswer, NotSent, Refused
from shopweave.model.message import Message
from shopweave.model.settings import EmailSettings
from shopweave.runtime.secrets import MASK

SECONDS = 20.0


class MailPost:
    """Sends through the mail server of the settings."""

    name = "e-mail"

    def __init__(self, settings: EmailSettings) -> None:
        self._settings = settings

    async def send(self, message: Message) -> None:
        """Send one mail to all receivers."""
        await asyncio.to_thread(self._send, self._written(message))

    def _written(self, message: Message) -> EmailMessage:
        known = self._settings
        mail = EmailMessage()
        mail["From"], mail["To"] = known.sender, ", ".join(known.to)
        mail["Subject"] = MASK(" ".join(message.subject.split()))
        mail["Date"] = format_datetime(message.at)
        mail["Message-ID"] = f"<{message.id}@{known.sender.rpartition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(MASK(message.text))
        return mail

    def _send(self, mail: EmailMessage) -> None:
        where, is_begun = f"{self._settings.host}:{self._settings.port}", False
        try:
            with self._open() as server:
                if self._settings.user:
                    server.login(self._settings.user, self._settings.password.reveal())
                is_begun = True
                refused = server.send_message(mail)
        except (smtplib.SMTPException, OSError, UnicodeError) as error:
            raise meaning(error, where, is_begun=is_begun) from None
        if refused:
            raise _receivers(where)

    def _open(self) -> smtplib.SMTP:
        known, context = self._settings, ssl.create_default_context()
        if known.tls == "tls":
            return smtplib.SMTP_SSL(known.host, known.port, timeout=SECONDS, context=context)
        server = smtplib.SMTP(known.host, known.port, timeout=SECONDS)
        if known.tls == "starttls":
            try:
                server.starttls(context=context)
            except BaseException:
                server.close()
                raise
        return server


def meaning(error: Exception, where: str, *, is_begun: bool) -> HubError:
    """Say what a failed conversation means, without the server's texts: they may quote what was sent."""
    for kinds, code, what, remedy in _SETTINGS:
        if isinstance(error, kinds):
            return Configuration(what, code=code, where=where, remedy=remedy)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return _receivers(where)
    if isinstance(error, smtplib.SMTPResponseException) and not isinstance(error, smtplib.SMTPConnectError):
        text = f"The mail server refuses the message with {error.smtp_code}."
        return Refused(text, code="MAIL-006", where=where, remedy="Look at its log for the reason.")
    if is_begun:
        return NoAnswer(
            "The mail server did not say whether it took the message.", code="MAIL-007", where=where
        )
    remedy = "Look at host, port and tls in [notify.email]: 587 goes with starttls, 465 with tls."
    text = f"The mail server cannot be reached ({type(error).__name__})."
    return NotSent(text, code="MAIL-001", where=where, remedy=remedy)


def _receivers(where: str) -> Refused:
    return Refused(
        "The mail server refuses a receiver.",
        code="MAIL-004",
        where=where,
        remedy="Look at to in [notify.email]; the others may have had the message.",
    )


_SETTINGS: tuple[tuple[tuple[type[Exception], ...], str, str, str], ...] = (
    (
        (smtplib.SMTPAuthenticationError,),
        "MAIL-002",
        "The mail server refuses user or password.",
        "Correct user and password in [notify.email].",
    ),
    (
        (smtplib.SMTPSenderRefused,),
        "MAIL-003",
        "The mail server refuses the sender.",
        "Set from in [notify.email] to an address that this server sends for.",
    ),
    (
        (smtplib.SMTPNotSupportedError,),
        "MAIL-005",
        "The mail server does not offer what the settings ask for.",
        'Set tls in [notify.email] as the server wants it: "starttls", "tls" or "none".',
    ),
    (
        (ssl.SSLError,),
        "MAIL-008",
        "No encrypted connection to the mail server came about.",
        "Use the name its certificate was issued for, and the port that fits tls.",
    ),
)
