"""Lists of patients in the console: taken, looked at with their columns, imported, undone."""

from sqlalchemy import func, update
from sqlmodel import col, select

from portal_app.data.models import PatientImport, PatientImportRow, Practitioner
from portal_app.data.schemas.roster import ImportRow, ImportView, Judged, RowView, Undone
from portal_app.data.types import PractitionerId
from portal_app.integrations import client_list
from portal_app.integrations.client_list import ClientList
from portal_app.integrations.tables import as_csv
from portal_app.rules.errors import InvalidError, NotFoundError
from portal_app.rules.permissions import Permission
from portal_app.rules.roster import Outcome
from portal_app.security import access
from portal_app.security.access import Work
from portal_app.security.actor import Actor
from portal_app.services.roster import importing, judging

NEEDS = Permission.PRACTICE_STAFF
"""Only the owner, who reaches every chart: a list holds the patients of everybody."""
UPLOAD_MOST = 10 * 1024 * 1024
SHOWN = 20
RECENT = 20
TROUBLE = (Outcome.ASK, Outcome.REJECT, Outcome.DUPLICATE, Outcome.ADD, Outcome.SKIP)
"""In this order rows are shown: what needs a look comes first."""


def upload(actor: Actor, name: str, data: bytes) -> str:
    """Take a file as a draft; returns its id.

    Raises:
        InvalidError: no list of patients.
    """
    text, encoding = client_list.decode(data)
    found = client_list.read(text, encoding)
    plan = client_list.mapping(found.columns)
    with access.open(actor, NEEDS, writes=True, action="practice.import_upload") as work:
        batch = PatientImport(
            file_name=name[:200],
            text=text,
            mapping={str(p): f for p, f in plan.items()},
            practitioner_id=importing.default_clinician(work).id,
            made_by=work.member.name,
            created_at=work.now,
        )
        work.session.add(batch)
        work.session.flush()
        return batch.public_id


def history(actor: Actor) -> tuple[ImportRow, ...]:
    """List the newest imports."""
    with access.open(actor, NEEDS) as work:
        added = (
            select(func.count())
            .where(
                PatientImportRow.import_id == PatientImport.id,
                PatientImportRow.outcome == Outcome.ADD.value,
            )
            .correlate(PatientImport)
            .scalar_subquery()
        )
        rows = select(PatientImport, added).order_by(col(PatientImport.created_at).desc())
        return tuple(
            ImportRow(b.public_id, b.file_name, b.status, b.made_by, b.created_at, n or 0)
            for b, n in work.session.exec(rows.limit(RECENT)).all()
        )


def view(actor: Actor, key: str) -> ImportView:
    """Show a draft with what would become of its rows, or what came of an import.

    Raises:
        NotFoundError: no such import.
    """
    with access.open(actor, NEEDS) as work:
        batch = _find(work, key)
        return _draft(work, batch) if batch.status == "draft" else _done(work, batch)


def _find(work: Work, key: str) -> PatientImport:
    rows = select(PatientImport).where(PatientImport.public_id == key)
    found = work.session.exec(rows).first()
    if found is None:
        raise NotFoundError
    return found


def _judged(
    work: Work, batch: PatientImport, accepted: frozenset[int] = frozenset()
) -> tuple[ClientList, tuple[Judged, ...]]:
    found = client_list.read(batch.text)
    plan = {int(p): f for p, f in batch.mapping.items()}
    judged = judging.judge(found, plan, importing.setting(work), importing.known(work), accepted)
    return found, judged


def _clinicians(work: Work) -> tuple[tuple[str, str], ...]:
    rows = select(Practitioner).where(col(Practitioner.is_active)).order_by(col(Practitioner.name))
    return tuple((str(p.id), p.name) for p in work.session.exec(rows).all())


def _draft(work: Work, batch: PatientImport) -> ImportView:
    found, judged = _judged(work, batch)
    ranked = sorted(judged, key=lambda j: (TROUBLE.index(j.outcome), j.number))
    rows = [
        RowView(
            j.number,
            j.name,
            j.person.birth_date.isoformat() if j.person.birth_date else "",
            j.outcome.value,
            " ".join(w for w in (j.why, *j.notes) if w),
        )
        for j in ranked[:SHOWN]
    ]
    example = found.rows[0]
    return ImportView(
        id=batch.public_id,
        file_name=batch.file_name,
        status="draft",
        columns=tuple(
            (name or f"Column {place + 1}", batch.mapping.get(str(place), ""), example[place][:40])
            for place, name in enumerate(found.columns)
        ),
        clinicians=_clinicians(work),
        clinician=str(batch.practitioner_id or ""),
        counts=tuple((o.value, n) for o in TROUBLE if (n := sum(j.outcome is o for j in judged))),
        rows=tuple(rows),
        more=max(0, len(judged) - SHOWN),
        families=len(judging.families(judged)),
    )


