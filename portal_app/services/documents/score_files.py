"""Scores over time as a file, for the person and for the practice."""

from portal_app.integrations.tables import as_csv
from portal_app.rules.permissions import Permission
from portal_app.security import access
from portal_app.security.access import Work
from portal_app.security.actor import Actor
from portal_app.services.documents import scores

NAME = "scores.csv"
HEAD = ("Form", "Date", "Score", "Range")


def for_patient(actor: Actor, chart: str) -> bytes:
    """Write the scores that the practice shows to the patient."""
    with access.open(
        actor, Permission.DOCUMENTS_FILL, chart=chart, action="documents.scores"
    ) as work:
        return _file(work, for_patient=True)


def for_practice(actor: Actor, chart: str) -> bytes:
    """Write all scores of a chart."""
    with access.open(
        actor, Permission.PRACTICE_FORMS, chart=chart, action="documents.scores"
    ) as work:
        return _file(work, for_patient=False)


def _file(work: Work, *, for_patient: bool) -> bytes:
    rows = [
        (view.title, f"{point.at.astimezone(work.zone):%Y-%m-%d}", f"{point.value:g}", point.band)
        for view in scores.trends(work, for_patient=for_patient)
        for point in view.points
    ]
    return as_csv([HEAD, *rows])
