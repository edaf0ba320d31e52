"""A record taken along: as PDF, and as one file with everything in open formats.

What is in them is what the person sees on the page, by the same clause.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import timedelta

from markupsafe import Markup
from sqlmodel import col, or_, select

from portal_app.data.models import RecordExport, StoredFile
from portal_app.data.schemas.health_records import ExportView, RecordFilter, RecordGroup
from portal_app.integrations import pdf, record_zip
from portal_app.integrations.ccda.writer.document import write_ccd
from portal_app.integrations.files import FileStore
from portal_app.integrations.outgoing import (
    REDISCLOSURE,
    Attachment,
    Item,
    Outgoing,
    Sender,
    Subject,
)
from portal_app.integrations.record_zip import Part
from portal_app.rules.errors import (
    ConflictError,
    InvalidError,
    NotFoundError,
    PortalError,
    TooManyError,
)
from portal_app.rules.health_records import BY_KEY, GROUPS
from portal_app.rules.permissions import Permission
from portal_app.rules.records import Label
from portal_app.security import access
from portal_app.security.access import Work
from portal_app.security.actor import Actor
from portal_app.security.system import open_system
from portal_app.services import files
from portal_app.services.records import reading
from portal_app.services.records.export_state import (
    KEPT,
    STALE,
    content_hash,
    holds_still,
    newest,
    topic,
)

MOST = 40_000
"""Entries of one kind in a file."""
SECONDS_FOR_ALL = 120.0
PER_DAY = 20
FILES_MOST = 200 * 1024 * 1024
KIND = "record_export"
ZIP = "application/zip"
PDF_NAME = "health-record.pdf"
PDF_AT = 1
"""Where the PDF stands among the parts of the file."""
FORMATS: tuple[tuple[str, str, Callable[[Outgoing], bytes]], ...] = (
    ("health-record-fhir-r4.json", "for programs: a FHIR R4 bundle", record_zip.as_json),
    ("health-record-ccd.xml", "for programs: a C-CDA document (CCD)", write_ccd),
)
"""Formats for programs: name of the file, words about it, and what writes it."""
LONG_WORD = re.compile(r"((?:&#?\w{1,8};|[^\s<>&]){64})(?=[^\s<])")
"""A run without a place to break; the engine takes minutes for a long one."""
TOO_BIG = "This is too much for one PDF. Choose fewer days, or one part of the record."


@dataclass(frozen=True)
class _Page:
    """What a PDF needs to be drawn, read in one unit of work."""

    values: dict[str, str]
    groups: tuple[RecordGroup, ...]
    part2: bool
    chosen: str
    range: str
    clinician: str

    def html(self) -> str:
        html = pdf.page(
            "health_records.html",
            **self.values,
            groups=self.groups,
            part2=self.part2,
            part2_notice=REDISCLOSURE,
            chosen=self.chosen,
            range=self.range,
            clinician=self.clinician,
            narrative=Markup,
        )
        return LONG_WORD.sub("\\1\u200b", html)


# ---------------------------------------------------------------- the PDF
def as_pdf(
    actor: Actor, chart: str, keys: Sequence[str], wanted: RecordFilter
) -> tuple[str, bytes]:
    """Make the record, or a part of it, as PDF: its name and its bytes.

    Raises:
        NotFoundError: out of reach, or there is no such part.
        InvalidError: the last day is before the first, or it is too much for one document.
    """
    if any(k not in BY_KEY for k in keys):
        raise NotFoundError
    if wanted.since and wanted.until and wanted.until < wanted.since:
        raise InvalidError("The last day is before the first.", field="until")
    with access.open(actor, Permission.RECORDS_DOWNLOAD, chart=chart, quiet=True) as work:
        page = _page(work, keys, wanted)
    try:
        data = pdf.render(page.html())
    except pdf.PdfError as error:
        with _opened(actor, chart) as work:
            work.announce(f"{topic(work.person.id, chart)}:no-pdf")
        raise InvalidError(TOO_BIG) from error
    # what has been taken along is logged when it leaves; who has lost the right meanwhile gets nothing
    with access.open(
        actor,
        Permission.RECORDS_DOWNLOAD,
        chart=chart,
        writes=True,
        action="records.download.pdf",
    ) as work:
        work.announce(f"{topic(work.person.id, chart)}:pdf")
        return "health-record.pdf", data


def _page(work: Work, keys: Iterable[str], wanted: RecordFilter) -> _Page:
    asked = list(keys)
    patient, wall_now = work.patient, work.now.astimezone(work.zone)
    born = patient.birth_date
    about = patient.name
    if born:
        about += f", born {born:%B} {born.day}, {born.year}"
    hour = f"{wall_now.hour % 12 or 12}:{wall_now.minute:02} {'AM' if wall_now.hour < 12 else 'PM'}"
    practice = f"{work.practice.name} {work.practice.name_second_line}".strip()
    groups = reading.groups(work, asked, wanted, MOST)
    notices = [x.notice for g in groups for x in g.lines]
    notices += [x.notice for g in groups for x in g.series]
    notices += [e.notice for g in groups for x in g.lines for e in x.earlier]
    return _Page(
        values={
            "title": f"Health record of {patient.name}",
            "practice": practice,
            "about": about,
            "made": f"{wall_now:%B} {wall_now.day}, {wall_now.year}, {hour} {wall_now.tzname()}",
        },
        groups=groups,
        part2=any(notices),
        chosen=", ".join(g.label for g in GROUPS if g.key in asked) or "Everything",
        range=_range_words(wanted),
        clinician=work.practitioner.name
        + (f", {work.practice.phone}" if work.practice.phone else ""),
    )


def _range_words(wanted: RecordFilter) -> str:
    since, until = wanted.since, wanted.until
    first = f"{since:%B} {since.day}, {since.year}" if since else ""
    last = f"{until:%B} {until.day}, {until.year}" if until else ""
    if first and last:
        return f"{first} to {last}"
    if first:
        return f"from {first} on"
    return f"up to {last}" if last else "all dates"


# ---------------------------------------------------------------- everything
def order(actor: Actor, chart: str) -> str:
    """Ask for a file with everything; gives the id under which it is made.

    Raises:
        TooManyError: too many were asked for today.
        ConflictError: one is being made.
        StepUpError: the password has to be entered again.
    """
    with access.open(
        actor,
        Permission.RECORDS_DOWNLOAD,
        chart=chart,
        writes=True,
        action="records.download.everything",
        step_up=True,
    ) as work:
        before = _of_person(work)
        if any(r.status == "due" and work.now - r.heard_at < STALE for r in before):
            raise ConflictError("Your file is being made already.")
        day = work.now - timedelta(days=1)
        if sum(r.created_at > day for r in before) >= PER_DAY:
            raise TooManyError("That is enough for one day. Try again tomorrow.")
        row = RecordExport(
            chart_id=work.chart.id,
            patient_id=work.patient.id,
            user_id=work.person.id,
            heard_at=work.now,
            created_at=work.now,
        )
        work.session.add(row)
        work.announce(topic(work.person.id, chart))
        return row.public_id


def _of_person(work: Work) -> Sequence[RecordExport]:
    rows = select(RecordExport).where(
        RecordExport.user_id == work.person.id, RecordExport.chart_id == work.chart.id
    )
    return work.session.exec(rows.order_by(col(RecordExport.created_at).desc()).limit(50)).all()


def build(actor: Actor, chart: str, export_id: str, store: FileStore) -> None:
    """Make the file that was asked for; each step is told to the person's open pages.

    It acts as the person who asked, so that nothing gets into it that she may not see.
    """

    def tell(done: int) -> None:
        with _opened(actor, chart) as work:
            row = _find(work, export_id)
            row.done, row.heard_at = done, work.now
            work.session.add(row)
            work.announce(topic(work.person.id, chart))

    try:
        parts, holds = _parts(store, actor, chart, export_id, tell)
        data = record_zip.pack(parts, access.now())
        with _opened(actor, chart) as work:
            row = _find(work, export_id)
            file = files.keep(store, work, KIND, "health-record.zip", ZIP, data)
            page = files.keep(store, work, KIND, PDF_NAME, "application/pdf", parts[PDF_AT].data)
            work.session.flush()
            row.status, row.done, row.file_id = "ready", 100, file.id
            row.pdf_file_id = page.id
            row.holds, row.ready_at = holds, work.now
            work.session.add(row)
            work.announce(topic(work.person.id, chart))
    except Exception:
        # where the person has lost the right meanwhile, the next sweep gives the row up
        with suppress(PortalError), _opened(actor, chart) as work:
            row = _find(work, export_id)
            row.status = "failed"
            work.session.add(row)
            work.announce(topic(work.person.id, chart))
        raise


def _opened(actor: Actor, chart: str) -> AbstractContextManager[Work]:
    return access.open(actor, Permission.RECORDS_DOWNLOAD, chart=chart, writes=True, quiet=True)


def _find(work: Work, export_id: str) -> RecordExport:
    row = work.session.exec(
        select(RecordExport).where(
            RecordExport.public_id == export_id,
            RecordExport.user_id == work.person.id,
            RecordExport.status == "due",
        )
    ).first()
    if row is None:
        raise NotFoundError
    return row


def export(actor: Actor, chart: str) -> ExportView:
    """Tell how far the person's newest file is."""
    with access.open(actor, Permission.RECORDS_DOWNLOAD, chart=chart, quiet=True) as work:
        return newest(work)


