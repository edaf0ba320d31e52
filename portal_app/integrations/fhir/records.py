"""Reads a health record from a FHIR R4 bundle, resource by resource, and loses none.

What has a group of its own becomes an entry of that kind; everything else becomes an entry of the
kind ``other`` with the resource as it came. Only what was entered in error, and what names another
person, is left out, and told.

Source: https://hl7.org/fhir/R4/resourcelist.html
"""

from collections import Counter
from dataclasses import dataclass, field, replace

from portal_app.integrations.fhir.attachments import Attachments
from portal_app.integrations.fhir.bundle import (
    Bundle,
    Resource,
    as_dict,
    as_list,
    as_text,
    read_bundle,
)
from portal_app.integrations.fhir.clinical import read_resource, spoken
from portal_app.integrations.fhir.links import Links, title_of
from portal_app.integrations.fhir.person import Person, read_person
from portal_app.integrations.fhir.values import concept, words
from portal_app.integrations.fhir.version import refuse_other_versions
from portal_app.integrations.records import RecordFile
from portal_app.rules.records import Entry, Unread

PERSON = frozenset({"Patient", "RelatedPerson"})
"""Read as the person, not as entries of the record."""
BESIDES = frozenset({"Appointment", "Communication"})
"""Visits and conversations, where they are read by their own readers."""
ENTERED_IN_ERROR = "It was entered in error."
SOMEBODY_ELSE = "It is about another person."
SUBJECTS = ("subject", "patient", "beneficiary", "individual")
AUTHORS = ("author", "requester", "recorder", "asserter", "performer", "participant", "provider")


@dataclass
class _Reading:
    """What is gathered while a bundle is read."""

    links: Links
    own: frozenset[str]
    entries: list[Entry] = field(default_factory=list)
    attachments: Attachments = field(default_factory=Attachments)
    left: Counter[tuple[str, str]] = field(default_factory=Counter)

    def read(self, kind: str, resource: Resource) -> None:
        """Read a resource as an entry, or count why not."""
        if _in_error(resource):
            self.left[kind, ENTERED_IN_ERROR] += 1
        elif self._about_another(resource):
            self.left[kind, SOMEBODY_ELSE] += 1
        else:
            entry = read_resource(self.links, kind, resource)
            self.entries.append(self._finished(kind, resource, entry))

    def _about_another(self, resource: Resource) -> bool:
        """Tell what names another patient; Patient/a of one server is that of any other."""
        for subject in SUBJECTS:
            name = as_text(as_dict(resource.get(subject)).get("reference")).split("/_history")[0]
            tail = "/".join(name.split("/")[-2:])
            named = tail.startswith("Patient/") or name.startswith("urn:uuid:")
            if named and self.own and not {name, tail} & self.own:
                return True
        return False

    def _finished(self, kind: str, resource: Resource, entry: Entry) -> Entry:
        key = _key(kind, resource, len(self.entries))
        kept = self.attachments.without(kind, resource, key)
        for fault in self.attachments.faults:
            self.left[kind, fault] += 1
        self.attachments.faults.clear()
        writers = (self.links.named(resource.get(a), resource) for a in AUTHORS)
        return replace(
            entry,
            title=entry.title or title_of(resource) or spoken(kind),
            status=entry.status or words(resource.get("status"), 60),
            author=entry.author or next((w for w in writers if w), ""),
            key=key,
            resource=kept,
        )


def read_record(data: bytes) -> RecordFile:
    """Read a bundle of one person from JSON in UTF-8, UTF-16 or UTF-32, also gzipped.

    Raises:
        InvalidError: no bundle, another version of FHIR, no patient, more than one.
    """
    bundle = read_bundle(data)
    refuse_other_versions(bundle)
    return read_entries(bundle, read_person(bundle))


def read_entries(
    bundle: Bundle, person: Person, *, besides: frozenset[str] = frozenset()
) -> RecordFile:
    """Read the entries of an opened bundle.

    Args:
        bundle: the opened bundle.
        person: whose it is.
        besides: kinds of resources that somebody else reads.
    """
    reading = _Reading(Links.of(bundle), person.references)
    for kind, resources in bundle.resources.items():
        for resource in resources if kind not in PERSON | besides else ():
            reading.read(kind, resource)
    unread = [Unread(kind, count, why) for (kind, why), count in sorted(reading.left.items())]
    files = tuple(reading.attachments.files)
    return RecordFile("fhir", person, tuple(reading.entries), tuple(unread), files)


def _key(kind: str, resource: Resource, position: int) -> str:
    for told in map(as_dict, as_list(resource.get("identifier"))[:3]):
        value, system = words(told.get("value")), words(told.get("system"))
        if value and system:
            return f"{kind}|{system}|{value}"
    name = words(resource.get("id"), 120)
    return f"{kind}/{name}" if name else f"{kind}#{position}"


def _in_error(resource: Resource) -> bool:
    states = (resource.get("status"), *concept(resource.get("verificationStatus")).codes())
    return "entered-in-error" in states
