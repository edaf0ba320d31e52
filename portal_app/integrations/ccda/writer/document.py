"""Puts a CCD together: header, sections, narrative."""

import uuid
from dataclasses import dataclass
from urllib.parse import quote

from lxml import etree

from portal_app.integrations.ccda.markup import HL7, Element
from portal_app.integrations.ccda.writer.elements import (
    LOINC,
    SPACES,
    add,
    hl7_date,
    hl7_moment,
    plain,
    template,
)
from portal_app.integrations.ccda.writer.narrative import Cell, from_html, table
from portal_app.integrations.ccda.writer.statements import WITHOUT_NO, Refs, write
from portal_app.integrations.outgoing import REDISCLOSURE, Address, Item, Outgoing
from portal_app.rules.records import Entry, Kind, Label

NPI = "2.16.840.1.113883.4.6"
GENDERS = {"male": "M", "female": "F", "other": "UN"}
PROTECTED = "Protected by 42 CFR Part 2."
NOTHING = "No information."


@dataclass(frozen=True)
class _Section:
    """A section of the document."""

    kind: Kind | None
    title: str
    code: str
    template: str
    release: str
    always: bool = False


SECTIONS = (
    _Section(Kind.ALLERGY, "Allergies", "48765-2", "2.6.1", "2015-08-01", always=True),
    _Section(Kind.MEDICATION, "Medicines", "10160-0", "2.1.1", "2014-06-09", always=True),
    _Section(Kind.CONDITION, "Diagnoses", "11450-4", "2.5.1", "2015-08-01", always=True),
    _Section(Kind.LABORATORY, "Lab results", "30954-2", "2.3.1", "2015-08-01", always=True),
    _Section(None, "Social history", "29762-2", "2.17", "2015-08-01", always=True),
    _Section(Kind.VITAL, "Vital signs", "8716-3", "2.4.1", "2015-08-01", always=True),
    _Section(Kind.IMMUNIZATION, "Immunizations", "11369-6", "2.2.1", "2015-08-01"),
    _Section(Kind.ENCOUNTER, "Visits", "46240-8", "2.22.1", "2015-08-01"),
    _Section(Kind.PROCEDURE, "Procedures", "47519-4", "2.7.1", "2014-06-09"),
)
CODES = {s.kind: s.code for s in SECTIONS}


def write_ccd(record: Outgoing) -> bytes:
    """Write a record as a CCD in XML; what may not leave is not in it."""
    root = etree.Element(f"{{{HL7}}}ClinicalDocument", nsmap=SPACES)
    _head(root, record)
    _patient(root, record)
    _author(root, record)
    _custodian(root, record)
    _span(root, record)
    body = add(add(root, "component"), "structuredBody")
    if record.needs_notice:
        text = _start(body, "Notice on redisclosure")
        add(text, "paragraph", REDISCLOSURE)
    items = list(record.leaving())
    worded = {_code_of(i.entry) for i in items if i.entry.html}
    for section in SECTIONS:
        own = [i for i in items if i.entry.kind is section.kind and not i.entry.html]
        # where words are all there is, an empty section beside them would say the opposite
        if own or (section.always and section.code not in worded):
            _section(body, section, own)
    for kind, title in ((Kind.DOCUMENT, "Documents"), (Kind.OTHER, "Other information")):
        if own := [i for i in items if i.entry.kind is kind and not i.entry.html]:
            _rows(_start(body, title), own)
    for item in items:
        if item.entry.html:
            _words(body, item)
    _coverages(body, record)
    _visits(body, record)
    _files(body, record)
    made = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return bytes(made)


def _head(root: Element, record: Outgoing) -> None:
    add(root, "realmCode", code="US")
    add(root, "typeId", root="2.16.840.1.113883.1.3", extension="POCD_HD000040")
    template(root, "1.1", "2015-08-01")
    template(root, "1.2", "2015-08-01")
    add(root, "id", root=str(uuid.uuid5(uuid.NAMESPACE_OID, record.id)))
    add(root, "code", code="34133-9", codeSystem=LOINC, displayName="Summarization of Episode Note")
    add(root, "title", record.title)
    add(root, "effectiveTime", value=hl7_moment(record.made_at))
    held = any(i.label is not Label.GENERAL for i in record.leaving())
    add(root, "confidentialityCode", code="R" if held else "N", codeSystem="2.16.840.1.113883.5.25")
    add(root, "languageCode", code="en-US")