def _parts(
    store: FileStore, actor: Actor, chart: str, export_id: str, tell: Callable[[int], None]
) -> tuple[list[Part], bytes]:
    with access.open(actor, Permission.RECORDS_DOWNLOAD, chart=chart, quiet=True) as work:
        # first what is in it, then the entries: what is withdrawn meanwhile ends the file
        holds = content_hash(work, _find(work, export_id).created_at)
        page = _page(work, (), RecordFilter())
        leaving, kept = _outgoing(work, export_id)
        readme = _readme(work, leaving, kept)
    tell(10)
    parts = [Part("README.txt", readme.encode())]
    parts.append(Part(PDF_NAME, pdf.render(page.html(), seconds=SECONDS_FOR_ALL)))
    tell(60)
    for path, _, write in FORMATS:
        parts.append(Part(path, write(leaving)))
    tell(85)
    for path, row in kept:
        parts.append(Part(path, files.content(store, row)))
    tell(95)
    return parts, holds


def _outgoing(work: Work, export_id: str) -> tuple[Outgoing, list[tuple[str, StoredFile]]]:
    """Say the record as the writers take it, and name the files that go along."""
    held = reading.held(work, (), RecordFilter(), MOST)
    kept: dict[str, tuple[str, StoredFile]] = {}
    attached, size = [], 0
    for one in held:
        file = one.file
        if file is None or file.public_id in kept:
            continue
        size += file.size
        goes = size <= FILES_MOST
        path = f"files/{len(kept) + 1:03} {_plain(file.name)}" if goes else ""
        if goes:
            kept[file.public_id] = (path, file)
        attached.append(
            Attachment(
                id=one.row.public_id,
                name=file.name,
                media_type=file.media_type,
                size=file.size,
                title=one.entry.title,
                made_at=one.row.happened_at,
                path=path,
                label=Label(one.row.label),
            )
        )
    patient, practice = work.patient, work.practice
    leaving = Outgoing(
        id=export_id,
        subject=Subject(
            id=work.chart.public_id,
            given=tuple(patient.given.split()),
            family=patient.family,
            birth_date=patient.birth_date,
            gender=patient.gender or "",
            preferred=patient.preferred,
            phone=patient.phone or "",
            email=patient.email or "",
            language=patient.language,
        ),
        sender=Sender(
            name=f"{practice.name} {practice.name_second_line}".strip(),
            clinician=work.practitioner.name,
            phone=practice.phone,
        ),
        made_at=work.now,
        items=tuple(Item(h.row.public_id, h.entry, Label(h.row.label)) for h in held),
        attachments=tuple(attached),
    )
    return leaving, list(kept.values())


