"""The one-use link with which a person gets a sign-in, or one more chart on the one that she has.

Opening a link changes nothing but the board's "opened". Using it asks for the patient's date of
birth; after five wrong ones the link is dead.
"""

import secrets
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, update
from sqlmodel import col, select

from portal_app.data.models import Chart, Grant, Invitation, Patient, User
from portal_app.data.schemas.invitations import InvitationView, Made, Typed, Wish
from portal_app.rules import family, mail_words
from portal_app.rules import passwords as password_rule
from portal_app.rules import throttle as throttle_rule
from portal_app.rules.access import PatientStatus
from portal_app.rules.errors import InvalidError, NotFoundError
from portal_app.rules.permissions import PORTAL
from portal_app.security import access, crypto, passwords, standing, throttle
from portal_app.security.access import Work
from portal_app.security.sessions import Sessions
from portal_app.security.system import open_system
from portal_app.services import security_mail, sign_in
from portal_app.services.addresses import checked, masked
from portal_app.services.family import topics

LASTS = timedelta(days=7)
LETTER_LASTS = timedelta(days=30)
"""A letter travels longer, and is read later."""
TRIES = 5
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""No letter or digit that looks like another one."""
CODE_LENGTH = 20
GROUP = 4
GONE = "This link does not work any more. Ask the practice for a new one."
TOPIC = "invitations"


def code() -> str:
    """Make what stands in a letter: about 98 random bits that can be typed."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def grouped(text: str) -> str:
    """Write a code as it is read: ABCD-EFGH-…."""
    return "-".join(text[i : i + GROUP] for i in range(0, len(text), GROUP))


def normalised(text: str) -> str:
    """Read a code as people type it, with spaces, hyphens and small letters."""
    return "".join(c for c in text.upper() if c.isalnum())[:CODE_LENGTH]


# ---------------------------------------------------------------- making
def invite(chart: str, email: str, relationship: str = "self") -> str:
    """Make a link's token for a person and a chart from the console of the machine.

    Raises:
        NotFoundError: no chart of that id.
        InvalidError: no e-mail address, or nobody who can be invited.
    """
    address = checked(email)
    with open_system("invite", logged=True) as work:
        row = work.session.exec(select(Chart).where(Chart.public_id == chart)).first()
        if row is None:
            raise NotFoundError(f"There is no chart {chart}.")
        _, token = make(work, row, Wish(email=address, relationship=relationship))
    return token


def make(
    work: Work, chart: Chart, wish: Wish, *, due: datetime | None = None
) -> tuple[Invitation, str]:
    """Make an invitation and its token; an older one for the same person stops working.

    Args:
        work: a writing unit of work that reaches the chart.
        chart: the chart.
        wish: for whom, and how the link travels; the address is checked already.
        due: when the link leaves, where that is later than now.

    Raises:
        InvalidError: nobody who can be invited.
    """
    patient = work.session.get_one(Patient, chart.patient_id)
    fault = unfit(patient, wish.relationship) or _too_young(work, patient, wish.relationship)
    if fault:
        raise InvalidError(fault, field="email")
    _revoke_older(work, chart, wish)
    letter = wish.way == "letter"
    token = code() if letter else crypto.token()
    begins = due or work.now
    row = Invitation(
        token_hash=crypto.hashed(token),
        patient_id=chart.patient_id,
        chart_id=chart.id,
        email=wish.email,
        email_index=work.keyring.index(wish.email),
        relationship=wish.relationship,
        basis=wish.basis,
        scopes=list(wish.scopes) if wish.scopes is not None else None,
        grant_until=wish.grant_until,
        follows_age=wish.follows_age,
        name=wish.name or None,
        invited_by=work.staff.name if work.staff else "",
        way=wish.way,
        code=token if letter else None,
        created_at=work.now,
        expires_at=begins + (LETTER_LASTS if letter else LASTS),
    )
    work.session.add(row)
    work.session.flush()
    work.announce(TOPIC)
    return row, token


def unfit(patient: Patient, relationship: str) -> str:
    """Say why nobody can be invited for a patient; nothing where somebody can."""
    if patient.birth_date is None:
        return "Fill in the date of birth first: it is asked for behind the link."
    if patient.status == PatientStatus.ARCHIVED.value:
        return "This chart is archived. Nobody can be invited to it."
    if patient.is_deceased and relationship == "self":
        return "This patient has died. Invite somebody of the family instead."
    return ""


