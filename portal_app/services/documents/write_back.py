"""What a form takes from the chart, and what its answers would change there.

Nothing is written into the chart: a different answer becomes a change that the practice decides on.
"""

from collections.abc import Callable, Mapping

from portal_app.rules.documents.answers import Answers
from portal_app.rules.documents.questionnaire import Questionnaire
from portal_app.security.access import Work

Propose = Callable[[Work, Mapping[str, str], str], object]
PROPOSERS: list[Propose] = []
"""Who takes proposed changes: values by the name of what they change, and where they come from."""


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
    """Propose what the answers would change in the chart."""
    values = changed(work, questionnaire, answers)
    if values:
        for take in PROPOSERS:
            take(work, values, source)
