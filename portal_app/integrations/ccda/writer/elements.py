"""Makes the elements that CDA is built of."""

import re
import uuid
from datetime import date, datetime

from lxml import etree

from portal_app.integrations.ccda.markup import HL7, SDTC, XSI_TYPE, Element
from portal_app.integrations.ccda.values import SYSTEMS
from portal_app.rules.records import Coding

XSI = XSI_TYPE[1:].partition("}")[0]
SPACES = {None: HL7, "xsi": XSI, "sdtc": SDTC}
TEMPLATES = "2.16.840.1.113883.10.20.22"
OIDS = {address: oid for oid, address in reversed(SYSTEMS.items())}
NAMES = {
    "http://loinc.org": "LOINC",
    "http://snomed.info/sct": "SNOMED CT",
    "http://www.nlm.nih.gov/research/umls/rxnorm": "RxNorm",
    "http://hl7.org/fhir/sid/icd-10-cm": "ICD-10-CM",
    "http://hl7.org/fhir/sid/cvx": "CVX",
}
LOINC, SNOMED = "2.16.840.1.113883.6.1", "2.16.840.1.113883.6.96"
_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_OID = re.compile(r"[0-2](\.(0|[1-9][0-9]*))+\Z")
_CODE = re.compile(r"\S+\Z")
_TIME = re.compile(
    r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?(?:T(\d\d):(\d\d)(?::(\d\d))?(?:\.\d+)?(Z|[+-]\d\d:\d\d)?)?\Z"
)


def plain(words: str) -> str:
    """Leave out what XML can't hold."""
    return _NOT_XML.sub("", words)


def add(parent: Element, name: str, words: str = "", **given: str) -> Element:
    """Add an element; ``type_`` is its data type, an underscore behind a name is dropped."""
    element = etree.SubElement(parent, f"{{{HL7}}}{name}")
    for key, value in given.items():
        if key == "type_":
            element.set(XSI_TYPE, value)
        elif said := plain(value):
            element.set(key.rstrip("_"), said)
    if words:
        element.text = plain(words)
    return element


def template(parent: Element, end: str, extension: str = "") -> None:
    """Claim a template, in the release given and for readers that know only the first."""
    add(parent, "templateId", root=f"{TEMPLATES}.{end}")
    if extension:
        add(parent, "templateId", root=f"{TEMPLATES}.{end}", extension=extension)


def identify(parent: Element, *names: str) -> None:
    """Give an element an id that is the same in each export."""
    add(parent, "id", root=str(uuid.uuid5(uuid.NAMESPACE_OID, "/".join(names))))


def hl7_time(moment: str) -> str:
    """Write a FHIR date or dateTime as CDA does, at its own precision; empty where it is none."""
    found = _TIME.match(moment)
    if not found:
        return ""
    *parts, zone = found.groups()
    digits = "".join(p for p in parts if p)
    if zone and len(digits) > 8:
        digits += "+0000" if zone == "Z" else zone.replace(":", "")
    return digits


def hl7_moment(moment: datetime) -> str:
    """Write a moment."""
    return moment.strftime("%Y%m%d%H%M%S%z")


def hl7_date(day: date | None) -> str:
    """Write a day; empty where there is none."""
    return f"{day:%Y%m%d}" if day else ""


def time(parent: Element, name: str, value: str) -> Element:
    """Add a time, or that it is not known."""
    return add(parent, name, value=value) if value else add(parent, name, nullFlavor="UNK")


def span(parent: Element, starts: str, ends: str, *, typed: bool = False) -> None:
    """Add when something began and ended."""
    kind = {"type_": "IVL_TS"} if typed else {}
    element = add(parent, "effectiveTime", **kind)
    time(element, "low", hl7_time(starts))
    if end := hl7_time(ends):
        add(element, "high", value=end)


def oid(system: str) -> str:
    """Give the OID of a code system; empty where it has none that we know."""
    if system.startswith("urn:oid:"):
        found = system.removeprefix("urn:oid:")
        return found if _OID.match(found) else ""
    return OIDS.get(system, "")


def concept(
    parent: Element, name: str, codings: tuple[Coding, ...], title: str, ref: str, *, kind: str = ""
) -> Element:
    """Add a coded concept whose words stand in the narrative."""
    usable = [c for c in codings if oid(c.system) and _CODE.match(plain(c.code))]
    typed = {"type_": kind} if kind else {}
    if usable:
        first = usable[0]
        element = add(parent, name, **typed, **_coded(first, title))
    else:
        element = add(parent, name, **typed, nullFlavor="UNK")
    words = add(element, "originalText")
    add(words, "reference", value=f"#{ref}") if ref else setattr(words, "text", plain(title))
    for other in usable[1:]:
        add(element, "translation", **_coded(other, other.display))
    return element


def _coded(coding: Coding, title: str) -> dict[str, str]:
    return {
        "code": coding.code,
        "codeSystem": oid(coding.system),
        "codeSystemName": NAMES.get(coding.system, ""),
        "displayName": coding.display or title,
    }