def _plain(name: str) -> str:
    """Make a name that every file system takes."""
    kept = "".join(c if c.isalnum() or c in " ._-" else "_" for c in name).strip(" .")
    return kept[-80:] or "file"


def _readme(work: Work, leaving: Outgoing, kept: Sequence[tuple[str, StoredFile]]) -> str:
    day = work.now.astimezone(work.zone).date()
    left_out = len(list(leaving.files())) - len(kept)
    lines = [
        f"Health record of {work.patient.name}",
        f"From {leaving.sender.name}, made on {day:%B} {day.day}, {day.year}.",
        "",
        "health-record.pdf            to read and to print",
        *(f"{path:28} {words}" for path, words, _ in FORMATS),
    ]
    if kept:
        lines.append("files/                       the files that belong to the record")
    if left_out:
        lines += ["", f"{left_out} files did not fit. Download them on the page of your records."]
    if leaving.needs_notice:
        lines += ["", REDISCLOSURE]
    lines += ["", "None of these files is locked. Keep them somewhere private.", ""]
    return "\r\n".join(lines)


# ---------------------------------------------------------------- reading and ending
def _allowed(work: Work, row: StoredFile, staff: bool) -> bool:
    """Give a file to the person who asked for it, for 72 hours, while she may see all that is in it."""
    if staff:
        return False
    made = work.session.exec(
        select(RecordExport).where(
            or_(RecordExport.file_id == row.id, RecordExport.pdf_file_id == row.id),
            RecordExport.user_id == work.person.id,
            RecordExport.status == "ready",
        )
    ).first()
    if made is None or made.ready_at is None or work.now >= made.ready_at + KEPT:
        return False
    return holds_still(work, made)


files.READERS[KIND] = files.Reader(
    Permission.RECORDS_DOWNLOAD, Permission.PRACTICE_RECORDS, _allowed
)


def end_old() -> int:
    """Delete files whose time is over, and give up those whose maker is gone; returns how many.

    The bytes go with the next sweep of what no row names any more.
    """
    with open_system("files with whole records end") as work:
        over = select(RecordExport).where(
            RecordExport.status == "ready", col(RecordExport.ready_at) <= work.now - KEPT
        )
        gone = select(RecordExport).where(
            RecordExport.status == "due", col(RecordExport.heard_at) <= work.now - STALE
        )
        rows = [*work.session.exec(over).all(), *work.session.exec(gone).all()]
        for row in rows:
            row.status = "failed" if row.status == "due" else "ended"
            kept = [work.session.get(StoredFile, i) for i in (row.file_id, row.pdf_file_id) if i]
            row.file_id = row.pdf_file_id = None
            work.session.add(row)
            work.session.flush()
            for file in kept:
                if file is not None:
                    work.session.delete(file)
        return len(rows)