def _done(work: Work, batch: PatientImport) -> ImportView:
    of_batch = PatientImportRow.import_id == batch.id
    counted = select(PatientImportRow.outcome, func.count()).where(of_batch)
    counts = dict(work.session.exec(counted.group_by(col(PatientImportRow.outcome))).all())
    rows = (
        select(PatientImportRow)
        .where(of_batch)
        .order_by((col(PatientImportRow.outcome) == "add"), col(PatientImportRow.number))
        .limit(SHOWN)
    )
    return ImportView(
        id=batch.public_id,
        file_name=batch.file_name,
        status=batch.status,
        columns=(),
        clinicians=(),
        clinician="",
        counts=tuple(sorted(counts.items())),
        rows=tuple(
            RowView(r.number, r.name, "", r.outcome, r.why, r.chart)
            for r in work.session.exec(rows).all()
        ),
        more=max(0, sum(counts.values()) - SHOWN),
        done_at=batch.done_at,
        undone_at=batch.undone_at,
    )


def save_plan(actor: Actor, key: str, plan: dict[str, str], clinician: str) -> None:
    """Save what each column fills, and whose patients the others are.

    Raises:
        InvalidError: two columns fill one field, or no column names people.
        NotFoundError: no such draft.
    """
    with access.open(actor, NEEDS, writes=True, action="practice.import_plan", target=key) as work:
        batch = _find_draft(work, key)
        wanted = {p: f for p, f in plan.items() if f}
        if not all(p.isdigit() and f in client_list.WORDS for p, f in wanted.items()):
            raise InvalidError("Choose one of the list.")
        twice = [f for f in wanted.values() if list(wanted.values()).count(f) > 1]
        if twice:
            raise InvalidError(f"Two columns fill “{client_list.WORDS[twice[0]]}”.")
        importing.check_plan({int(p): f for p, f in wanted.items()})
        people = {k: k for k, _ in _clinicians(work)}
        if clinician not in people:
            raise InvalidError("Choose a clinician.", field="clinician")
        batch.mapping = wanted
        batch.practitioner_id = _practitioner(work, clinician).id
        work.session.add(batch)


def _practitioner(work: Work, key: str) -> Practitioner:
    rows = select(Practitioner).where(col(Practitioner.is_active))
    return next(p for p in work.session.exec(rows).all() if str(p.id) == key)


def _find_draft(work: Work, key: str) -> PatientImport:
    batch = _find(work, key)
    if batch.status != "draft":
        raise InvalidError("This list is imported already.")
    return batch


def run_import(actor: Actor, key: str, accepted: frozenset[int]) -> int:
    """Import a draft; returns how many patients were added.

    Args:
        actor: who imports.
        key: of the draft.
        accepted: rows to be looked at that are added all the same.

    Raises:
        InvalidError: it was imported already, or nobody can be added.
        NotFoundError: no such draft.
    """
    with access.open(actor, NEEDS, writes=True, action="practice.import", target=key) as work:
        batch = _find_draft(work, key)
        taken = work.session.execute(
            update(PatientImport)
            .where(col(PatientImport.id) == batch.id, col(PatientImport.status) == "draft")
            .values(status="running")
            .execution_options(synchronize_session=False)
        )
        if taken.rowcount != 1:  # type: ignore[attr-defined]
            raise InvalidError("This list is imported already.")
        importing.check_plan({int(p): f for p, f in batch.mapping.items()})
        _, judged = _judged(work, batch, accepted)
        clinician = (
            work.session.get(Practitioner, PractitionerId(batch.practitioner_id))
            if (batch.practitioner_id)
            else None
        )
        added = sum(j.outcome is Outcome.ADD for j in judged)
        if not added:
            raise InvalidError("There is nobody to add.")
        importing.write(work, batch, judged, clinician or importing.default_clinician(work))
        return added


def undo(actor: Actor, key: str) -> Undone:
    """Take an import back, as far as nobody has used what it made.

    Raises:
        InvalidError: it was not imported, or undone already.
        NotFoundError: no such import.
    """
    with access.open(actor, NEEDS, writes=True, action="practice.import_undo", target=key) as work:
        return importing.undo(work, _find(work, key))


def discard(actor: Actor, key: str) -> None:
    """Put a draft away, and the file with it.

    Raises:
        InvalidError: it is imported already.
        NotFoundError: no such draft.
    """
    with access.open(
        actor, NEEDS, writes=True, action="practice.import_discard", target=key
    ) as work:
        work.session.delete(_find_draft(work, key))


def outcome(actor: Actor, key: str) -> tuple[str, bytes]:
    """Write what became of every row as CSV, with no formula among the cells.

    Raises:
        NotFoundError: no such import.
    """
    with access.open(
        actor, NEEDS, writes=True, action="practice.import_outcome", target=key
    ) as work:
        batch = _find(work, key)
        rows = select(PatientImportRow).where(PatientImportRow.import_id == batch.id)
        found = work.session.exec(rows.order_by(col(PatientImportRow.number))).all()
        lines = [("Row", "Name", "Outcome", "Why", "The row as it was")]
        lines += [(str(r.number), r.name, r.outcome, r.why, r.line) for r in found]
        return "import.csv", as_csv(lines)