def _too_young(work: Work, patient: Patient, relationship: str) -> str:
    """Say that a child has no sign-in of her own yet; nothing where she may."""
    rules, born = family.AgeRules.of(work.practice.age_rules), patient.birth_date
    if relationship != family.SELF or born is None:
        return ""
    if family.age_on(born, work.today) >= rules.own_from:
        return ""
    return f"An own sign-in is possible from age {rules.own_from}. Invite a parent instead."


def _revoke_older(work: Work, chart: Chart, wish: Wish) -> None:
    older = select(Invitation).where(
        Invitation.patient_id == chart.patient_id,
        Invitation.relationship == wish.relationship,
        col(Invitation.used_at).is_(None),
        col(Invitation.revoked_at).is_(None),
    )
    index = work.keyring.index(wish.email)
    for row in work.session.exec(older).all():
        # a child has two parents: a link for one does not end that of the other
        if wish.relationship == "self" or row.email_index == index:
            row.revoked_at, row.code = work.now, None
            work.session.add(row)


def mail(
    work: Work,
    row: Invitation,
    token: str,
    public_url: str,
    due: datetime | None = None,
) -> None:
    """Owe the mail with a link; it names neither the patient nor what the practice does."""
    name = f"{work.practice.name} {work.practice.name_second_line}".strip()
    text = mail_words.notice(
        f"{name} invites you to its patient portal. To open it you need the patient’s date of "
        "birth.",
        "Begin here. The link works once, for 7 days",
        f"{public_url}/invite/{token}",
    )
    row.mail_key = f"{security_mail.INVITED}:{row.id}"
    work.session.add(row)
    security_mail.tell(
        work,
        str(row.id),
        row.email,
        "Your invitation to a patient portal",
        text,
        public_url,
        kind=security_mail.INVITED,
        due=due,
    )


# ---------------------------------------------------------------- using
def look(token: str) -> InvitationView:
    """Show an invitation; looking consumes nothing.

    Raises:
        NotFoundError: unknown, used, replaced, too old, or guessed at too often.
    """
    with open_system("invitation is opened", writes=False) as work:
        row = _open(work, token)
        user = sign_in.find(work, row.email) if row.email else None
        name = f"{work.practice.name} {work.practice.name_second_line}".strip()
        view = InvitationView(masked(row.email), name, user is not None, not row.email)
        seen = row.opened_at is not None
    if not seen:
        with open_system("invitation is opened") as work:
            work.session.execute(
                update(Invitation).where(col(Invitation.id) == row.id).values(opened_at=work.now)
            )
            work.announce(TOPIC)
    return view


def _holds(work: Work) -> tuple[ColumnElement[bool], ...]:
    return (
        col(Invitation.used_at).is_(None),
        col(Invitation.revoked_at).is_(None),
        col(Invitation.expires_at) > work.now,
        col(Invitation.tries) < TRIES,
    )


def _open(work: Work, token: str) -> Invitation:
    keys = {crypto.hashed(token), crypto.hashed(normalised(token))}
    rows = select(Invitation).where(col(Invitation.token_hash).in_(keys), *_holds(work))
    found = work.session.exec(rows).first()
    if found is None:
        raise NotFoundError(GONE)
    return found


def accept(sessions: Sessions, token: str, typed: Typed) -> str:
    """Use the link: make a sign-in, or add the chart to the one that is there; opens a session.

    Raises:
        NotFoundError: unknown, used (also at this very moment), replaced, too old, dead.
        InvalidError: the date of birth, the address or the password is not right; the link stays.
        TooManyError: too many tries from this network address, or for this sign-in.
        CodeNeededError: the link is used; a code is needed to go in.
    """
    address = {throttle.address_key(typed.ip): throttle_rule.ADDRESS}
    sign_in.take_try(address)
    _check_birth(token, typed.born)
    with open_system("invitation is tried", writes=False) as work:
        row = _open(work, token)
        email = row.email or checked(typed.email)
        user = sign_in.find(work, email)
        patient = work.session.get_one(Patient, row.patient_id)
        own = (patient.given, patient.family) if row.relationship == "self" else ()
        about = (*own, *(row.name or "").split(), email.split("@")[0], work.practice.name)
    keys = address | (sign_in.account_key(email, typed.ip) if user is not None else {})
    sign_in.take_try({key: limit for key, limit in keys.items() if key not in address})
    stored = _password(user, typed.password, about)
    user = _use(token, email, stored)
    with open_system("invitation succeeds") as work:
        throttle.give_back(work.session, keys, work.now)
    came = sign_in.Credentials(email, "", ip=typed.ip, agent=typed.agent)
    return sign_in.enter(sessions, user, came)


