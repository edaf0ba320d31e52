"""Tells which version of FHIR a bundle is written in; only R4 is read.

A bundle does not say its version. These marks do: elements that one version has and R4 has not.
Sources: https://hl7.org/fhir/R4/diff.html, https://hl7.org/fhir/R5/diff.html
"""

from portal_app.integrations.fhir.bundle import Bundle, Resource, as_dict, as_list, as_text
from portal_app.rules.errors import InvalidError

OLD_SYSTEMS = ("http://hl7.org/fhir/v2/", "http://hl7.org/fhir/v3/")
DSTU2_KINDS = frozenset({"MedicationOrder", "DiagnosticOrder", "ProcedureRequest"})
STU3_KINDS = frozenset({"ReferralRequest", "EligibilityRequest", "DataElement"})
LOOKED_AT = 200


def refuse_other_versions(bundle: Bundle) -> None:
    """Refuse what is not R4.

    Raises:
        InvalidError: names the version that it seems to be.
    """
    version = _version(bundle)
    if version:
        raise InvalidError(
            f"This file is FHIR {version}. Ask its sender for FHIR R4, which can be read here."
        )


def _version(bundle: Bundle) -> str:
    kinds = set(bundle.resources)
    if kinds & {"MedicationOrder", "DiagnosticOrder"}:
        return "DSTU2"
    if kinds & (STU3_KINDS | DSTU2_KINDS):
        return "STU3"
    for kind, resources in bundle.resources.items():
        for resource in resources[:LOOKED_AT]:
            if found := _mark(kind, resource):
                return found
    return ""


def _mark(kind: str, resource: Resource) -> str:
    if kind in {"Condition", "AllergyIntolerance"} and isinstance(
        resource.get("clinicalStatus"), str
    ):
        return "STU3"
    if kind == "Immunization" and ("notGiven" in resource or "wasNotGiven" in resource):
        return "STU3"
    if kind == "Patient" and _old_codes(resource):
        return "STU3"
    if kind == "MedicationRequest" and as_dict(resource.get("medication")):
        return "R5"
    if kind == "Encounter" and "actualPeriod" in resource:
        return "R5"
    return ""


def _old_codes(patient: Resource) -> bool:
    held = [as_dict(patient.get("maritalStatus"))]
    held += [as_dict(as_dict(i).get("type")) for i in as_list(patient.get("identifier"))]
    for extension in map(as_dict, as_list(patient.get("extension"))):
        held.append(as_dict(extension.get("valueCodeableConcept")))
    systems = [as_text(as_dict(c).get("system")) for h in held for c in as_list(h.get("coding"))]
    return any(s.startswith(OLD_SYSTEMS) for s in systems)
