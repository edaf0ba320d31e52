"""A new password for who has forgotten hers: a link by mail that works once, for half an hour.

Asking writes one row, whatever the address; who is behind it is looked up by a tick afterwards.
So neither words nor time tell whether the practice knows an address.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, update
from sqlmodel import col, select

from portal_app.data.models import PasswordReset, ResetRequest, TrustedDevice, User, UserSession
from portal_app.rules import mail_words
from portal_app.rules import passwords as password_rule
from portal_app.rules import throttle as throttle_rule
from portal_app.rules.errors import InvalidError, NotFoundError, TooManyError
from portal_app.security import access, crypto, passwords, second_step, throttle
from portal_app.security.access import Work
from portal_app.security.sessions import Sessions
from portal_app.security.system import open_system
from portal_app.services import security_mail
from portal_app.services.addresses import masked

ANSWER = (
    "If this address has a sign-in here, a mail with a link is on its way. The link works once, "
    "for 30 minutes. Look into your spam folder too."
)
"""The same for every address."""
LASTS = timedelta(minutes=30)
BATCH = 50


def ask(email: str, ip: str) -> None:
    """Note that somebody wants a new password for an address; the answer is always the same.

    Raises:
        TooManyError: this network address has asked too often, whatever for.
    """
    index = access.keyring().index(email)
    address = {f"reset:{throttle.address_key(ip)}": throttle_rule.ADDRESS}
    account = {f"reset:{index.hex()}": throttle_rule.RESETS}
    with open_system("a reset is asked for") as work:
        if throttle.take(work.session, address, work.now) > timedelta(0):
            raise TooManyError("Too many tries from this network. Wait an hour, or call us.")
        # one row more or less is all that a stranger's fourth question changes, and she can't see it
        if throttle.take(work.session, account, work.now) == timedelta(0):
            work.session.add(ResetRequest(email_index=index, at=work.now))


def send_asked(public_url: str) -> int:
    """Turn what was asked for into mails, for the addresses that have a sign-in; a tick."""
    with open_system("resets are looked for", writes=False) as work:
        if work.session.exec(select(ResetRequest.id).limit(1)).first() is None:
            return 0
    with open_system("resets are sent") as work:
        asked = work.session.exec(select(ResetRequest).order_by(col(ResetRequest.at)).limit(BATCH))
        wanted = {r.id: r for r in asked.all()}
        indexes = {r.email_index for r in wanted.values()}
        people = select(User).where(
            col(User.email_index).in_(indexes), col(User.disabled_at).is_(None)
        )
        known = work.session.exec(people).all()
        for user in known:
            _send(work, user, public_url)
        work.session.execute(delete(ResetRequest).where(col(ResetRequest.id).in_(list(wanted))))
        return len(known)


def _send(work: Work, user: User, public_url: str) -> None:
    work.session.execute(
        update(PasswordReset)
        .where(
            col(PasswordReset.user_id) == user.id,
            col(PasswordReset.used_at).is_(None),
            col(PasswordReset.revoked_at).is_(None),
        )
        .values(revoked_at=work.now)
    )
    token = crypto.token()
    reset = PasswordReset(
        token_hash=crypto.hashed(token),
        user_id=user.id,
        created_at=work.now,
        expires_at=work.now + LASTS,
    )
    work.session.add(reset)
    name = f"{work.practice.name} {work.practice.name_second_line}".strip()
    text = mail_words.notice(
        f"Somebody, hopefully you, wants a new password for your sign-in at {name}.",
        "Choose it here. The link works once, for 30 minutes",
        f"{public_url}/reset/{token}",
    )
    text += "\nIf it was not you, do nothing: your password stays as it is."
    security_mail.tell(
        work,
        str(reset.id),
        user.email,
        "Choose a new password",
        text,
        public_url,
        kind=security_mail.RESET,
    )


@dataclass(frozen=True)
class ResetView:
    """What the page behind the link shows."""

    email: str
    """Masked: whoever finds the link need not learn the address."""


def look(token: str) -> ResetView:
    """Show a link; looking consumes nothing.

    Raises:
        NotFoundError: unknown, used, replaced or too old.
    """
    with open_system("a reset is opened", writes=False) as work:
        _, user = _open(work, token)
        return ResetView(masked(user.email))


def _open(work: Work, token: str) -> tuple[PasswordReset, User]:
    rows = (
        select(PasswordReset, User)
        .join(User, col(PasswordReset.user_id) == User.id)
        .where(
            PasswordReset.token_hash == crypto.hashed(token),
            col(PasswordReset.used_at).is_(None),
            col(PasswordReset.revoked_at).is_(None),
            col(PasswordReset.expires_at) > work.now,
            col(User.disabled_at).is_(None),
        )
    )
    found = work.session.exec(rows).first()
    if found is None:
        raise NotFoundError("This link does not work any more. Ask for a new one.")
    return found


def use(sessions: Sessions, token: str, password: str, public_url: str, ip: str) -> None:
    """Set the password, end every session of the person, and tell her.

    Nobody is signed in by it: the next sign-in asks for the new password and the second step.

    Raises:
        NotFoundError: unknown, used (also at this very moment), replaced or too old.
        InvalidError: the password is too weak; the link stays good.
        TooManyError: too many tries from this network address.
    """
    keys = {f"reset:{throttle.address_key(ip)}": throttle_rule.ADDRESS}
    with open_system("a reset is tried") as work:
        if throttle.take(work.session, keys, work.now) > timedelta(0):
            raise TooManyError("Too many tries from this network. Wait an hour, or call us.")
    with open_system("a reset is tried", writes=False) as work:
        _, user = _open(work, token)
        about = (*user.name.split(), user.email.split("@")[0], work.practice.name)
        second = second_step.active(work.session, user.id) is not None
    fault = password_rule.fault(
        password, second_step=second, common=passwords.common(), about=about
    )
    if fault:
        raise InvalidError(fault, field="password")
    stored = passwords.hash_password(password, access.keyring())
    for session_id in _change(token, stored, public_url):
        sessions.end(session_id)


def _change(token: str, stored: str, public_url: str) -> list[str]:
    """Write the password once; returns the sessions that have to end."""
    with open_system("a password is reset", logged=True) as work:
        reset, user = _open(work, token)
        taken = work.session.execute(
            update(PasswordReset)
            .where(
                col(PasswordReset.id) == reset.id,
                col(PasswordReset.used_at).is_(None),
                col(PasswordReset.revoked_at).is_(None),
            )
            .values(used_at=work.now)
            .execution_options(synchronize_session=False)
        )
        if taken.rowcount != 1:  # type: ignore[attr-defined]
            raise NotFoundError("This link does not work any more. Ask for a new one.")
        user.password_hash, user.password_changed_at = stored, work.now
        work.session.add(user)
        # the code is asked again everywhere, also where a browser was trusted
        work.session.execute(delete(TrustedDevice).where(col(TrustedDevice.user_id) == user.id))
        # whoever guessed elsewhere must not keep out who has just proved that she reads the mail
        account = {f"account:{user.email_index.hex()}": throttle_rule.ACCOUNT}
        throttle.give_back(work.session, account, work.now)
        rows = select(UserSession.id).where(
            UserSession.user_id == user.id, col(UserSession.revoked_at).is_(None)
        )
        ended = list(work.session.exec(rows).all())
        name = f"{work.practice.name} {work.practice.name_second_line}".strip()
        text = mail_words.notice(
            f"The password of your sign-in at {name} was changed, and every device was signed "
            "out. If it was not you, call the practice.",
            "Sign in",
            f"{public_url}/sign-in",
        )
        security_mail.tell(
            work, f"changed:{reset.id}", user.email, "Your password was changed", text, public_url
        )
        return ended
