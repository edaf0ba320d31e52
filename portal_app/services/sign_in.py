"""Signing in with a password."""

import math
from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import col, select

from portal_app.data.models import (
    SignInTicket,
    StaffMember,
    TrustedDevice,
    User,
    UserSession,
)
from portal_app.data.types import UserId
from portal_app.rules import passwords as password_rule
from portal_app.rules import throttle as throttle_rule
from portal_app.rules.errors import CodeNeededError, InvalidError, NotFoundError, TooManyError
from portal_app.security import access, crypto, passwords, second_step, throttle
from portal_app.security.access import Work
from portal_app.security.sessions import Sessions
from portal_app.security.system import open_system
from portal_app.services import security_mail

WRONG = "That email and password do not match. Try again, or reset your password."
SEEN_LATELY = timedelta(days=30)
TICKET_LASTS = timedelta(minutes=5)
CODES_PER_TICKET = 5
TRUSTED_FOR = timedelta(days=30)
WRONG_CODE = "This code does not fit. Wait for the next one in your app, and type that."
WRONG_RECOVERY = "This recovery code does not fit, or it was used before."
TOO_LATE = "That took too long. Sign in again."


@dataclass(frozen=True)
class Credentials:
    """What was typed, and where from."""

    email: str
    password: str
    ip: str
    agent: str
    device: str = ""
    """Token of a browser that is not asked for a code."""


def sign_in(sessions: Sessions, typed: Credentials) -> str:
    """Check e-mail and password; returns the token of a new session.

    Raises:
        TooManyError: too many failures for this account or address; says how long to wait.
        InvalidError: they do not match, with the same words whichever is wrong.
        CodeNeededError: they do, and the second step is still to come.
    """
    keys = account_key(typed.email, typed.ip)
    keys |= {throttle.address_key(typed.ip): throttle_rule.ADDRESS}
    take_try(keys)
    with open_system("sign-in is tried", writes=False) as work:
        user = find(work, typed.email)
    stored = user.password_hash if user else None
    right = passwords.verify(typed.password[: password_rule.MOST], stored, access.keyring())
    if not right or user is None or user.disabled_at is not None:
        raise InvalidError(WRONG, field="password")
    with open_system("sign-in succeeds") as work:
        throttle.give_back(work.session, keys, work.now)
        if user.password_hash and passwords.needs_rehash(user.password_hash):
            row = work.session.get_one(User, user.id)
            row.password_hash = passwords.hash_password(typed.password, work.keyring)
            work.session.add(row)
    return enter(sessions, user, typed)


def enter(sessions: Sessions, user: User, typed: Credentials, method: str = "password") -> str:
    """Begin a session for whoever has passed the first step, or ask for the second.

    Raises:
        CodeNeededError: a code is needed first.
    """
    with open_system("the second step is looked up") as work:
        staff = _member(work, user.id)
        app = second_step.active(work.session, user.id)
        trusted = staff is None and _is_trusted(work, user.id, typed.device)
        if app is not None and not trusted:
            token = crypto.token()
            work.session.add(
                SignInTicket(
                    token_hash=crypto.hashed(token),
                    user_id=user.id,
                    method=method,
                    created_at=work.now,
                    expires_at=work.now + TICKET_LASTS,
                )
            )
        must = staff is not None and app is None and not work.practice.is_demo
    if app is not None and not trusted:
        raise CodeNeededError(token)
    return sessions.begin(
        user, staff, ip=typed.ip, agent=typed.agent, method=method, needs_second_step=must
    )


def _member(work: Work, user: UserId) -> StaffMember | None:
    rows = select(StaffMember).where(StaffMember.user_id == user, col(StaffMember.is_active))
    return work.session.exec(rows).first()


def _is_trusted(work: Work, user: UserId, token: str) -> bool:
    rows = select(TrustedDevice.id).where(
        TrustedDevice.token_hash == crypto.hashed(token),
        TrustedDevice.user_id == user,
        col(TrustedDevice.expires_at) > work.now,
    )
    return bool(token) and work.session.exec(rows).first() is not None


# ---------------------------------------------------------------- the second step
@dataclass(frozen=True)
class TicketView:
    """What the page of the second step shows."""

    is_staff: bool


def ticket(token: str) -> TicketView:
    """Look at a ticket; looking uses nothing.

    Raises:
        NotFoundError: unknown, used, burnt or too old.
    """
    with open_system("the second step is opened", writes=False) as work:
        row = _open_ticket(work, token)
        return TicketView(_member(work, row.user_id) is not None)


