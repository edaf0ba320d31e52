"""Forms: what is asked, what was answered, and what a rating scale makes of the answers.

The shape is a subset of FHIR R4 Questionnaire (https://hl7.org/fhir/R4/questionnaire.html): what
`portal_app/integrations/fhir/questionnaire.py` reads and writes, and nothing of our own beside it.
"""

from enum import StrEnum


class DocumentKind(StrEnum):
    """The four labels of the one engine."""

    ADMIN_FORM = "admin_form"
    QUESTIONNAIRE = "questionnaire"
    RATING_SCALE = "rating_scale"
    E_CONSENT = "e_consent"


WORDS = {
    DocumentKind.ADMIN_FORM: "Admin form",
    DocumentKind.QUESTIONNAIRE: "Questionnaire",
    DocumentKind.RATING_SCALE: "Rating scale",
    DocumentKind.E_CONSENT: "Consent",
}
"""How each kind is called on screen."""
