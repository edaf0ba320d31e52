"""The patient's side of instructions: the list, a note, its marks, and the note as a PDF."""

from markupsafe import Markup
from sqlmodel import col, select

from portal_app.data.models import Instruction, InstructionMark, InstructionVersion
from portal_app.data.schemas.instructions import (
    InstructionInput,
    NoteRow,
    NotesView,
    NoteView,
    Step,
)
from portal_app.integrations import pdf
from portal_app.integrations.markup import clean_html
from portal_app.rules.errors import NotFoundError
from portal_app.rules.permissions import Permission
from portal_app.rules.when import Wall
from portal_app.security import access
from portal_app.security.access import Work
from portal_app.security.actor import Actor
from portal_app.services.instructions import LIST_MOST, topic

NEEDS = Permission.INSTRUCTIONS_VIEW
OPENED, READ, STEP = "opened", "read", "step:"
HEADINGS = {"h1": "h2", "h2": "h2", "h3": "h3", "h4": "h3", "h5": "h3", "h6": "h3"}
"""In a note, the title is the page's heading and its own come next."""


def notes(actor: Actor, chart: str) -> NotesView:
    """List the notes that are shared on a chart, the newest first; at most fifty."""
    with access.open(actor, NEEDS, chart=chart) as work:
        return NotesView(_rows(work))


def note(actor: Actor, chart: str, note_id: str, version: str = "") -> NotesView:
    """Open a note beside the list; that it was opened is kept, once a version and person.

    Raises:
        NotFoundError: absent, not shared (any more), or no such version.
    """
    with access.open(actor, NEEDS, chart=chart, action="instructions.open", target=note_id) as work:
        row = find(work, note_id)
        wanted = _version(version, row.version)
        marks = _marks(work, row, wanted)
        fresh = wanted == row.version and not _has(marks, OPENED, work)
    if fresh:
        _mark(actor, chart, note_id, wanted, OPENED)
    with access.open(actor, NEEDS, chart=chart, quiet=True) as work:
        row = find(work, note_id)
        return NotesView(_rows(work), _view(work, row, wanted))


def mark_read(actor: Actor, chart: str, note_id: str, version: int) -> None:
    """Keep that the person says she has read this version."""
    _mark(actor, chart, note_id, version, READ)


def tick(actor: Actor, chart: str, note_id: str, version: int, step: int, *, done: bool) -> None:
    """Tick a step of the version, or take the person's own tick away."""
    if done:
        _mark(actor, chart, note_id, version, f"{STEP}{step}")
        return
    with access.open(
        actor, NEEDS, chart=chart, writes=True, action="instructions.tick", target=note_id
    ) as work:
        row = find(work, note_id)
        for mark in _marks(work, row, version):
            if (mark.what, mark.user_id) == (f"{STEP}{step}", work.person.id):
                work.session.delete(mark)
        work.announce(topic(chart))


def _mark(actor: Actor, chart: str, note_id: str, version: int, what: str) -> None:
    with access.open(
        actor,
        NEEDS,
        chart=chart,
        writes=True,
        action=f"instructions.{what.split(':', maxsplit=1)[0]}",
        target=note_id,
    ) as work:
        row = find(work, note_id)
        content = _content(work, row, version)
        if what.startswith(STEP) and not _is_step(what, content):
            raise NotFoundError
        if not _has(_marks(work, row, version), what, work):
            work.session.add(
                InstructionMark(
                    instruction_id=row.id,
                    chart_id=work.chart.id,
                    patient_id=work.patient.id,
                    version=version,
                    user_id=work.person.id,
                    what=what,
                    name=work.person.name,
                    marked_at=work.now,
                )
            )
        work.announce(topic(chart))


def _is_step(what: str, content: InstructionInput) -> bool:
    number = what.removeprefix(STEP)
    return number.isdecimal() and int(number) < len(content.steps.splitlines())


def _version(wanted: str, newest: int) -> int:
    if not wanted:
        return newest
    if not wanted.isdecimal() or not 1 <= int(wanted) <= newest:
        raise NotFoundError
    return int(wanted)


