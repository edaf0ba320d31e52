"""Reads Coverage: who pays.

Source: https://hl7.org/fhir/R4/coverage.html
"""

from dataclasses import dataclass

from portal_app.integrations.fhir.bundle import Bundle, Resource, as_dict, as_line, as_list
from portal_app.rules.demographics import HOLDERS

ENDED = frozenset({"cancelled", "draft", "entered-in-error"})
LAST = 1000


@dataclass(frozen=True)
class Insurance:
    """One insurance as the file tells it; what it does not tell is empty."""

    payer: str
    member_id: str
    group_number: str
    holder: str
    holder_relation: str
    order: int


def read_coverages(bundle: Bundle) -> tuple[Insurance, ...]:
    """Read what is in force, the primary one first."""
    found = [_coverage(bundle, c) for c in bundle.of("Coverage") if _holds(c)]
    return tuple(sorted((c for c in found if c.payer or c.member_id), key=lambda c: c.order))


def _holds(value: Resource) -> bool:
    return as_line(value.get("status")) not in ENDED


def _coverage(bundle: Bundle, value: Resource) -> Insurance:
    payors = [as_dict(p) for p in as_list(value.get("payor"))]
    identifiers = [as_dict(i) for i in as_list(value.get("identifier"))]
    numbers = (as_line(value.get("subscriberId")), *(as_line(i.get("value")) for i in identifiers))
    order = value.get("order")
    return Insurance(
        payer=next((p for p in (_payer(bundle, p) for p in payors) if p), ""),
        member_id=next((n for n in numbers if n), ""),
        group_number=_group(value),
        holder=as_line(as_dict(value.get("policyHolder")).get("display"))
        or as_line(as_dict(value.get("subscriber")).get("display")),
        holder_relation=_relation(as_dict(value.get("relationship"))),
        order=order if isinstance(order, int) and 0 < order < LAST else LAST,
    )


def _payer(bundle: Bundle, reference: Resource) -> str:
    """Name the payer: the reference's own words, or the organisation that it points at."""
    if words := as_line(reference.get("display")):
        return words
    target = as_line(reference.get("reference"))
    named = (o for o in bundle.of("Organization") if target and target in bundle.named(o))
    return next((as_line(o.get("name")) for o in named), "")


def _group(value: Resource) -> str:
    for item in as_list(value.get("class")):
        kind = as_dict(as_dict(item).get("type"))
        codes = {as_line(as_dict(c).get("code")) for c in as_list(kind.get("coding"))}
        if "group" in codes:
            return as_line(as_dict(item).get("value"))
    return ""


def _relation(value: Resource) -> str:
    codes = [as_line(as_dict(c).get("code")) for c in as_list(value.get("coding"))]
    # FHIR names what the patient is to the holder; the form asks who the holder is
    turned = {"child": "parent", "parent": "child", "common": "spouse"}
    return next((k for c in codes if (k := turned.get(c, c)) in HOLDERS), "")
