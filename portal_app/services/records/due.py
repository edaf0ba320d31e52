"""What happens to records by itself: a release comes due, a forgotten upload goes."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select as pick
from sqlmodel import col, select

from portal_app.data.models import Chart, Patient, Practitioner, RecordEntry, StoredFile
from portal_app.data.types import ChartId
from portal_app.rules.permissions import Permission
from portal_app.rules.records import Label
from portal_app.security.access import ChartOpened, Work
from portal_app.security.system import open_system
from portal_app.services import news
from portal_app.services.records import entries, writing

LOOK_BACK = timedelta(hours=12)
KEEP_UPLOADS = timedelta(days=1)
AT_ONCE = 200


class Releases:
    """Notices what is released, here, at its time, or by a command beside this process."""

    def __init__(self, public_url: str) -> None:
        """Know where the portal is reached, for the mails."""
        self._url = public_url
        self._told: set[tuple[ChartId, datetime]] = set()
        self._begun = False

    def tell(self) -> int:
        """Tell open pages and, by mail, the patient's side; returns about how many charts."""
        with open_system("releases come due", writes=False) as work:
            found = _released(work)
        new = found - self._told
        self._told = found
        if not new:
            return 0
        charts = {chart for chart, _ in new}
        with open_system("what was released is told") as work:
            for chart, moment in sorted(new, key=lambda pair: pair[1]):
                self._tell(work, chart, moment)
        return len(charts)

    def _tell(self, work: Work, chart_id: ChartId, moment: datetime) -> None:
        chart = work.session.get_one(Chart, chart_id)
        patient = work.session.get_one(Patient, chart.patient_id)
        clinician = work.session.get_one(Practitioner, chart.practitioner_id)
        work.facts = ChartOpened(chart, patient, clinician, ())
        work.announce(entries.topic(chart.public_id))
        news.tell_patient_side(
            work,
            f"records-{chart.public_id}-{moment.astimezone(UTC):%Y%m%dT%H%M%S%f}",
            Permission.RECORDS_VIEW,
            "There is something new in your health records.",
            "demographics?tab=records",
            self._url,
        )


def _released(work: Work) -> set[tuple[ChartId, datetime]]:
    rows = (
        pick(RecordEntry.chart_id, RecordEntry.released_at)  # type: ignore[call-overload]
        .where(
            col(RecordEntry.released_at) > work.now - LOOK_BACK,
            col(RecordEntry.released_at) <= work.now,
            col(RecordEntry.withdrawn_at).is_(None),
            col(RecordEntry.label) != Label.PSYCHOTHERAPY.value,
        )
        .distinct()
        .order_by(col(RecordEntry.released_at).desc())
        .limit(AT_ONCE)
    )
    return {(chart, moment) for chart, moment in work.session.execute(rows).all()}


def sweep_uploads() -> int:
    """Forget files that were chosen and never taken; their bytes go with the orphans."""
    with open_system("forgotten uploads go") as work:
        old = select(StoredFile).where(
            StoredFile.kind == writing.WAITING,
            col(StoredFile.uploaded_at) < work.now - KEEP_UPLOADS,
        )
        rows = work.session.exec(old.limit(AT_ONCE)).all()
        for row in rows:
            work.session.delete(row)
        return len(rows)
