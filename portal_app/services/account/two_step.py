"""Two-step sign-in: turned on with a code, turned off with the password."""

from sqlmodel import col, delete, select, update

from portal_app.data.models import Authenticator, StaffMember, User, UserSession
from portal_app.data.schemas.account import NewApp, TwoStepView
from portal_app.rules import throttle as throttle_rule
from portal_app.rules.errors import ConflictError, InvalidError, NotFoundError
from portal_app.rules.permissions import Permission
from portal_app.security import access, crypto, second_step, throttle
from portal_app.security.access import Work
from portal_app.security.actor import Actor
from portal_app.security.sessions import Sessions
from portal_app.security.system import open_system
from portal_app.services import security_mail, sign_in
from portal_app.services.account import proving
from portal_app.services.account.signing_in import forget_devices

NEEDED = "The people of the practice need a second step. You can set up another app instead."


def look(actor: Actor, chart: str = "") -> TwoStepView:  # noqa: ARG001 - the same for every chart
    """Show whether a code is asked for."""
    with access.open(actor, Permission.ACCOUNT, quiet=True) as work:
        app = second_step.active(work.session, work.person.id)
        return TwoStepView(
            is_on=app is not None,
            since=app.confirmed_at if app else None,
            codes_left=second_step.left(work.session, work.person.id) if app else 0,
            is_required=_is_required(work),
            topic=proving.topic(work.person.id),
        )


def _is_required(work: Work) -> bool:
    rows = select(StaffMember.id).where(
        StaffMember.user_id == work.person.id, col(StaffMember.is_active)
    )
    return not work.practice.is_demo and work.session.exec(rows).first() is not None


def begin(actor: Actor) -> NewApp:
    """Make the secret of a new app; it counts for nothing before a code of it was confirmed.

    Raises:
        StepUpError: the password has to be entered again.
    """
    secret = second_step.new_secret()
    with access.open(
        actor, Permission.ACCOUNT, writes=True, action="account.code.begin", step_up=True
    ) as work:
        user = work.person
        _drop_unconfirmed(work, user)
        work.session.add(Authenticator(user_id=user.id, secret=secret, created_at=work.now))
        practice = f"{work.practice.name} {work.practice.name_second_line}".strip()
        email = user.email
    return _new(secret, email, practice)


def _new(secret: str, email: str, practice: str) -> NewApp:
    spaced = " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))
    return NewApp(spaced, second_step.qr(secret, email, practice))


def pending_or_new(actor: Actor) -> NewApp:
    """Show the app that waits for its first code, or begin with a new one.

    Raises:
        StepUpError: the password has to be entered again.
    """
    with access.open(actor, Permission.ACCOUNT, quiet=True, step_up=True) as work:
        app = _unconfirmed(work, work.person)
        practice = f"{work.practice.name} {work.practice.name_second_line}".strip()
        email = work.person.email
    return _new(app.secret, email, practice) if app else begin(actor)


def _unconfirmed(work: Work, user: User) -> Authenticator | None:
    rows = select(Authenticator).where(
        Authenticator.user_id == user.id, col(Authenticator.confirmed_at).is_(None)
    )
    return work.session.exec(rows).first()


def _drop_unconfirmed(work: Work, user: User) -> None:
    work.session.exec(
        delete(Authenticator).where(
            col(Authenticator.user_id) == user.id, col(Authenticator.confirmed_at).is_(None)
        )
    )