def find(work: Work, note_id: str) -> Instruction:
    """Find a note that is shared on the open chart."""
    rows = select(Instruction).where(
        Instruction.public_id == note_id,
        Instruction.chart_id == work.chart.id,
        col(Instruction.is_shown),
    )
    found = work.session.exec(rows).first()
    if found is None:
        raise NotFoundError
    return found


def _rows(work: Work) -> tuple[NoteRow, ...]:
    opened = (
        select(InstructionMark.instruction_id)
        .where(
            InstructionMark.instruction_id == Instruction.id,
            InstructionMark.version == Instruction.version,
            InstructionMark.user_id == work.person.id,
            InstructionMark.what == OPENED,
        )
        .exists()
    )
    rows = (
        select(Instruction, opened)
        .where(Instruction.chart_id == work.chart.id, col(Instruction.is_shown))
        .order_by(col(Instruction.changed_at).desc(), col(Instruction.public_id))
        .limit(LIST_MOST)
    )
    return tuple(
        NoteRow(row.public_id, row.title, row.author_name, row.changed_at, not seen)
        for row, seen in work.session.exec(rows).all()
    )


def _stored(work: Work, row: Instruction, version: int) -> InstructionVersion:
    rows = select(InstructionVersion).where(
        InstructionVersion.instruction_id == row.id, InstructionVersion.version == version
    )
    found = work.session.exec(rows).first()
    if found is None:
        raise NotFoundError
    return found


def _content(work: Work, row: Instruction, version: int) -> InstructionInput:
    return InstructionInput.model_validate_json(_stored(work, row, version).content)


def _marks(work: Work, row: Instruction, version: int) -> list[InstructionMark]:
    rows = select(InstructionMark).where(
        InstructionMark.instruction_id == row.id, InstructionMark.version == version
    )
    return list(work.session.exec(rows.order_by(col(InstructionMark.marked_at))).all())


def _has(marks: list[InstructionMark], what: str, work: Work) -> bool:
    return any((m.what, m.user_id) == (what, work.person.id) for m in marks)


def _view(work: Work, row: Instruction, version: int) -> NoteView:
    stored = _stored(work, row, version)
    content = InstructionInput.model_validate_json(stored.content)
    marks = _marks(work, row, version)
    own = [m for m in marks if m.user_id == work.person.id]
    return NoteView(
        id=row.public_id,
        title=content.title,
        text=content.text,
        steps=tuple(
            _step(number, words, marks, work)
            for number, words in enumerate(content.steps.splitlines())
        ),
        author=stored.author_name,
        shared_at=stored.shared_at,
        version=version,
        newest=row.version,
        asks=content.asks and version == row.version,
        read_at=next((m.marked_at for m in own if m.what == READ), None),
    )


def _step(number: int, words: str, marks: list[InstructionMark], work: Work) -> Step:
    found = [m for m in marks if m.what == f"{STEP}{number}"]
    if not found:
        return Step(number, words)
    own = any(m.user_id == work.person.id for m in found)
    return Step(number, words, found[0].name, found[0].marked_at, own)


def as_pdf(actor: Actor, chart: str, note_id: str) -> tuple[str, bytes]:
    """Make the newest version of a note a PDF; (name of the file, bytes).

    Raises:
        NotFoundError: absent or out of reach.
        PdfError: it could not be made.
    """
    with access.open(
        actor, NEEDS, chart=chart, writes=True, action="instructions.download", target=note_id
    ) as work:
        row = find(work, note_id)
        view, wall = _view(work, row, row.version), Wall(work.zone, work.now)
        practice = f"{work.practice.name} {work.practice.name_second_line}".strip()
        html = pdf.page(
            "instruction.html",
            title=view.title,
            practice=practice,
            about=work.patient.name,
            made=wall.full(work.now),
            shared=f"Shared by {view.author} on {wall.calendar_day(view.shared_at)}",
            text=Markup(clean_html(view.text, HEADINGS)),  # noqa: S704 - clean by then
            steps=[(s.words, bool(s.done_by)) for s in view.steps],
        )
    return "instructions.pdf", pdf.render(html)