def _patient(root: Element, record: Outgoing) -> None:
    subject = record.subject
    role = add(add(root, "recordTarget"), "patientRole")
    add(role, "id", root=str(uuid.uuid5(uuid.NAMESPACE_OID, subject.id)))
    _address(role, subject.address)
    _telecom(role, subject.phone, subject.email)
    patient = add(role, "patient")
    name = add(patient, "name", use="L")
    for given in subject.given:
        add(name, "given", given)
    add(name, "family", subject.family)
    if subject.preferred:
        add(add(patient, "name", use="P"), "given", subject.preferred)
    code = GENDERS.get(subject.gender, "")
    gender = (
        {"code": code, "codeSystem": "2.16.840.1.113883.5.1"} if code else {"nullFlavor": "UNK"}
    )
    add(patient, "administrativeGenderCode", **gender)
    born = hl7_date(subject.birth_date)
    add(patient, "birthTime", **({"value": born} if born else {"nullFlavor": "UNK"}))
    if subject.language_code:
        add(add(patient, "languageCommunication"), "languageCode", code=subject.language_code)


def _address(parent: Element, address: Address) -> None:
    if address == Address():
        add(parent, "addr", nullFlavor="UNK")
        return
    made = add(parent, "addr")
    parts = [("streetAddressLine", line) for line in address.lines]
    parts += [("city", address.city), ("state", address.state)]
    parts += [("postalCode", address.postal_code), ("country", address.country)]
    for name, words in parts:
        if words:
            add(made, name, words)


def _telecom(parent: Element, phone: str, email: str) -> None:
    phone, email = "-".join(plain(phone).split()), plain(email).strip()
    if phone:
        add(parent, "telecom", value=f"tel:{quote(phone, safe='+().-;=')}")
    if email:
        add(parent, "telecom", value=f"mailto:{quote(email, safe='@+.-')}")
    if not phone and not email:
        add(parent, "telecom", nullFlavor="UNK")


def _npi(parent: Element, number: str) -> None:
    known = {"root": NPI, "extension": number} if number else {"nullFlavor": "UNK"}
    add(parent, "id", **known)


def _author(root: Element, record: Outgoing) -> None:
    sender = record.sender
    author = add(root, "author")
    add(author, "time", value=hl7_moment(record.made_at))
    who = add(author, "assignedAuthor")
    _npi(who, sender.clinician_npi if sender.clinician else sender.npi)
    _address(who, sender.address)
    _telecom(who, sender.phone, sender.email)
    if sender.clinician:
        add(add(who, "assignedPerson"), "name", sender.clinician)
    place = add(who, "representedOrganization")
    _npi(place, sender.npi)
    add(place, "name", sender.name)


def _custodian(root: Element, record: Outgoing) -> None:
    sender = record.sender
    keeper = add(
        add(add(root, "custodian"), "assignedCustodian"), "representedCustodianOrganization"
    )
    _npi(keeper, sender.npi)
    add(keeper, "name", sender.name)
    _telecom(keeper, sender.phone, "")
    _address(keeper, sender.address)


def _span(root: Element, record: Outgoing) -> None:
    event = add(add(root, "documentationOf"), "serviceEvent", classCode="PCPR")
    time = add(event, "effectiveTime")
    starts = record.starts or record.subject.birth_date
    low = hl7_date(starts)
    add(time, "low", **({"value": low} if low else {"nullFlavor": "UNK"}))
    add(time, "high", value=hl7_date(record.ends) or hl7_moment(record.made_at)[:8])


def _start(body: Element, title: str, code: str = "") -> Element:
    """Add a section that is narrative only, and give its text."""
    section = add(add(body, "component"), "section")
    if code:
        add(section, "code", code=code, codeSystem=LOINC)
    add(section, "title", title)
    return add(section, "text")


