"""What ends by itself: told beforehand to those whom it concerns, and shown in open pages."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from sqlmodel import col, select

from portal_app.data.models import (
    Chart,
    Grant,
    OutboxMail,
    Patient,
    StaffMember,
    User,
)
from portal_app.rules import family
from portal_app.rules.family import AgeRules
from portal_app.security import access
from portal_app.security.access import Work
from portal_app.security.system import open_system
from portal_app.services.family import topics
from portal_app.services.notifications import public_host

KIND = "access"
DAYS = (30, 7)
"""How long before an end, or a birthday that takes something away, people are told."""
AHEAD = timedelta(days=max(DAYS))
SUBJECT = "Access to a portal changes soon"
FIRST = "Access to a patient portal that concerns you changes soon."
TO_STAFF = "A person’s access to a patient portal changes soon."


class Endings:
    """Tells before an end; remembers when it looked last, so that open pages follow an end."""

    def __init__(self, public_url: str) -> None:
        """Use that address in links."""
        self._url = public_url
        self._looked = access.now()
        self._told: date | None = None

    def tick(self) -> int:
        """Wake the pages that an end concerns; once a day tell of those to come."""
        with open_system("access that ends", writes=False) as work:
            since, self._looked = self._looked, work.now
            for grant, moment in _turns(work):
                if since < moment <= work.now:
                    work.announce(
                        topics.of_patient(grant.patient_id), topics.of_user(grant.user_id)
                    )
            day = work.today
        if day == self._told:
            return 0
        self._told = day
        return tell(self._url)


def tell(public_url: str) -> int:
    """Owe the notices of what ends within thirty and within seven days; returns how many."""
    with open_system("notices before access ends") as work:
        told = 0
        for grant, moment in _turns(work):
            left = moment - work.now
            if not timedelta(0) < left <= AHEAD:
                continue
            days = min(d for d in DAYS if left <= timedelta(days=d))
            told += _plan(work, grant, moment, days, public_url)
        return told


def _turns(work: Work) -> Iterator[tuple[Grant, datetime]]:
    """Give each access with every moment at which time alone takes something from it."""
    rules = AgeRules.of(work.practice.age_rules)
    rows = (
        select(Grant, Patient)
        .join(Patient, col(Grant.patient_id) == Patient.id)
        .where(col(Grant.revoked_at).is_(None), col(Patient.no_proxy_since).is_(None))
        .where(col(Grant.follows_age) | col(Grant.valid_until).is_not(None))
    )
    for grant, patient in work.session.exec(rows.execution_options(yield_per=500)):
        born = patient.birth_date if grant.follows_age else None
        narrows = family.reaches(born, rules.limited_from, work.zone) if born else None
        grown = family.reaches(born, rules.ends_at, work.zone) if born else None
        end = min((e for e in (grant.valid_until, grown) if e), default=None)
        if narrows and end and narrows < end:
            yield grant, narrows
        if end:
            yield grant, end


def _plan(work: Work, grant: Grant, moment: datetime, days: int, public_url: str) -> int:
    """Owe a mail to the person, to the patient's own sign-in, and to the clinicians."""
    own = (
        select(User)
        .join(Grant, col(Grant.user_id) == User.id)
        .where(Grant.patient_id == grant.patient_id, col(Grant.revoked_at).is_(None))
        .where((Grant.id == grant.id) | (Grant.relationship == family.SELF))
        .where(col(User.disabled_at).is_(None))
    )
    staff = (
        select(User)
        .join(StaffMember, col(StaffMember.user_id) == User.id)
        .join(Chart, col(Chart.practitioner_id) == StaffMember.practitioner_id)
        .where(Chart.patient_id == grant.patient_id, col(StaffMember.is_active))
    )
    people = {u.id: (u, FIRST, "") for u in work.session.exec(own).all()}
    chart = work.session.exec(
        select(Chart.public_id).where(Chart.patient_id == grant.patient_id).limit(1)
    ).first()
    for user in work.session.exec(staff).all():
        people.setdefault(user.id, (user, TO_STAFF, f"/practice/patients/{chart}?tab=access"))
    keys = {f"{KIND}:{grant.id}:{moment:%Y%m%d}:{days}:{key}": p for key, p in people.items()}
    rows = select(OutboxMail.unique_key).where(col(OutboxMail.unique_key).in_(keys))
    told = set(work.session.exec(rows).all())
    for unique, (user, first, path) in keys.items():
        if unique not in told:
            _owe(work, unique, user, first, f"{public_url}{path or '/'}")
    return len(keys) - len(told)


def _owe(work: Work, unique: str, user: User, first: str, link: str) -> None:
    mac = work.keyring.mac("form", unique.encode()).hex()[:32]
    lines = [first, "", "Sign in to see what it is about:", link, ""]
    work.session.add(
        OutboxMail(
            unique_key=unique,
            kind=KIND,
            address=user.email,
            subject=SUBJECT,
            text="\n".join([*lines, "Please don’t answer this mail."]),
            message_id=f"<{mac}@{public_host(link)}>",
            due_at=work.now,
            first_due_at=work.now,
            user_id=str(user.id),
            created_at=work.now,
        )
    )