def confirm(actor: Actor, code: str, sessions: Sessions) -> tuple[str, ...]:
    """Turn it on with a code of the new app; gives the recovery codes, this once.

    Every other session of the person ends.

    Raises:
        StepUpError: the password has to be entered again.
        TooManyError: too many wrong codes.
        InvalidError: the code is wrong.
        ConflictError: no app was set up.
    """
    keys = {f"code:{actor.user_id}": throttle_rule.ACCOUNT}
    with access.open(actor, Permission.ACCOUNT, quiet=True, step_up=True):
        pass
    sign_in.take_try(keys)
    with access.open(
        actor, Permission.ACCOUNT, writes=True, action="account.code.on", step_up=True
    ) as work:
        user = work.person
        app = _unconfirmed(work, user)
        if app is None:
            raise ConflictError("Begin again: this app was not set up.")
        step = second_step.step_of(app.secret, code, work.now)
        if not step:
            raise InvalidError(sign_in.WRONG_CODE, field="code")
        older = delete(Authenticator).where(
            col(Authenticator.user_id) == user.id, col(Authenticator.id) != app.id
        )
        work.session.exec(older)
        app.confirmed_at, app.last_step = work.now, step
        work.session.add(app)
        codes = second_step.new_recovery_codes(work.session, work.keyring, user.id)
        forget_devices(work, user)
        work.session.exec(
            update(UserSession)
            .where(col(UserSession.id) == actor.session_id)
            .values(needs_second_step=False, method="password and code")
        )
        throttle.give_back(work.session, keys, work.now)
        words = "Two-step sign-in was turned on: from now on a code is asked for, too."
        security_mail.plan(work, user, f"code-on:{app.id}", words)
        work.announce(proving.topic(user.id))
    sessions.end_others(user.id, actor.session_id)
    return codes


def new_codes(actor: Actor) -> tuple[str, ...]:
    """Make ten new recovery codes; the older ones stop working.

    Raises:
        StepUpError: the password has to be entered again.
        ConflictError: it is not on.
    """
    with access.open(
        actor, Permission.ACCOUNT, writes=True, action="account.codes", step_up=True
    ) as work:
        user = work.person
        if second_step.active(work.session, user.id) is None:
            raise ConflictError("Two-step sign-in is not on.")
        codes = second_step.new_recovery_codes(work.session, work.keyring, user.id)
        words = "New recovery codes were made for your sign-in. The older ones stopped working."
        security_mail.plan(work, user, f"codes:{crypto.token()}", words)
        work.announce(proving.topic(user.id))
    return codes


def turn_off(actor: Actor, sessions: Sessions) -> None:
    """Ask for no code any more; every other session of the person ends.

    Raises:
        StepUpError: the password has to be entered again.
        ConflictError: a member of the practice has to have it.
    """
    with access.open(
        actor, Permission.ACCOUNT, writes=True, action="account.code.off", step_up=True
    ) as work:
        if _is_required(work):
            raise ConflictError(NEEDED)
        user = work.person
        second_step.forget(work.session, user.id)
        forget_devices(work, user)
        words = "Two-step sign-in was turned off: no code is asked for any more."
        security_mail.plan(work, user, f"code-off:{crypto.token()}", words)
        work.announce(proving.topic(user.id))
    sessions.end_others(user.id, actor.session_id)


def reset(email: str) -> str:
    """Take the second step of a person away, from the console of the machine; gives her name.

    All her sessions end. A member of the practice has to set up another one at the next sign-in.

    Raises:
        NotFoundError: nobody signs in with that address.
        ConflictError: she has no second step.
    """
    with open_system("a second step is taken away", logged=True) as work:
        user = work.session.exec(
            select(User).where(User.email_index == work.keyring.index(email))
        ).first()
        if user is None:
            raise NotFoundError(f"Nobody signs in with {email}.")
        if second_step.active(work.session, user.id) is None:
            raise ConflictError(f"{email} has no second step.")
        second_step.forget(work.session, user.id)
        forget_devices(work, user)
        work.session.exec(
            update(UserSession)
            .where(col(UserSession.user_id) == user.id, col(UserSession.revoked_at).is_(None))
            .values(revoked_at=work.now)
        )
        words = "The practice has taken the second step of your sign-in away."
        security_mail.plan(work, user, f"code-reset:{crypto.token()}", words)
        return user.name