def _section(body: Element, what: _Section, items: list[Item]) -> None:
    section = add(add(body, "component"), "section")
    if not items:
        section.set("nullFlavor", "NI")
    template(section, what.template, what.release)
    add(section, "code", code=what.code, codeSystem=LOINC, displayName=what.title)
    add(section, "title", what.title)
    text = add(section, "text")
    if not items:
        add(text, "paragraph", NOTHING)
        return
    if any(i.label is not Label.GENERAL for i in items):
        add(section, "confidentialityCode", code="R", codeSystem="2.16.840.1.113883.5.25")
    said = [i for i in items if not _narrative_only(i.entry)]
    for item, refs in zip(said, _rows(text, said), strict=True):
        write(section, item, refs, details=bool(details_of(item)))
    for item in items:
        if _narrative_only(item.entry):
            add(text, "paragraph", item.entry.title)


def _narrative_only(entry: Entry) -> bool:
    """Tell what is absent and CDA has no way to say so in data."""
    return entry.negated and entry.kind in WITHOUT_NO


def _rows(text: Element, items: list[Item]) -> list[Refs]:
    """Add a table of entries, and give the ids by which to refer to it."""
    refs = [Refs(number, item.entry.kind) for number, item in enumerate(items, 1)]
    rows = [_row(i.entry, r, details_of(i)) for i, r in zip(items, refs, strict=True)]
    if rows:
        table(text, ("What", "When", "Value", "Status", "Details", "From"), rows)
    return refs


def _row(entry: Entry, refs: Refs, details: str) -> tuple[Cell, ...]:
    when = " to ".join(w for w in (entry.starts, entry.ends) if w)
    values = [
        f"{m.name + ': ' if len(entry.measures) > 1 else ''}{m.comparator}{m.value} {m.unit}".strip()
        for m in entry.measures
    ]
    ranges = [
        m.reference or f"{m.low}–{m.high}" for m in entry.measures if m.reference or m.low or m.high
    ]
    shown = "; ".join(values) + (f" (reference {'; '.join(ranges)})" if ranges else "")
    status = "not so" if entry.negated and not entry.status else entry.status
    return (
        Cell(entry.title, refs.title),
        Cell(when),
        Cell(shown),
        Cell(status),
        Cell(details, refs.details if details else ""),
        Cell(entry.author),
    )


def details_of(item: Item) -> str:
    """Put what else an entry says into one line."""
    entry = item.entry
    parts = [*(f"{label}: {words}" for label, words in entry.lines), entry.text]
    if item.label is Label.PART2:
        parts.append(PROTECTED)
    return "; ".join(p for p in parts if p)


def _code_of(entry: Entry) -> str:
    """Give the code of the section that an entry of words stands in."""
    if entry.kind is Kind.OTHER:
        return next((s.code for s in SECTIONS if s.title.lower() == entry.title.lower()), "")
    return CODES.get(entry.kind, "")


def _words(body: Element, item: Item) -> None:
    """Add the narrative of an entry that is no data as a section of its own."""
    entry = item.entry
    text = _start(body, entry.title, _code_of(entry))
    from_html(text, entry.html)
    for fact in (entry.starts, entry.author, details_of(item)):
        if fact and not entry.negated:
            add(text, "paragraph", fact)
    if not len(text):
        add(text, "paragraph", entry.title)


def _coverages(body: Element, record: Outgoing) -> None:
    if not record.coverages:
        return
    headings = ("Payer", "Plan", "Member ID", "Group", "Policy holder")
    rows = [
        (Cell(c.payer), Cell(c.plan), Cell(c.member_id), Cell(c.group), Cell(c.holder))
        for c in sorted(record.coverages, key=lambda c: c.order)
    ]
    table(_start(body, "Insurance", "48768-6"), headings, rows)


def _visits(body: Element, record: Outgoing) -> None:
    if not record.visits:
        return
    rows = [
        (Cell(v.title), Cell(f"{v.starts_at:%Y-%m-%d %H:%M %Z}"), Cell(v.clinician), Cell(v.status))
        for v in record.visits
    ]
    table(_start(body, "Appointments"), ("What", "When", "With", "Status"), rows)


def _files(body: Element, record: Outgoing) -> None:
    files = list(record.files())
    if not files:
        return
    rows = [(Cell(f.title or f.name), Cell(f.media_type), Cell(f.path or f.name)) for f in files]
    table(_start(body, "Files"), ("Title", "Kind", "Name"), rows)
