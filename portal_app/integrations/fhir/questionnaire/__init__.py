"""FHIR R4 Questionnaire: our forms are stored as that and as nothing else.

Source: https://hl7.org/fhir/R4/questionnaire.html and, for what stands in extensions,
https://hl7.org/fhir/R4/questionnaire-profiles.html. What is not known here stays in the resource
where it stood.
"""

from portal_app.integrations.fhir.questionnaire.reading import (
    BYTES_MOST,
    HIDDEN,
    Imported,
    as_number,
    parse,
    read_questionnaire,
    read_resource,
)
from portal_app.integrations.fhir.questionnaire.writing import write, write_answer

__all__ = [
    "BYTES_MOST",
    "HIDDEN",
    "Imported",
    "as_number",
    "parse",
    "read_questionnaire",
    "read_resource",
    "write",
    "write_answer",
]
