"""Looks at everything that a practice depends on, and says it in one line each."""

import http.client
import os
import shutil
import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from time import monotonic
from urllib.parse import urlsplit

from sqlalchemy import func
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, select

from portal_app.config import Settings
from portal_app.data.models import AuditEvent, OutboxMail, Practice
from portal_app.integrations import pdf
from portal_app.integrations.mail import LaterError, Smtp
from portal_app.integrations.pdf import PdfError
from portal_app.security import access
from portal_app.security.database import sound
from portal_app.security.system import open_system
from portal_app.services.upkeep import journal

PATIENCE = 10.0
"""Seconds that another machine gets to answer."""
DRIFT_MOST = 5.0
FREE_LEAST = 1024**3
BACKUP_AGE_MOST = timedelta(hours=26)
CERTIFICATE_LEAST = timedelta(days=14)
MAIL_WAITS_MOST = timedelta(hours=1)
STRIPE = "https://api.stripe.com"


class State(StrEnum):
    """What a look has found."""

    WELL = "ok"
    NOTE = "note"
    WRONG = "wrong"


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's."""

    subject: str
    state: State
    words: str

    def __str__(self) -> str:
        """Give the line."""
        return f"{self.state.value:<6}{self.subject}: {self.words}"


@dataclass(frozen=True)
class House:
    """What is looked at."""

    settings: Settings
    practice: Practice

    @property
    def demo(self) -> bool:
        """Whether this is the demo, which leaves some things out by design."""
        return self.practice.is_demo

    def lacks(self, words: str) -> tuple[State, str]:
        """Say what is missing: a fault of a practice, a note in the demo."""
        if self.demo:
            return State.NOTE, f"{words} The demo does without."
        return State.WRONG, words


Look = Callable[[House], tuple[State, str]]


def examine(settings: Settings, *, alone: bool = True) -> Iterator[Finding]:
    """Look at one subject after the other; what fails unforeseen is a fault of its subject.

    Args:
        settings: what the machine decides.
        alone: whether the process that makes PDFs is ended afterwards.
    """
    with open_system("the doctor looks", writes=False) as work:
        house = House(settings, work.practice)
    for subject, look in LOOKS:
        try:
            state, words = look(house)
        except Exception as error:  # noqa: BLE001 - one subject must not hide the others
            state, words = State.WRONG, f"the look failed ({type(error).__name__})."
        yield Finding(subject, state, words)
    if alone:
        pdf.stop()


def _clock(house: House) -> tuple[State, str]:
    with open_system("the doctor looks", writes=False) as work:
        newest = work.session.exec(
            select(AuditEvent.at).order_by(col(AuditEvent.seq).desc()).limit(1)
        ).first()
        zone = work.zone.key
        asked = monotonic()
        theirs = work.session.exec(select(func.now())).one() if _is_server(house) else None
        asked = monotonic() - asked
    now = datetime.now(UTC)
    if newest and newest - now > timedelta(seconds=DRIFT_MOST):
        return State.WRONG, f"it stands before the newest row of the access log ({newest:%F %T})."
    if isinstance(theirs, datetime):
        apart = abs((theirs.astimezone(UTC) - now).total_seconds()) - asked
        if apart > DRIFT_MOST:
            return State.WRONG, f"it differs from the database's by {apart:.0f} s."
    return State.WELL, f"{now:%F %T} UTC, the practice's zone is {zone}."


def _is_server(house: House) -> bool:
    return not house.settings.database.startswith("sqlite")


def _database(house: House) -> tuple[State, str]:
    try:
        fault = sound(access.database())
    except SQLAlchemyError as error:
        fault = type(error).__name__
    if fault:
        return State.WRONG, f"{fault}. Restore the last backup."
    return State.WELL, f"{'PostgreSQL' if _is_server(house) else 'SQLite'}, whole and up to date."


