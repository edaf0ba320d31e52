"""What a form takes from the chart, and what its answers would change there.

Nothing is written into the chart: a different answer becomes a change that the practice decides on.
"""

from portal_app.rules.documents.answers import Answers
from portal_app.rules.documents.questionnaire import Questionnaire
from portal_app.security.access import Work
from portal_app.services.demographics import requests

FIELDS = {
    "patient.first_name": "given",
    "patient.last_name": "family",
    "patient.preferred_name": "preferred",
    "patient.birth_date": "birth_date",
    "patient.phone": "phone",
}
"""What a question begins with -> the field of ``rules.demographics`` that its answer may change.

An e-mail address is a login's, so that an answer never changes it.
"""


def known(work: Work) -> dict[str, str]:
    """Give what the chart knows, for the questions that begin with it."""
    patient = work.patient
    values = {
        "patient.first_name": patient.given,
        "patient.last_name": patient.family,
        "patient.preferred_name": patient.preferred,
        "patient.birth_date": patient.birth_date.isoformat() if patient.birth_date else "",
        "patient.phone": patient.phone or "",
        "patient.email": patient.email or "",
    }
    return {name: value for name, value in values.items() if value}


def changed(work: Work, questionnaire: Questionnaire, answers: Answers) -> dict[str, str]:
    """Give the answers that differ from what the chart knows."""
    before = known(work)
    found = {}
    for item in questionnaire.walk():
        given = answers.get(item.link_id, ())
        value = str(given[0]).strip() if item.prefill and len(given) == 1 else ""
        if value and value != before.get(item.prefill, ""):
            found[item.prefill] = value
    return found


def propose(work: Work, questionnaire: Questionnaire, answers: Answers, source: str) -> None:
    """Let what the answers would change in the chart wait for the practice."""
    found = changed(work, questionnaire, answers)
    values = {FIELDS[name]: value for name, value in found.items() if name in FIELDS}
    if values:
        requests.propose(work, values, source)
