"""Signing in with a password."""

import math
from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import col, select

from portal_app.data.models import StaffMember, User, UserSession
from portal_app.rules import passwords as password_rule
from portal_app.rules import throttle as throttle_rule
from portal_app.rules.errors import InvalidError, TooManyError
from portal_app.security import access, passwords, throttle
from portal_app.security.access import Work
from portal_app.security.sessions import Sessions
from portal_app.security.system import open_system

WRONG = "That email and password do not match. Try again, or reset your password."
SEEN_LATELY = timedelta(days=30)


@dataclass(frozen=True)
class Credentials:
    """What was typed, and where from."""

    email: str
    password: str
    ip: str
    agent: str


def sign_in(sessions: Sessions, typed: Credentials) -> str:
    """Check e-mail and password; returns the token of a new session.

    Raises:
        TooManyError: too many failures for this account or address; says how long to wait.
        InvalidError: they do not match, with the same words whichever is wrong.
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
        members = select(StaffMember).where(
            StaffMember.user_id == user.id, col(StaffMember.is_active)
        )
        staff = work.session.exec(members).first()
        if user.password_hash and passwords.needs_rehash(user.password_hash):
            row = work.session.get_one(User, user.id)
            row.password_hash = passwords.hash_password(typed.password, work.keyring)
            work.session.add(row)
    return sessions.begin(user, staff, ip=typed.ip, agent=typed.agent)


def take_try(keys: throttle.Keys) -> None:
    """Count a try before it is made.

    Raises:
        TooManyError: says how long to wait.
    """
    # committed before the try is made: what fails afterwards stays counted
    with open_system("a try is counted") as work:
        pause = throttle.take(work.session, keys, work.now)
        phone = work.practice.phone
    if pause > timedelta(0):
        raise TooManyError(_wait_words(pause, phone))


def account_key(email: str, ip: str) -> dict[str, throttle_rule.Limit]:
    """Name the bucket of a sign-in: her own, where somebody tries from her usual place."""
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