def _mail(house: House) -> tuple[State, str]:
    settings = house.settings
    if not settings.smtp_url:
        if house.demo:
            return State.NOTE, "it is caught and shown at /demo/mail; nothing leaves this machine."
        return house.lacks("PORTAL_SMTP_URL is not set; nobody is told anything by mail.")
    if not settings.mail_from:
        return State.WRONG, "PORTAL_MAIL_FROM is not set."
    try:
        Smtp(settings.smtp_url, settings.mail_from).greet()
    except LaterError as error:
        return State.WRONG, f"the server named by PORTAL_SMTP_URL does not answer ({error})."
    late = _late_mail()
    if late:
        return State.WRONG, f"the server answers, but {late} mails wait for more than an hour."
    return State.WELL, "the server answers."


def _late_mail() -> int:
    with open_system("the doctor looks", writes=False) as work:
        rows = (
            select(func.count())
            .select_from(OutboxMail)
            .where(
                col(OutboxMail.status) == "due",
                func.coalesce(OutboxMail.first_due_at, OutboxMail.due_at)
                < work.now - MAIL_WAITS_MOST,
            )
        )
        return work.session.exec(rows).one()


def _payments(house: House) -> tuple[State, str]:
    settings = house.settings
    if not settings.stripe_secret_key:
        where = (
            "cards are taken by the sandbox; no money moves." if house.demo else "cards are off."
        )
        return State.NOTE, where
    if not settings.stripe_webhook_secret:
        return State.WRONG, "PORTAL_STRIPE_WEBHOOK_SECRET is not set."
    api = urlsplit(settings.stripe_api_base or STRIPE)
    try:
        status, _ = _get(
            api.scheme == "https",
            api.hostname or "",
            api.port,
            "/v1/customers?limit=1",
            {"Authorization": f"Bearer {settings.stripe_secret_key}"},
        )
    except (OSError, http.client.HTTPException) as error:
        return State.WRONG, f"Stripe does not answer ({type(error).__name__})."
    return _stripe(status, settings.stripe_secret_key)


def _stripe(status: int, key: str) -> tuple[State, str]:
    if status == http.client.UNAUTHORIZED:
        return State.WRONG, "Stripe does not know PORTAL_STRIPE_SECRET_KEY."
    if status >= http.client.INTERNAL_SERVER_ERROR:
        return State.WRONG, f"Stripe answers {status}."
    if "_test_" in key:
        return State.NOTE, "Stripe answers in test mode; no money moves."
    return State.WELL, "Stripe answers."


def _tls(house: House) -> tuple[State, str]:
    address = house.settings.public_url
    if not address:
        return house.lacks("PORTAL_PUBLIC_URL is not set; only this machine reaches the portal.")
    parts = urlsplit(address)
    if parts.scheme != "https":
        return house.lacks("the public address is without TLS.")
    try:
        until = _certificate_until(parts.hostname or "", parts.port or 443)
    except (OSError, ssl.SSLError) as error:
        return State.WRONG, f"{address} cannot be reached with TLS ({type(error).__name__})."
    left = until - datetime.now(UTC)
    if left < CERTIFICATE_LEAST:
        return State.WRONG, f"the certificate ends on {until:%F}."
    return State.WELL, f"the certificate is trusted and ends on {until:%F}."


def _certificate_until(host: str, port: int) -> datetime:
    context = ssl.create_default_context()
    with (
        socket.create_connection((host, port), PATIENCE) as plain,
        context.wrap_socket(plain, server_hostname=host) as secured,
    ):
        found = secured.getpeercert() or {}
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(found["notAfter"])), UTC)


