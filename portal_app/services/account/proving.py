"""Entering the password again: for ten minutes, sensitive things may be done."""

from portal_app.data.models import User
from portal_app.rules import passwords as rule
from portal_app.rules.errors import InvalidError
from portal_app.rules.permissions import Permission
from portal_app.security import access, passwords, throttle
from portal_app.security.access import Work
from portal_app.security.actor import Actor
from portal_app.security.sessions import topic
from portal_app.services import sign_in

__all__ = ["check_password", "mark", "prove", "topic"]
WRONG = "That is not your password."


def check_password(actor: Actor, password: str) -> User:
    """Check the person's password, counted like a try to sign in.

    Raises:
        TooManyError: too many tries; says how long to wait.
        InvalidError: it is another one.
    """
    with access.open(actor, Permission.ACCOUNT, quiet=True) as work:
        user = work.person
    keys = sign_in.account_key(user.email, actor.ip)
    sign_in.take_try(keys)
    if not passwords.verify(password[: rule.MOST], user.password_hash, access.keyring()):
        raise InvalidError(WRONG, field="password")
    with access.open(actor, Permission.ACCOUNT, writes=True, quiet=True) as work:
        throttle.give_back(work.session, keys, work.now)
    return user


def prove(actor: Actor, password: str) -> None:
    """Take the password again; it counts for ten minutes in this session.

    Raises:
        TooManyError: too many tries; says how long to wait.
        InvalidError: it is another one.
    """
    check_password(actor, password)
    with access.open(actor, Permission.ACCOUNT, writes=True, action="account.proved") as work:
        mark(work)


def mark(work: Work) -> None:
    """Remember in this session that the password was entered now."""
    if work.opened is not None:
        work.opened.step_up_at = work.now
        work.session.add(work.opened)
