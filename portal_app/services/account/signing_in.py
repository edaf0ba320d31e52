"""The address and the password with which a person signs in."""

from datetime import datetime, timedelta

from email_validator import EmailNotValidError, validate_email
from sqlmodel import col, delete, select, update

from portal_app.data.models import EmailChange, TrustedDevice, User
from portal_app.data.schemas.account import SigningInView
from portal_app.rules import passwords as rule
from portal_app.rules.errors import InvalidError, NotFoundError
from portal_app.rules.permissions import Permission
from portal_app.security import access, crypto, passwords, second_step
from portal_app.security.access import Work
from portal_app.security.actor import Actor
from portal_app.security.sessions import Sessions
from portal_app.security.system import open_system
from portal_app.services import security_mail
from portal_app.services.account import proving

LINK_LASTS = timedelta(hours=24)
UNDO_FOR = timedelta(hours=72)
GONE = "This link does not work any more."


def look(actor: Actor, chart: str = "") -> SigningInView:  # noqa: ARG001 - the same for every chart
    """Show how the person signs in."""
    with access.open(actor, Permission.ACCOUNT, quiet=True) as work:
        user = work.person
        waiting = _waiting(work, user)
        return SigningInView(
            email=user.email,
            waiting=waiting.new_email if waiting else "",
            has_password=user.password_hash is not None,
            password_changed_at=user.password_changed_at,
            topic=proving.topic(user.id),
        )


def _waiting(work: Work, user: User) -> EmailChange | None:
    rows = select(EmailChange).where(
        EmailChange.user_id == user.id,
        col(EmailChange.confirmed_at).is_(None),
        col(EmailChange.ended_at).is_(None),
        col(EmailChange.expires_at) > work.now,
    )
    return work.session.exec(rows).first()


# ---------------------------------------------------------------- the password
def change_password(actor: Actor, current: str, new: str, sessions: Sessions) -> None:
    """Set another password; every other session of the person ends.

    Raises:
        TooManyError: too many tries with a wrong current one.
        InvalidError: the current one is wrong, or the new one is too weak.
    """
    try:
        user = proving.check_password(actor, current)
    except InvalidError as error:
        raise InvalidError(error.message, field="current") from error
    with access.open(actor, Permission.ACCOUNT, quiet=True) as work:
        second = second_step.active(work.session, user.id) is not None
        about = (*user.name.split(), user.email.split("@")[0], work.practice.name)
    fault = rule.fault(new, second_step=second, common=passwords.common(), about=about)
    if not fault and rule.normalised(new) == rule.normalised(current):
        fault = "This is the password that you have now. Choose another one."
    if fault:
        raise InvalidError(fault, field="new")
    stored = passwords.hash_password(new, access.keyring())
    with access.open(actor, Permission.ACCOUNT, writes=True, action="account.password") as work:
        row = work.session.get_one(User, user.id)
        row.password_hash, row.password_changed_at = stored, work.now
        work.session.add(row)
        proving.mark(work)
        forget_devices(work, row)
        security_mail.plan(
            work, row, f"password:{crypto.token()}", "The password of your sign-in was changed."
        )
        work.announce(proving.topic(row.id))
    sessions.end_others(user.id, actor.session_id)


def forget_devices(work: Work, user: User) -> None:
    """Ask for a code on every browser again."""
    work.session.exec(delete(TrustedDevice).where(col(TrustedDevice.user_id) == user.id))