def _proxy(house: House) -> tuple[State, str]:
    settings = house.settings
    for proxy in settings.proxies:
        try:
            ip_address(proxy)
        except ValueError:
            return State.WRONG, "PORTAL_TRUSTED_PROXIES must hold addresses such as 127.0.0.1."
    if not settings.public_url:
        return house.lacks("no server stands in front.")
    if not settings.proxies:
        return State.WRONG, "PORTAL_TRUSTED_PROXIES is not set: all visitors share one limit."
    parts = urlsplit(settings.public_url)
    asked = (parts.scheme == "https", parts.hostname or "", parts.port)
    try:
        status, body = _get(*asked, "/healthz", {})
        upgraded, _ = _get(*asked, "/_nicegui_ws/socket.io/?EIO=4&transport=websocket", UPGRADE)
    except (OSError, http.client.HTTPException) as error:
        return State.WRONG, f"{settings.public_url} does not answer ({type(error).__name__})."
    return _through(status, body, upgraded)


def _through(status: int, body: bytes, upgraded: int) -> tuple[State, str]:
    if status != http.client.OK or b'"ok"' not in body:
        return State.WRONG, f"/healthz answers {status}: pass the header Host on as it was typed."
    if upgraded not in {http.client.SWITCHING_PROTOCOLS, http.client.FORBIDDEN}:
        return State.WRONG, f"web sockets below /_nicegui_ws/ are answered {upgraded}."
    return State.WELL, "the name and web sockets come through."


UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "bGF0Y2h3ZWxsIGRvY3Rvcg==",
}


def _get(
    tls: bool,
    host: str,
    port: int | None,
    path: str,
    headers: dict[str, str],
) -> tuple[int, bytes]:
    kind = http.client.HTTPSConnection if tls else http.client.HTTPConnection
    connection = kind(host, port, timeout=PATIENCE)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, b"" if answer.status == 101 else answer.read(4096)
    finally:
        connection.close()


def _disk(house: House) -> tuple[State, str]:
    folder = house.settings.data_dir
    if folder.stat().st_mode & 0o077:
        return State.WRONG, f"others can enter {folder}; set its mode to 0700."
    trial = folder / f".doctor-{os.getpid()}"
    try:
        with trial.open("xb") as file:
            file.write(b"well")
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        return State.WRONG, f"{folder} cannot be written."
    finally:
        trial.unlink(missing_ok=True)
    free = shutil.disk_usage(folder).free
    wanted = max(FREE_LEAST, 2 * _size(folder / "latchwell.db"))
    if free < wanted:
        return State.WRONG, f"only {_gigabytes(free)} free; {_gigabytes(wanted)} are needed."
    return State.WELL, f"{_gigabytes(free)} free."


def _size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0


def _gigabytes(size: int) -> str:
    return f"{size / 1024**3:.1f} GB"


def _backup(house: House) -> tuple[State, str]:
    kept = journal.read(house.settings)
    if kept.last is None:
        return house.lacks("none was made yet.")
    age = datetime.now(UTC) - kept.last.at
    words = f"the last one was made {kept.last.at:%F %T} UTC"
    if age > BACKUP_AGE_MOST:
        return house.lacks(f"{words}; that is too long ago.")
    if kept.verified_at is None:
        return State.NOTE, f"{words}; none was tried yet (restore --verify)."
    return State.WELL, f"{words}, and one was last tried {kept.verified_at:%F %T} UTC."


def _pdf(_: House) -> tuple[State, str]:
    page = '<!doctype html><html lang="en"><head><title>Trial</title></head><p>Well.</p></html>'
    try:
        made = pdf.render(page)
    except PdfError as error:
        return State.WRONG, str(error)
    except OSError:
        return State.WRONG, "the library Pango is missing; python3 tools/setup.py run names it."
    if not made.startswith(b"%PDF"):
        return State.WRONG, "what was made is no PDF."
    return State.WELL, "one was made."


LOOKS: tuple[tuple[str, Look], ...] = (
    ("Clock", _clock),
    ("Database", _database),
    ("Mail", _mail),
    ("Payments", _payments),
    ("TLS", _tls),
    ("Proxy headers", _proxy),
    ("Disk", _disk),
    ("Backup", _backup),
    ("PDF", _pdf),
)
