"""What a superbill says, when it can be made, and who can mend what is missing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from portal_app.rules.billing.codes import (
    DIAGNOSES_MOST,
    LETTERS,
    MODIFIERS_MOST,
    POINTERS_MOST,
    TELEHEALTH,
    CodeError,
    npi,
)

SERVICES_MOST = 150
"""Lines of one superbill."""
SAYS_TELEHEALTH = frozenset({"95", "93", "GT", "GQ", "FQ"})


class Who(StrEnum):
    """Who can mend what is missing."""

    PATIENT = "patient"
    PRACTICE = "practice"


@dataclass(frozen=True)
class Missing:
    """Something without which an insurance company sends a superbill back."""

    who: Who
    words: str
    is_about_visit: bool = False
    """It keeps only that visit away."""


@dataclass(frozen=True)
class PracticeFacts:
    """Whom the plan pays, or would pay."""

    name: str
    address: str
    phone: str
    tax_id: str
    npi: str


@dataclass(frozen=True)
class ClinicianFacts:
    """Who has seen the patient."""

    key: str
    name: str
    credentials: str
    npi: str
    license_number: str
    license_state: str
    taxonomy: str = ""
    supervisor: str = ""


@dataclass(frozen=True)
class Insurance:
    """A plan, as the patient has given it."""

    payer: str
    member_id: str
    group: str
    holder: str
    relation: str


@dataclass(frozen=True)
class PatientFacts:
    """Whom it is about."""

    name: str
    birth_date: date | None
    gender: str
    phone: str
    street: str
    town: str
    insurance: tuple[Insurance, ...] = ()


@dataclass(frozen=True)
class Service:
    """One charge of a completed visit."""

    key: str
    served_on: date
    description: str
    place: str
    code: str
    modifiers: tuple[str, ...]
    diagnoses: tuple[tuple[str, str], ...]
    """Codes with their descriptions, the most important first."""
    units: int
    fee: int
    paid: int
    off: int
    """What the practice has taken off: credits and what it does not ask for any more."""
    clinician: str


@dataclass(frozen=True)
class Line:
    """A service with the places of its diagnoses in the list of all."""

    service: Service
    pointers: tuple[int, ...]


@dataclass(frozen=True)
class Totals:
    """Sums of the lines."""

    fees: int
    paid: int
    off: int

    @property
    def due(self) -> int:
        """What is left."""
        return self.fees - self.paid - self.off


@dataclass(frozen=True)
class Drawn:
    """What can stand on a superbill, and what is missing."""

    lines: tuple[Line, ...]
    diagnoses: tuple[tuple[str, str], ...]
    totals: Totals
    missing: tuple[Missing, ...]

    @property
    def is_stopped(self) -> bool:
        """Whether it can't be made at all."""
        return not self.lines or any(not m.is_about_visit for m in self.missing)


def telehealth(modifiers: Sequence[str], place: str, wanted: str) -> tuple[str, ...]:
    """Add the modifier that the practice puts on visits by video or phone, where none is there."""
    held = tuple(modifiers)
    says = bool(SAYS_TELEHEALTH & set(held))
    if place not in TELEHEALTH or says or not wanted or len(held) >= MODIFIERS_MOST:
        return held
    return (*held, wanted)


def draw(
    practice: PracticeFacts,
    patient: PatientFacts,
    clinicians: Iterable[ClinicianFacts],
    services: Sequence[Service],
    today: date,
) -> Drawn:
    """Put together what can be said; a visit without its codes keeps away only itself."""
    known = {c.key: c for c in clinicians}
    missing = [*_of_practice(practice), *_of_patient(patient)]
    for key in dict.fromkeys(s.clinician for s in services):
        missing += _of_clinician(known.get(key))
    letters: dict[str, str] = {}
    lines: list[Line] = []
    for service in services:
        lacks = _of_service(service, patient, today)
        fresh = [d for d in service.diagnoses[:POINTERS_MOST] if d[0] not in letters]
        if not lacks and len(letters) + len(fresh) > DIAGNOSES_MOST:
            words = f"More than {DIAGNOSES_MOST} diagnoses do not fit. Choose fewer days."
            lacks = [Missing(Who.PATIENT, words, is_about_visit=True)]
        if lacks:
            missing += lacks
            continue
        letters.update(fresh)
        order = list(letters)
        pointers = tuple(order.index(code) for code, _ in service.diagnoses[:POINTERS_MOST])
        lines.append(Line(service, pointers))
    told = [line.service for line in lines]
    totals = Totals(sum(s.fee for s in told), sum(s.paid for s in told), sum(s.off for s in told))
    return Drawn(tuple(lines), tuple(letters.items()), totals, tuple(dict.fromkeys(missing)))


def _of_practice(practice: PracticeFacts) -> list[Missing]:
    lacks = {
        "The practice’s name": practice.name,
        "The practice’s address": practice.address,
        "The practice’s phone": practice.phone,
        "The practice’s tax ID": practice.tax_id,
        "The practice’s NPI": practice.npi if _is_npi(practice.npi) else "",
    }
    return [Missing(Who.PRACTICE, words) for words, value in lacks.items() if not value]


def _of_patient(patient: PatientFacts) -> list[Missing]:
    lacks = {
        "Date of birth": patient.birth_date,
        "Street address": patient.street,
        "City, state and ZIP code": patient.town,
    }
    found = [Missing(Who.PATIENT, words) for words, value in lacks.items() if not value]
    for plan in patient.insurance:
        if not plan.member_id:
            found.append(Missing(Who.PATIENT, f"Member ID at {plan.payer}"))
        if not plan.holder:
            found.append(Missing(Who.PATIENT, f"Policy holder at {plan.payer}"))
    return found


def _of_clinician(clinician: ClinicianFacts | None) -> list[Missing]:
    if clinician is None:
        return [Missing(Who.PRACTICE, "Who has seen you")]
    name = clinician.name
    lacks = {
        f"Credentials of {name}": clinician.credentials,
        f"NPI of {name}": clinician.npi if _is_npi(clinician.npi) else "",
        f"License of {name}": clinician.license_number and clinician.license_state,
    }
    return [Missing(Who.PRACTICE, words) for words, value in lacks.items() if not value]


def _of_service(service: Service, patient: PatientFacts, today: date) -> list[Missing]:
    day = f"{service.served_on:%B} {service.served_on.day}, {service.served_on.year}"
    born = patient.birth_date
    if service.served_on > today or (born is not None and service.served_on < born):
        return [Missing(Who.PRACTICE, f"Visit of {day}: its day", is_about_visit=True)]
    lacks = {
        "its diagnosis": service.diagnoses,
        "its procedure code": service.code,
        "where it was": service.place,
        "its units": service.units >= 1,
    }
    return [
        Missing(Who.PRACTICE, f"Visit of {day}: {words}", is_about_visit=True)
        for words, value in lacks.items()
        if not value
    ]


def _is_npi(value: str) -> bool:
    try:
        return npi(value) == value
    except CodeError:
        return False


def pointed(pointers: Iterable[int]) -> str:
    """Write which diagnoses a line is for: A, B."""
    return ", ".join(LETTERS[pointer] for pointer in pointers)
