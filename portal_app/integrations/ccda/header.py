"""Reads whom a document is about."""

from urllib.parse import unquote

from babel import Locale, UnknownLocaleError

from portal_app.integrations.ccda.markup import Element, attribute, every, one, tidy
from portal_app.integrations.ccda.narrative import Narrative
from portal_app.integrations.ccda.values import moment, named, person_name
from portal_app.integrations.fhir.person import (
    CONTACTS_MOST,
    NAMES_MOST,
    Contact,
    HumanName,
    Person,
    as_date,
)
from portal_app.rules.demographics import Address, parse_address
from portal_app.rules.errors import InvalidError

LINE_MOST = 500
USES = {"L": "official", "C": "official", "P": "nickname", "PN": "nickname", "A": "nickname"}
GENDERS = {"M": "male", "F": "female", "UN": "other"}
NOBODY = Narrative(None)


def read_person(root: Element) -> Person:
    """Read the one patient of a document.

    Raises:
        InvalidError: no patient, more than one, or one beyond reason.
    """
    targets = every(root, "recordTarget")
    if not targets:
        raise InvalidError("This document holds no patient.")
    if len(targets) > 1:
        raise InvalidError("This document is about more than one patient.")
    role = one(targets[0], "patientRole")
    patient = one(role, "patient")
    names = every(patient, "name")
    around = [*every(patient, "guardian"), *every(root, "participant", "associatedEntity")]
    if len(names) > NAMES_MOST or len(around) > CONTACTS_MOST:
        raise InvalidError("This document holds more names or contacts than a person has.")
    read = tuple(n for n in map(_name, names) if n.family or n.given or n.text)
    if not read:
        raise InvalidError("This document does not say whom it is about.")
    contacts = [_contact(a) for a in around]
    died = moment(attribute(one(patient, "deceasedTime"), "value"))
    return Person(
        names=read,
        birth_date=as_date(moment(attribute(one(patient, "birthTime"), "value"))[:10]),
        gender=GENDERS.get(attribute(one(patient, "administrativeGenderCode"), "code"), ""),
        is_deceased=bool(died) or attribute(one(patient, "deceasedInd"), "value") == "true",
        deceased_on=as_date(died[:10]),
        phone=_telecom(role, "tel:"),
        phone_home="",
        pronouns="",
        email=_telecom(role, "mailto:"),
        address=_address(role),
        language=_language(patient),
        contacts=tuple(dict.fromkeys(c for c in contacts if c.name)),
        references=_ids(role),
    )


def _part(element: Element) -> str:
    """Give a part of a name; a program's "null" is none."""
    words = _line(tidy("".join(element.itertext())))
    return "" if element.get("nullFlavor") or words.lower() == "null" else words


def _line(words: str) -> str:
    if len(words) > LINE_MOST:
        raise InvalidError("This document holds a name or an address that is too long.")
    return words


def _name(element: Element) -> HumanName:
    parts = {n: tuple(p for e in every(element, n) if (p := _part(e))) for n in PARTS}
    births = [e for e in every(element, "family") if "BR" in (e.get("qualifier") or "").split()]
    calls = [e for e in every(element, "given") if "CL" in (e.get("qualifier") or "").split()]
    use = next((USES[u] for u in (element.get("use") or "").split() if u in USES), "")
    if not use and births and len(births) == len(every(element, "family")):
        use = "maiden"
    elif calls and len(calls) == len(every(element, "given")) and not parts["family"]:
        use = "nickname"
    return HumanName(
        use=use,
        family=" ".join(parts["family"]),
        given=parts["given"],
        text="" if len(element) or element.get("nullFlavor") else _line(tidy(element.text or "")),
        prefix=parts["prefix"],
        suffix=parts["suffix"],
    )


PARTS = ("prefix", "given", "family", "suffix")


def _contact(element: Element) -> Contact:
    person = next(
        (
            n
            for path in ("guardianPerson", "associatedPerson")
            for n in every(element, path, "name")
        ),
        None,
    )
    return Contact(
        name=_line(person_name(person)),
        relationship=_line(named(one(element, "code"), NOBODY)),
        phone=_telecom(element, "tel:"),
    )


def _telecom(element: Element | None, scheme: str) -> str:
    """Give the first telephone or e-mail that is in use; a mobile one before the rest."""
    found = []
    for telecom in every(element, "telecom"):
        words, uses = tidy(unquote(attribute(telecom, "value"))), (telecom.get("use") or "").split()
        if words.lower().startswith(scheme) and (rest := words[len(scheme) :].strip()):
            found.append(("BAD" in uses, "MC" not in uses, rest))
    return _line(min(found, key=lambda f: f[:2])[2]) if found else ""


def _address(role: Element | None) -> Address:
    for address in every(role, "addr"):
        if address.get("nullFlavor") or "BAD" in (address.get("use") or "").split():
            continue
        if not len(address):
            return parse_address(_line(tidy(address.text or "")))
        get = {n: [p for e in every(address, n) if (p := _part(e).strip("-"))] for n in PLACES}
        lines, *rest = (get[name] for name in PLACES)
        city, state, code = (_line(" ".join(words)) for words in rest)
        found = Address(_line(", ".join(lines[:1])), _line(", ".join(lines[1:])), city, state, code)
        if found:
            return found
    return Address()


PLACES = ("streetAddressLine", "city", "state", "postalCode")


def _language(patient: Element | None) -> str:
    code = attribute(one(patient, "languageCommunication", "languageCode"), "code")
    try:
        return Locale.parse(code, sep="-").get_language_name("en") or code if code else ""
    except (ValueError, UnknownLocaleError):
        return code[:20]


def _ids(role: Element | None) -> frozenset[str]:
    pairs = [(attribute(e, "root"), attribute(e, "extension")) for e in every(role, "id")]
    return frozenset(f"{root}^{extension}"[:200] for root, extension in pairs if root)