def _check_birth(token: str, born: str) -> None:
    """Count a try before the date is looked at: of many at once, five get through."""
    with open_system("invitation is tried") as work:
        row = _open(work, token)
        taken = work.session.execute(
            update(Invitation)
            .where(col(Invitation.id) == row.id, *_holds(work))
            .values(tries=col(Invitation.tries) + 1)
            .execution_options(synchronize_session=False)
        )
        if taken.rowcount != 1:  # type: ignore[attr-defined]
            raise NotFoundError(GONE)
        patient = work.session.get_one(Patient, row.patient_id)
        work.session.refresh(row)
        left = TRIES - row.tries
        right = patient.birth_date is not None and _day(born) == patient.birth_date
        if right:
            _give_try_back(work, row.id)
        elif not left:
            work.announce(TOPIC)
    if not right:
        again = "1 try is left" if left == 1 else f"{left} tries are left"
        ends = f"{again}." if left else "The link does not work any more; ask for a new one."
        raise InvalidError(f"This is not the date of birth that we have. {ends}", field="born")


def _give_try_back(work: Work, row: UUID) -> None:
    work.session.execute(
        update(Invitation)
        .where(col(Invitation.id) == row, col(Invitation.tries) > 0)
        .values(tries=col(Invitation.tries) - 1)
        .execution_options(synchronize_session=False)
    )


def _day(text: str) -> date | None:
    for shape in ("%Y-%m-%d", "%m/%d/%Y"):
        try:
            return datetime.strptime(text.strip(), shape).date()  # noqa: DTZ007 - a birthday
        except ValueError:
            continue
    return None


def _password(user: User | None, password: str, about: Iterable[str]) -> str | None:
    keyring = access.keyring()
    if user is not None:
        if not passwords.verify(password, user.password_hash, keyring):
            raise InvalidError("That is not the password of your sign-in.", field="password")
        return user.password_hash
    common = passwords.common()
    fault = password_rule.fault(password, second_step=False, common=common, about=about)
    if fault:
        raise InvalidError(fault, field="password")
    return passwords.hash_password(password, keyring)


def _use(token: str, email: str, password_hash: str | None) -> User:
    with open_system("invitation is used", logged=True) as work:
        row = _open(work, token)
        following = select(Invitation).where(
            Invitation.follows_id == row.id,
            col(Invitation.used_at).is_(None),
            col(Invitation.revoked_at).is_(None),
        )
        rows = [row, *work.session.exec(following).all()]
        taken = work.session.execute(
            update(Invitation)
            .where(col(Invitation.id) == row.id, *_holds(work))
            .values(used_at=work.now, code=None)
            .execution_options(synchronize_session=False)
        )
        if taken.rowcount != 1:  # type: ignore[attr-defined]
            raise NotFoundError(GONE)
        user = sign_in.find(work, email) or _new_user(work, row, email, password_hash)
        work.session.add(user)
        work.session.flush()
        for used in rows:
            _grant(work, used, user)
            work.session.execute(
                update(Invitation)
                .where(col(Invitation.id) == used.id)
                .values(used_at=work.now)
                .execution_options(synchronize_session=False)
            )
        work.announce(TOPIC)
        return user


def _new_user(work: Work, row: Invitation, email: str, password_hash: str | None) -> User:
    patient = work.session.get_one(Patient, row.patient_id)
    own = row.relationship == "self"
    return User(
        email=email,
        email_index=work.keyring.index(email),
        name=patient.name if own else row.name or email.partition("@")[0],
        password_hash=password_hash,
        password_changed_at=work.now,
    )


def _grant(work: Work, row: Invitation, user: User) -> None:
    held = select(Grant).where(
        Grant.user_id == user.id,
        Grant.patient_id == row.patient_id,
        col(Grant.revoked_at).is_(None),
    )
    patient = work.session.get_one(Patient, row.patient_id)
    granted = (standing.grant_facts(work, g, patient) for g in work.session.exec(held).all())
    if any(facts.holds(work.now) for facts in granted):
        return
    scopes = row.scopes if row.scopes is not None else [p.value for p in PORTAL]
    work.session.add(
        Grant(
            user_id=user.id,
            patient_id=row.patient_id,
            relationship=row.relationship,
            basis=row.basis,
            scopes=sorted(scopes),
            valid_from=work.now,
            valid_until=row.grant_until,
            follows_age=row.follows_age,
            granted_by=row.invited_by,
        )
    )
    work.announce(topics.of_patient(row.patient_id), topics.of_user(user.id))


__all__ = [
    "GONE",
    "LASTS",
    "TOPIC",
    "TRIES",
    "Made",
    "accept",
    "code",
    "grouped",
    "invite",
    "look",
    "mail",
    "make",
    "normalised",
    "unfit",
]
