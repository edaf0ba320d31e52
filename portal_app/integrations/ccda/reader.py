"""Reads a C-CDA document, each entry on its own: what can't be read never takes the rest along."""

import re
from collections import Counter
from dataclasses import dataclass, field, replace

from portal_app.integrations.ccda.absence import says_absent
from portal_app.integrations.ccda.bodies import Body, media, unstructured
from portal_app.integrations.ccda.header import read_person
from portal_app.integrations.ccda.markup import Element, attribute, every, one, parse, tidy, walk
from portal_app.integrations.ccda.narrative import Narrative
from portal_app.integrations.ccda.sections import Part, part, statements
from portal_app.integrations.ccda.statement import Statement
from portal_app.integrations.ccda.statements import read
from portal_app.integrations.ccda.values import moment, party, person_name
from portal_app.integrations.records import RecordFile
from portal_app.rules.errors import InvalidError
from portal_app.rules.records import EmbeddedFile, Entry, Kind, Unread

SECTIONS_MOST = 500
ENTRIES_MOST = 20_000
FORMAT = "ccda"
_DATE = re.compile(r"[\d/:. -]+")


@dataclass
class _Reading:
    """What has been read so far."""

    document: str
    """Identity of the document."""
    written: str
    source: str
    entries: list[Entry] = field(default_factory=list)
    files: list[EmbeddedFile] = field(default_factory=list)
    unread: Counter[tuple[str, str]] = field(default_factory=Counter)
    keys: Counter[tuple[Kind, str]] = field(default_factory=Counter)

    def add(self, entry: Entry) -> Entry:
        """Keep an entry under a key that no other one of its kind in this document has."""
        self.keys[entry.kind, entry.key] += 1
        number = self.keys[entry.kind, entry.key]
        key = entry.key if number == 1 else f"{entry.key}-{number}"
        self.entries.append(replace(entry, key=key))
        if len(self.entries) > ENTRIES_MOST:
            raise InvalidError("This file holds too many entries to import.")
        return self.entries[-1]


def read_ccda(data: bytes) -> RecordFile:
    """Read a document as far as it can be read.

    Raises:
        InvalidError: no XML, no clinical document, not one patient, or beyond reason.
    """
    root, whole = parse(data)
    person = read_person(root)
    reading = _Reading(
        _identity(root), moment(attribute(one(root, "effectiveTime"), "value")), _source(root)
    )
    sections = list(walk(root, "section"))
    if len(sections) > SECTIONS_MOST:
        raise InvalidError("This file holds too many sections to import.")
    for number, section in enumerate(sections):
        _section(reading, section, number)
    for body in every(root, "component", "nonXMLBody"):
        _body(reading, root, body)
    notes = (
        [] if whole else ["Some characters of this file can’t be read. Compare it with its source."]
    )
    if not reading.entries:
        notes.append("This document holds nothing that could be shown.")
    return RecordFile(
        format=FORMAT,
        person=person,
        entries=tuple(reading.entries),
        unread=tuple(Unread(kind, count, why) for (kind, why), count in reading.unread.items()),
        files=tuple(reading.files),
        notes=tuple(notes),
    )


def _identity(root: Element) -> str:
    given = one(root, "id")
    return f"{attribute(given, 'root')}^{attribute(given, 'extension')}"[:200]


def _source(root: Element) -> str:
    """Name whoever wrote the document, else whoever keeps it."""
    keeper = one(root, "custodian", "assignedCustodian", "representedCustodianOrganization", "name")
    authors = [words for a in every(root, "author") if (words := party(a))]
    return (authors[0] if authors else "") or person_name(keeper)


def _section(reading: _Reading, section: Element, number: int) -> None:
    what, narrative = part(section), Narrative(one(section, "text"))
    title = tidy("".join(e.itertext()) if (e := one(section, "title")) is not None else "")
    title = title or (what.heading if what else attribute(one(section, "code"), "displayName"))
    read_all = what is not None and _entries(reading, section, what, narrative, title)
    for found in media(section, reading.document):
        _keep(reading, found)
    if read_all or not (html := narrative.html):
        return
    nothing = says_absent(narrative.text) or section.get("nullFlavor") is not None
    reading.add(
        Entry(
            what.kind if what else Kind.OTHER,
            title[:300] or "Section without a title",
            negated=nothing or _only_says_absent(section, title),
            starts=reading.written,
            html=html,
            author=reading.source,
            key=f"{reading.document}/section-{attribute(one(section, 'code'), 'code') or number}",
        )
    )


def _only_says_absent(section: Element, title: str) -> bool:
    """Tell whether each row of the narrative says that there is nothing."""
    text = one(section, "text")
    rows = [
        tidy(" ".join(r.itertext()))
        for name in ("td", "item", "paragraph")
        for r in walk(text, name)
    ]
    said = [r for r in rows if r and r != title and not _DATE.fullmatch(r)]
    return bool(said) and all(says_absent(r) for r in said)


def _entries(
    reading: _Reading, section: Element, what: Part, narrative: Narrative, title: str
) -> bool:
    """Read a section's entries; whether each of them could be."""
    found = [(entry, s) for entry in every(section, "entry") for s in statements(entry, what)]
    lost = 0
    for entry, element in found:
        made = read(Statement(element, entry, narrative, what, reading.source, title))
        if made is None:
            lost += 1
        else:
            reading.add(made)
    if lost:
        reading.unread[title, "It has no name; the words of the whole section are kept."] += lost
    return bool(found) and not lost


def _body(reading: _Reading, root: Element, element: Element) -> None:
    title = tidy("".join(e.itertext()) if (e := one(root, "title")) is not None else "")
    title = title or attribute(one(root, "code"), "displayName") or "Document"
    body = unstructured(element, title)
    if body.why:
        reading.unread["Document", body.why] += 1
        return
    entry = reading.add(
        Entry(
            Kind.DOCUMENT,
            title[:300],
            starts=reading.written,
            html=body.html,
            author=reading.source,
            key=f"{reading.document}/body",
        )
    )
    if body.file:
        reading.files.append(replace(body.file, entry_key=entry.key))


def _keep(reading: _Reading, body: Body) -> None:
    if body.why:
        reading.unread["Picture", body.why] += 1
    elif body.file:
        entry = reading.add(
            Entry(
                Kind.DOCUMENT,
                body.file.name,
                starts=reading.written,
                author=reading.source,
                key=body.file.entry_key,
            )
        )
        reading.files.append(replace(body.file, entry_key=entry.key))