def _open_ticket(work: Work, token: str) -> SignInTicket:
    rows = select(SignInTicket).where(
        SignInTicket.token_hash == crypto.hashed(token),
        col(SignInTicket.used_at).is_(None),
        col(SignInTicket.expires_at) > work.now,
        SignInTicket.failures < CODES_PER_TICKET,
    )
    found = work.session.exec(rows).first()
    if found is None:
        raise NotFoundError(TOO_LATE)
    return found


@dataclass(frozen=True)
class SignedIn:
    """The token of the new session, and that of a browser that is trusted from now on."""

    session: str
    device: str = ""


def verify(
    sessions: Sessions, token: str, code: str, typed: Credentials, *, recovery: bool, trust: bool
) -> SignedIn:
    """Take the code of the second step, and begin the session.

    Raises:
        NotFoundError: the ticket is over.
        TooManyError: too many wrong codes for this person.
        InvalidError: the code is wrong, or was used before.
    """
    with open_system("a code is tried", writes=False) as work:
        opened = _open_ticket(work, token)
    keys = {f"code:{opened.user_id}": throttle_rule.ACCOUNT}
    take_try(keys)
    with open_system("a code is used") as work:
        row = _open_ticket(work, token)
        user = work.session.get_one(User, row.user_id)
        right = user.disabled_at is None and _use(work, user, code, recovery=recovery)
        if right:
            row.used_at = work.now
            throttle.give_back(work.session, keys, work.now)
        else:
            row.failures += 1
        work.session.add(row)
        staff = _member(work, user.id)
        device = crypto.token() if right and trust and staff is None else ""
        if device:
            work.session.add(
                TrustedDevice(
                    token_hash=crypto.hashed(device),
                    user_id=user.id,
                    created_at=work.now,
                    expires_at=work.now + TRUSTED_FOR,
                )
            )
        if right and recovery:
            number = second_step.left(work.session, user.id)
            words = "A recovery code was used to sign in."
            security_mail.plan(work, user, f"recovery:{row.id}", words, f"Left: {number}.")
    if not right:
        raise InvalidError(WRONG_RECOVERY if recovery else WRONG_CODE, field="code")
    method = "recovery code" if recovery else "code"
    begun = sessions.begin(
        user, staff, ip=typed.ip, agent=typed.agent, method=f"{row.method} and {method}"
    )
    return SignedIn(begun, device)


def _use(work: Work, user: User, code: str, *, recovery: bool) -> bool:
    if recovery:
        return second_step.use_recovery_code(work.session, work.keyring, user.id, code, work.now)
    app = second_step.active(work.session, user.id)
    return app is not None and second_step.use_code(work.session, app, code, work.now)


def take_try(keys: throttle.Keys) -> None:
    """Count a try before it is made.

    Raises:
        TooManyError: it has to wait.
    """
    # committed before the try is made: what fails afterwards stays counted
    with open_system("a try is counted") as work:
        pause = throttle.take(work.session, keys, work.now)
        phone = work.practice.phone
    if pause > timedelta(0):
        raise TooManyError(_wait_words(pause, phone))


def account_key(email: str, ip: str) -> dict[str, throttle_rule.Limit]:
    """Name the bucket of an account: her own usual places have one each."""
    index = access.keyring().index(email)
    account = f"account:{index.hex()}"
    with open_system("sign-in is tried", writes=False) as work:
        since = work.now - SEEN_LATELY
        known = (
            select(UserSession.id)
            .join(User, col(UserSession.user_id) == User.id)
            .where(User.email_index == index, UserSession.ip == ip)
            .where(col(UserSession.created_at) > since)
            .limit(1)
        )
        # strangers who guess elsewhere must not lock out the owner at her usual place
        if work.session.exec(known).first():
            account = f"{account}:{ip}"
    return {account: throttle_rule.ACCOUNT}


def _wait_words(pause: timedelta, phone: str) -> str:
    seconds = math.ceil(pause.total_seconds())
    minutes = math.ceil(seconds / 60)
    span = f"{seconds} seconds" if seconds < 90 else f"{minutes} minutes"
    call = f", or call {phone}" if phone else ""
    return f"Too many tries. Wait {span}{call}."


def find(work: Work, email: str) -> User | None:
    """Find the sign-in of an address."""
    rows = select(User).where(User.email_index == work.keyring.index(email))
    return work.session.exec(rows).first()
