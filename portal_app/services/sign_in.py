"""Signing in with a password, and the one-use link with which a person gets one."""

import math
from dataclasses import dataclass
from datetime import timedelta

from email_validator import EmailNotValidError, validate_email
from sqlmodel import col, select

from portal_app.data.models import (
    Chart,
    Grant,
    Invitation,
    Patient,
    StaffMember,
    User,
    UserSession,
)
from portal_app.rules import passwords as password_rule
from portal_app.rules import throttle as throttle_rule
from portal_app.rules.errors import InvalidError, NotFoundError, TooManyError
from portal_app.rules.permissions import PORTAL
from portal_app.security import access, crypto, passwords, throttle
from portal_app.security.access import Work
from portal_app.security.sessions import Sessions
from portal_app.security.system import open_system

WRONG = "That email and password do not match. Try again, or reset your password."
LINK_LASTS = timedelta(days=7)
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
    keys = _account_key(typed.email, typed.ip)
    keys |= {throttle.address_key(typed.ip): throttle_rule.ADDRESS}
    _take(keys)
    with open_system("sign-in is tried", writes=False) as work:
        user = _find(work, typed.email)
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


def _take(keys: throttle.Keys) -> None:
    # committed before the try is made: what fails afterwards stays counted
    with open_system("a try is counted") as work:
        pause = throttle.take(work.session, keys, work.now)
        phone = work.practice.phone
    if pause > timedelta(0):
        raise TooManyError(_wait_words(pause, phone))


def _account_key(email: str, ip: str) -> dict[str, throttle_rule.Limit]:
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


def _find(work: Work, email: str) -> User | None:
    rows = select(User).where(User.email_index == work.keyring.index(email))
    return work.session.exec(rows).first()


# ---------------------------------------------------------------- invitations
def invite(chart: str, email: str, relationship: str = "self") -> str:
    """Make a one-use link's token for a person and a chart; an older link stops working.

    Raises:
        NotFoundError: no chart of that id.
        InvalidError: no e-mail address.
    """
    try:
        address = validate_email(email, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise InvalidError(f"{email} is not an email address.", field="email") from error
    token = crypto.token()
    with open_system("invite", logged=True) as work:
        row = work.session.exec(select(Chart).where(Chart.public_id == chart)).first()
        if row is None:
            raise NotFoundError(f"There is no chart {chart}.")
        older = select(Invitation).where(
            Invitation.chart_id == row.id,
            Invitation.email_index == work.keyring.index(address.normalized),
            col(Invitation.used_at).is_(None),
        )
        for invitation in work.session.exec(older).all():
            invitation.revoked_at = work.now
            work.session.add(invitation)
        work.session.add(
            Invitation(
                token_hash=crypto.hashed(token),
                patient_id=row.patient_id,
                chart_id=row.id,
                email=address.normalized,
                email_index=work.keyring.index(address.normalized),
                relationship=relationship,
                created_at=work.now,
                expires_at=work.now + LINK_LASTS,
            )
        )
    return token


@dataclass(frozen=True)
class InvitationView:
    """What the page behind the link shows."""

    email: str
    practice: str
    has_sign_in: bool


def invitation(token: str) -> InvitationView:
    """Show an invitation; looking consumes nothing.

    Raises:
        NotFoundError: unknown, used, replaced or too old.
    """
    with open_system("invitation is opened", writes=False) as work:
        row = _open_invitation(work, token)
        user = _find(work, row.email)
        name = f"{work.practice.name} {work.practice.name_second_line}".strip()
        return InvitationView(row.email, name, user is not None)


def _open_invitation(work: Work, token: str) -> Invitation:
    rows = select(Invitation).where(
        Invitation.token_hash == crypto.hashed(token),
        col(Invitation.used_at).is_(None),
        col(Invitation.revoked_at).is_(None),
        col(Invitation.expires_at) > work.now,
    )
    found = work.session.exec(rows).first()
    if found is None:
        raise NotFoundError("This link does not work any more. Ask the practice for a new one.")
    return found


def accept(sessions: Sessions, token: str, typed: Credentials) -> str:
    """Use the link: set a password, or add the chart to an existing sign-in; opens a session.

    Raises:
        NotFoundError: unknown, used, replaced or too old.
        InvalidError: the password is too weak, or not the one of the existing sign-in.
    """
    address = {throttle.address_key(typed.ip): throttle_rule.ADDRESS}
    _take(address)
    with open_system("invitation is tried", writes=False) as work:
        row = _open_invitation(work, token)
        user = _find(work, row.email)
        patient = work.session.get_one(Patient, row.patient_id)
        email = row.email
        about = (patient.given, patient.family, email.split("@")[0], work.practice.name)
    keys = address | (_account_key(email, typed.ip) if user is not None else {})
    _take({key: limit for key, limit in keys.items() if key not in address})
    keyring = access.keyring()
    if user is not None:
        if not passwords.verify(typed.password, user.password_hash, keyring):
            raise InvalidError("That is not the password of your sign-in.", field="password")
        new_hash = user.password_hash
    else:
        fault = password_rule.fault(
            typed.password, second_step=False, common=passwords.common(), about=about
        )
        if fault:
            raise InvalidError(fault, field="password")
        new_hash = passwords.hash_password(typed.password, keyring)
    user = _use(token, email, new_hash)
    with open_system("invitation succeeds") as work:
        throttle.give_back(work.session, keys, work.now)
    return sessions.begin(user, None, ip=typed.ip, agent=typed.agent)


def _use(token: str, email: str, password_hash: str | None) -> User:
    with open_system("invitation is used", logged=True) as work:
        row = _open_invitation(work, token)
        row.used_at = work.now
        work.session.add(row)
        patient = work.session.get_one(Patient, row.patient_id)
        user = _find(work, email) or User(
            email=email,
            email_index=work.keyring.index(email),
            name=row.name or patient.name,
            password_hash=password_hash,
        )
        work.session.add(user)
        work.session.flush()
        held = select(Grant).where(
            Grant.user_id == user.id,
            Grant.patient_id == row.patient_id,
            col(Grant.revoked_at).is_(None),
        )
        if work.session.exec(held).first() is None:
            grant = Grant(
                user_id=user.id,
                patient_id=row.patient_id,
                relationship=row.relationship,
                basis=row.basis,
                scopes=sorted(row.scopes if row.scopes is not None else PORTAL),
                valid_from=work.now,
                valid_until=row.grant_until,
                follows_age=row.follows_age,
                granted_by=row.invited_by,
            )
            work.session.add(grant)
        work.announce(f"access:patient:{row.patient_id}", f"access:user:{user.id}")
        return user