# ---------------------------------------------------------------- the address
def ask_email(actor: Actor, email: str, password: str, public_url: str) -> str:
    """Send a link to a new address, which counts once it is opened and confirmed.

    Whether somebody else signs in with that address is not told.

    Raises:
        TooManyError: too many tries with a wrong password.
        InvalidError: no address, the present one, or a wrong password.
    """
    try:
        address = validate_email(
            email.strip(), check_deliverability=False, test_environment=True
        ).normalized
    except EmailNotValidError as error:
        raise InvalidError(f"{email} is not an email address.", field="email") from error
    user = proving.check_password(actor, password)
    confirm, undo = crypto.token(), crypto.token()
    with access.open(actor, Permission.ACCOUNT, writes=True, action="account.email.ask") as work:
        proving.mark(work)
        index = work.keyring.index(address)
        if index == user.email_index:
            raise InvalidError("This is the address that you have now.", field="email")
        taken = work.session.exec(select(User.id).where(User.email_index == index)).first()
        _end_open(work, user, work.now)
        change = EmailChange(
            user_id=user.id,
            old_email=user.email,
            new_email=address,
            confirm_hash=crypto.hashed(confirm),
            undo_hash=crypto.hashed(undo),
            created_at=work.now,
            expires_at=work.now + LINK_LASTS,
        )
        work.session.add(change)
        work.session.flush()
        if taken is None:
            security_mail.plan(
                work,
                user,
                f"email:{change.id}",
                "Open this link to sign in with this address from now on. It works for 24 hours.",
                address=address,
                link=f"{public_url}/email/{confirm}",
            )
        work.announce(proving.topic(user.id))
    return address


def _end_open(work: Work, user: User, now: datetime) -> None:
    work.session.exec(
        update(EmailChange)
        .where(
            col(EmailChange.user_id) == user.id,
            col(EmailChange.confirmed_at).is_(None),
            col(EmailChange.ended_at).is_(None),
        )
        .values(ended_at=now)
    )


def look_at_link(token: str) -> str:
    """Say what a link does: "confirm" or "undo"; looking changes nothing.

    Raises:
        NotFoundError: unknown, used or too old.
    """
    with open_system("a link is opened", writes=False) as work:
        return "undo" if _find(work, token)[1] else "confirm"


def _find(work: Work, token: str) -> tuple[EmailChange, bool]:
    hashed = crypto.hashed(token)
    rows = select(EmailChange).where(
        (col(EmailChange.confirm_hash) == hashed) | (col(EmailChange.undo_hash) == hashed),
        col(EmailChange.ended_at).is_(None),
    )
    row = work.session.exec(rows).first()
    if row is None:
        raise NotFoundError(GONE)
    undo = row.undo_hash == hashed
    if undo:
        over = row.confirmed_at is None or work.now >= row.confirmed_at + UNDO_FOR
    else:
        over = row.confirmed_at is not None or work.now >= row.expires_at
    if over:
        raise NotFoundError(GONE)
    return row, undo


def use_link(token: str, sessions: Sessions, public_url: str) -> str:
    """Confirm a new address, or undo the change; says which, by "confirm" or "undo".

    A change ends every session that is signed in under the other address.

    Raises:
        NotFoundError: unknown, used, too old, or somebody else has the address by now.
    """
    with open_system("an address is changed", logged=True) as work:
        row, undo = _find(work, token)
        address = row.old_email if undo else row.new_email
        index = work.keyring.index(address)
        user = work.session.get_one(User, row.user_id)
        taken = select(User.id).where(User.email_index == index, User.id != user.id)
        if user.disabled_at is not None or work.session.exec(taken).first() is not None:
            raise NotFoundError(GONE)
        user.email, user.email_index = address, index
        if undo:
            row.ended_at = work.now
        else:
            row.confirmed_at = work.now
            # a new link for the old address: the one in the row is known to nobody
            back = crypto.token()
            row.undo_hash = crypto.hashed(back)
            security_mail.plan(
                work,
                user,
                f"email-changed:{row.id}",
                "The address of your sign-in was changed.",
                "If you did not want this, open this link within 72 hours to take it back:",
                address=row.old_email,
                link=f"{public_url}/email/{back}",
            )
        work.session.add_all([row, user])
        forget_devices(work, user)
        work.announce(proving.topic(user.id))
    if undo:
        # whoever has changed the address may have the password, too
        sessions.end_others(user.id)
    return "undo" if undo else "confirm"
