"""What a definition asks and how it is scored, read from what is stored."""

from portal_app.data.instruments import rule_of
from portal_app.data.models import DocumentDefinition
from portal_app.integrations.fhir.questionnaire import parse
from portal_app.rules.documents.questionnaire import Questionnaire
from portal_app.rules.documents.scoring import Instrument, bound


def questionnaire_of(definition: DocumentDefinition) -> Questionnaire:
    """Read what is asked."""
    return parse(definition.questionnaire)


def instrument_of(definition: DocumentDefinition) -> Instrument | None:
    """Find the scale of a form and match it with its questions; None where there is none."""
    rule = rule_of(str(definition.settings.get("instrument") or ""))
    return bound(rule, questionnaire_of(definition)) if rule else None
