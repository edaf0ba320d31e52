"""One new patient, typed in by the practice; who is there already is said beforehand."""

from sqlmodel import col, select

from portal_app.data.models import Patient, Practitioner
from portal_app.data.schemas.invitations import Wish
from portal_app.data.schemas.roster import NewPatientInput
from portal_app.integrations import phones
from portal_app.rules import roster as rule
from portal_app.rules.demographics import EARLIEST, clean
from portal_app.rules.errors import ConflictError, InvalidError
from portal_app.rules.names import search_name
from portal_app.rules.permissions import Permission
from portal_app.rules.roster import Known
from portal_app.security import access
from portal_app.security.access import ChartOpened, Work
from portal_app.security.actor import Actor
from portal_app.services import invitations
from portal_app.services.addresses import checked
from portal_app.services.records.importing import add_chart

NEEDS = Permission.PRACTICE_DEMOGRAPHICS


class TwinError(ConflictError):
    """Somebody who looks the same is a patient already."""


def clinicians(actor: Actor) -> tuple[tuple[str, str], ...]:
    """List the clinicians within reach, to whom a new patient can be added."""
    with access.open(actor, NEEDS) as work:
        return tuple((str(p.id), p.name) for p in _within_reach(work))


def _within_reach(work: Work) -> list[Practitioner]:
    rows = select(Practitioner).where(col(Practitioner.is_active))
    if work.reach is not None:
        rows = rows.where(col(Practitioner.id).in_(work.reach))
    return list(work.session.exec(rows.order_by(col(Practitioner.name))).all())


def add(actor: Actor, command: NewPatientInput, public_url: str) -> str:
    """Add a patient with a chart; returns the chart's public id.

    Raises:
        InvalidError: something typed can't be used.
        TwinError: somebody looks the same, and nobody has said that it is another person.
    """
    with access.open(actor, NEEDS, writes=True, action="practice.new_patient") as work:
        if not EARLIEST <= command.birth_date <= work.today:
            raise InvalidError("Check the date of birth.", field="birth_date")
        people = {str(p.id): p for p in _within_reach(work)}
        clinician = people.get(command.clinician)
        if clinician is None:
            raise InvalidError("Choose a clinician.", field="clinician")
        email = checked(command.email) if command.email.strip() else ""
        if command.invite and not email:
            raise InvalidError("Fill in the email, or invite later by letter.", field="email")
        phone = command.phone.strip()
        country = work.practice.country
        if phone:
            try:
                phone = phones.canonical(phone, country)
            except InvalidError as error:
                raise InvalidError(error.message, field="phone") from error
        given, family = clean(command.given), clean(command.family)
        _refuse_twins(work, command, email)
        patient = Patient(
            given=given,
            family=family,
            preferred=clean(command.preferred),
            search_name=search_name(given, command.preferred, family),
            birth_date=command.birth_date,
            email=email or None,
            phone=phone or None,
            phone_index=work.keyring.index(phone) if phone else None,
            created_at=work.now,
        )
        work.session.add(patient)
        work.session.flush()
        chart = add_chart(work, patient, clinician)
        work.facts = ChartOpened(chart, patient, clinician, ())
        if command.invite:
            row, token = invitations.make(work, chart, Wish(email=email, way="mail"))
            invitations.mail(work, row, token, public_url)
        return chart.public_id


def _refuse_twins(work: Work, command: NewPatientInput, email: str) -> None:
    if command.anyway:
        return
    rows = select(Patient).where(
        (col(Patient.birth_date) == command.birth_date)
        | col(Patient.search_name).contains(search_name(command.family), autoescape=True)
    )
    me = Known("", command.given, command.family, command.birth_date, email)
    for other in work.session.exec(rows.limit(500)).all():
        born = other.birth_date.strftime("%B %-d, %Y") if other.birth_date else "no birth date"
        where = f"{other.name}, born {born}"
        known = Known(
            where, other.given, other.family, other.birth_date, (other.email or "").casefold()
        )
        if rule.duplicate(me, [known]):
            raise TwinError(f"{where}, is a patient already. Is this another person?")
