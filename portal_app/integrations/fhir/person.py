"""Reads Patient and the people around it.

Source: https://hl7.org/fhir/R4/patient.html
"""

from dataclasses import dataclass
from datetime import date

from portal_app.integrations.fhir.bundle import Bundle, Resource, as_dict, as_line, as_list
from portal_app.rules.demographics import PRONOUNS as LISTED
from portal_app.rules.demographics import Address, parse_address
from portal_app.rules.errors import InvalidError

NAMES_MOST = 50
CONTACTS_MOST = 100
PRONOUNS = "http://hl7.org/fhir/StructureDefinition/individual-pronouns"
USES = ("official", "usual", "", "temp", "maiden", "old", "nickname", "anonymous")


@dataclass(frozen=True)
class HumanName:
    """One of a person's names."""

    use: str
    family: str
    given: tuple[str, ...]
    text: str
    prefix: tuple[str, ...] = ()
    suffix: tuple[str, ...] = ()


@dataclass(frozen=True)
class Contact:
    """Somebody to call."""

    name: str
    relationship: str
    phone: str


@dataclass(frozen=True)
class Person:
    """A patient as the file tells it; what it does not tell is empty."""

    names: tuple[HumanName, ...]
    birth_date: date | None
    gender: str
    is_deceased: bool
    deceased_on: date | None
    phone: str
    phone_home: str
    email: str
    address: Address
    language: str
    pronouns: str
    contacts: tuple[Contact, ...]
    references: frozenset[str]

    @property
    def name(self) -> HumanName:
        """The name to use: official before usual before the rest."""
        ranked = sorted(
            (n for n in self.names if n.family or n.given or n.text),
            key=lambda n: USES.index(n.use) if n.use in USES else len(USES),
        )
        return ranked[0] if ranked else HumanName("", "", (), "")

    @property
    def nickname(self) -> str:
        """The name that the person goes by, where the file tells one."""
        nick = next((n for n in self.names if n.use == "nickname"), None)
        return (nick.given[0] if nick.given else nick.text) if nick else ""


def read_person(bundle: Bundle) -> Person:
    """Read the one patient of a bundle.

    Raises:
        InvalidError: no patient, more than one, or one beyond reason.
    """
    found = bundle.of("Patient")
    if not found:
        raise InvalidError("This bundle holds no patient.")
    if len({as_line(p.get("id")) or id(p) for p in found}) > 1:
        raise InvalidError("This bundle holds more than one patient.")
    patient = found[0]
    died = as_line(patient.get("deceasedDateTime"))
    names = as_list(patient.get("name"))
    telecom = [as_dict(t) for t in as_list(patient.get("telecom"))]
    others = [*map(as_dict, as_list(patient.get("contact"))), *bundle.of("RelatedPerson")]
    if len(names) > NAMES_MOST or len(others) > CONTACTS_MOST:
        raise InvalidError("This bundle holds more names or contacts than a person has.")
    contacts = [_contact(c) for c in others]
    return Person(
        names=tuple(_name(as_dict(n)) for n in names),
        birth_date=as_date(patient.get("birthDate")),
        gender=as_line(patient.get("gender")),
        is_deceased=bool(died) or patient.get("deceasedBoolean") is True,
        deceased_on=as_date(died[:10]),
        phone=_telecom(telecom, "phone"),
        phone_home=_home_phone(telecom),
        email=_telecom(telecom, "email"),
        address=_address([as_dict(a) for a in as_list(patient.get("address"))]),
        language=_language(patient),
        pronouns=_pronouns(patient),
        contacts=tuple(c for c in contacts if c.name),
        references=bundle.named(patient),
    )


def _said(value: object) -> str:
    """Give a part of a name; some producers write the word "null" where there is none."""
    line = as_line(value)
    return "" if line.casefold() == "null" else line


def _name(value: Resource) -> HumanName:
    return HumanName(
        use=as_line(value.get("use")),
        family=_said(value.get("family")),
        given=tuple(g for g in map(_said, as_list(value.get("given"))) if g),
        text=_said(value.get("text")),
        prefix=tuple(g for g in map(as_line, as_list(value.get("prefix"))) if g),
        suffix=tuple(g for g in map(as_line, as_list(value.get("suffix"))) if g),
    )


def display(name: HumanName) -> str:
    """Write a name out as people say it."""
    return name.text or " ".join((*name.given, name.family)).strip()


def _contact(value: Resource) -> Contact:
    names = [_name(as_dict(n)) for n in as_list(value.get("name"))]
    kinds = [as_dict(r) for r in as_list(value.get("relationship"))]
    words = [
        as_line(k.get("text")) or as_line(as_dict(c).get("display"))
        for k in kinds
        for c in (as_list(k.get("coding")) or [{}])
    ]
    telecom = [as_dict(t) for t in as_list(value.get("telecom"))]
    return Contact(
        name=display(names[0]) if names else "",
        relationship=next((w for w in words if w), ""),
        phone=_telecom(telecom, "phone"),
    )


def _telecom(values: list[Resource], system: str) -> str:
    fitting = [v for v in values if as_line(v.get("system")) == system and as_line(v.get("value"))]
    ranked = sorted(
        fitting, key=lambda v: (as_line(v.get("use")) == "old", as_line(v.get("use")) != "mobile")
    )
    return as_line(ranked[0].get("value")) if ranked else ""


def _home_phone(values: list[Resource]) -> str:
    """Give a second number that is for home, where another one comes first."""
    home = [v for v in values if as_line(v.get("use")) == "home"]
    number = _telecom(home, "phone")
    return number if number != _telecom(values, "phone") else ""


def _address(values: list[Resource]) -> Address:
    current = [v for v in values if as_line(v.get("use")) != "old"] or values
    if not current:
        return Address()
    first = current[0]
    lines = [line for line in map(as_line, as_list(first.get("line"))) if line]
    city, state = as_line(first.get("city")), as_line(first.get("state"))
    code = as_line(first.get("postalCode"))
    if (text := as_line(first.get("text"))) and not (lines and city):
        return parse_address(text)
    return Address(", ".join(lines[:1]), ", ".join(lines[1:]), city, state, code)


def _language(patient: Resource) -> str:
    for item in as_list(patient.get("communication")):
        language = as_dict(as_dict(item).get("language"))
        codings = [as_dict(c) for c in as_list(language.get("coding"))]
        words = [as_line(language.get("text")), *(as_line(c.get("display")) for c in codings)]
        if found := next((w for w in words if w), ""):
            return found
    return ""


def _pronouns(patient: Resource) -> str:
    """Read what the extension of FHIR says, in the spelling of our own list where it is there."""
    for extension in map(as_dict, as_list(patient.get("extension"))):
        if as_line(extension.get("url")) == PRONOUNS:
            concept = as_dict(extension.get("valueCodeableConcept"))
            codings = [as_dict(c) for c in as_list(concept.get("coding"))]
            words = [as_line(concept.get("text")), *(as_line(c.get("display")) for c in codings)]
            said = next((w for w in words if w), "")
            told = "/".join(said.split("/")[:2]).replace(" ", "").casefold()
            return next((p for p in LISTED if p.replace(" ", "") == told), said)
    return ""


def as_date(value: object) -> date | None:
    """Give a whole date; a year or a month alone is not enough for one."""
    try:
        return date.fromisoformat(as_line(value))
    except ValueError:
        return None
