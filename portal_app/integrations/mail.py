"""Sending mail: a real SMTP server, or a folder that catches it in the demo."""

import contextlib
import smtplib
import ssl
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

TIMEOUT = 20.0


@dataclass(frozen=True)
class Mail:
    """One mail to one person."""

    to: str
    subject: str
    text: str
    message_id: str
    at: datetime
    calendar: str = ""


class RefusedError(RuntimeError):
    """The server will never take this mail (5xx)."""


class LaterError(RuntimeError):
    """The server did not take it now (4xx, no answer, broken line)."""


class Sender(Protocol):
    """Takes a mail or raises."""

    def send(self, mail: Mail) -> None:
        """Hand the mail over.

        Raises:
            RefusedError: for good.
            LaterError: for now.
        """
        ...


def compose(mail: Mail, sender: str) -> EmailMessage:
    """Build the message.

    Raises:
        RefusedError: it can't be written, and never will; so for a header with a line break.
    """
    # the library lets a break at the end of a header pass
    if any(map(_breaks, (sender, mail.to, mail.subject, mail.message_id))):
        raise RefusedError("a header holds a line break")
    message = EmailMessage(policy=policy.SMTP)
    try:
        message["From"] = sender
        message["To"] = mail.to
        message["Subject"] = mail.subject
        message["Date"] = format_datetime(mail.at)
        message["Message-ID"] = mail.message_id
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(mail.text)
        if mail.calendar:
            message.add_attachment(
                mail.calendar.encode(), "text", "calendar", filename="appointment.ics"
            )
        message.as_bytes()
    except (ValueError, LookupError, MessageError) as error:
        raise RefusedError("it can’t be written") from error
    return message


def _breaks(header: str) -> bool:
    return any(ord(c) < 32 or c in "\x7f\x85\u2028\u2029" for c in header)


class Smtp:
    """A mail server named by ``smtp://`` (STARTTLS where offered) or ``smtps://``."""

    def __init__(self, url: str, sender: str) -> None:
        """Read the address of the server and the address that mail comes from."""
        parts = urlsplit(url)
        self._tls = parts.scheme == "smtps"
        self._host = parts.hostname or "localhost"
        self._port = parts.port or (465 if self._tls else 587)
        self._user = unquote(parts.username or "")
        self._password = unquote(parts.password or "")
        self._sender = sender

    def send(self, mail: Mail) -> None:
        """Hand the mail to the server."""
        message = compose(mail, self._sender)
        try:
            server = self._connect()
        except (smtplib.SMTPException, OSError) as error:
            # also a wrong password or a server that turns us away: no fault of this mail
            raise LaterError(_short(error)) from error
        try:
            server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            code = next(iter(error.recipients.values()))[0]
            raise (RefusedError if code >= 500 else LaterError)(f"answer {code}") from error
        except smtplib.SMTPDataError as error:
            kind = RefusedError if error.smtp_code >= 500 else LaterError
            raise kind(_short(error)) from error
        except (smtplib.SMTPException, OSError) as error:
            raise LaterError(_short(error)) from error
        else:
            # the mail is theirs: whatever becomes of the farewell, it must not go out again
            with contextlib.suppress(smtplib.SMTPException, OSError):
                server.quit()
        finally:
            server.close()

    def _connect(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self._tls:
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self._host, self._port, timeout=TIMEOUT, context=context
            )
        else:
            server = smtplib.SMTP(self._host, self._port, timeout=TIMEOUT)
        try:
            server.ehlo()
            if not self._tls and server.has_extn("starttls"):
                server.starttls(context=context)
            if self._user:
                server.login(self._user, self._password)
        except BaseException:
            server.close()
            raise
        return server

    def greet(self) -> None:
        """Connect and leave, to see whether the server is there.

        Raises:
            LaterError: it is not.
        """
        try:
            with self._connect() as server:
                server.noop()
        except (smtplib.SMTPException, OSError) as error:
            raise LaterError(type(error).__name__) from error


def _short(error: Exception) -> str:
    code = getattr(error, "smtp_code", None)
    return f"answer {code}" if code else type(error).__name__


@dataclass(frozen=True)
class Caught:
    """A mail that would have been sent."""

    headers: tuple[tuple[str, str], ...]
    text: str


class Catcher:
    """Keeps mail as files instead of sending it: for the demo only."""

    def __init__(self, folder: Path) -> None:
        """Use that folder."""
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def send(self, mail: Mail) -> None:
        """Keep the mail; a second hand-over of the same one replaces the first."""
        name = "".join(c for c in mail.message_id if c.isalnum())[:60]
        unfinished = self._folder / f"{name}.part"
        unfinished.write_bytes(compose(mail, "practice@demo.example").as_bytes())
        unfinished.rename(self._folder / f"{name}.eml")

    def newest(self, most: int) -> list[Caught]:
        """Give the mails, the newest first."""
        files = sorted(self._folder.glob("*.eml"), key=lambda f: f.stat().st_mtime_ns, reverse=True)
        return [_read(f.read_bytes()) for f in files[:most]]


def _read(raw: bytes) -> Caught:
    message = message_from_bytes(raw, policy=policy.default)
    return Caught(tuple((k, str(v)) for k, v in message.items()), str(message.get_content()))
