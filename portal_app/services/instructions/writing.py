"""The practice's side of instructions: drafts, sharing, versions, who has read them."""

import json
from collections import defaultdict

from sqlmodel import col, select

from portal_app.data.models import Instruction, InstructionMark, InstructionVersion
from portal_app.data.schemas.instructions import InstructionInput, SharedRow, SharedView
from portal_app.rules.errors import InvalidError, NotFoundError
from portal_app.rules.permissions import Permission
from portal_app.rules.when import Wall
from portal_app.security import access
from portal_app.security.access import Work
from portal_app.security.actor import Actor
from portal_app.services import news
from portal_app.services.instructions import LIST_MOST, topic
from portal_app.services.instructions.reading import OPENED, READ, STEP
from portal_app.services.notifications import people_who_may

NEEDS = Permission.PRACTICE_RECORDS
DRAFT_MOST = 60_000
"""Characters of a draft's JSON; its text may be over its limit for a while."""


def shared(actor: Actor, chart: str) -> SharedView:
    """List the notes of a chart, drafts too, with who has read them; at most fifty."""
    with access.open(actor, NEEDS, chart=chart) as work:
        rows = (
            select(Instruction)
            .where(Instruction.chart_id == work.chart.id)
            .order_by(col(Instruction.changed_at).desc(), col(Instruction.public_id))
            .limit(LIST_MOST)
        )
        found = list(work.session.exec(rows).all())
        marks = _marks(work, found)
        contents = _contents(work, found)
        return SharedView(
            tuple(_row(work, r, marks[r.id], contents.get(r.id)) for r in found),
            work.patient.first_name,
            any(True for _ in people_who_may(work, work.chart, Permission.INSTRUCTIONS_VIEW)),
        )


def _marks(work: Work, rows: list[Instruction]) -> dict[object, list[InstructionMark]]:
    newest = {r.id: r.version for r in rows}
    query = select(InstructionMark).where(col(InstructionMark.instruction_id).in_(newest))
    found: dict[object, list[InstructionMark]] = defaultdict(list)
    for mark in work.session.exec(query.order_by(col(InstructionMark.marked_at))).all():
        if mark.version == newest[mark.instruction_id]:
            found[mark.instruction_id].append(mark)
    return found


def _contents(work: Work, rows: list[Instruction]) -> dict[object, InstructionInput]:
    newest = {r.id: r.version for r in rows}
    query = select(InstructionVersion).where(col(InstructionVersion.instruction_id).in_(newest))
    return {
        v.instruction_id: InstructionInput.model_validate_json(v.content)
        for v in work.session.exec(query).all()
        if v.version == newest[v.instruction_id]
    }


def _row(
    work: Work, row: Instruction, marks: list[InstructionMark], content: InstructionInput | None
) -> SharedRow:
    wall = Wall(work.zone, work.now)
    words = {READ: "Read", OPENED: "Opened"}
    said = {m.user_id for m in marks if m.what == READ}
    steps = content.steps.splitlines() if content else []
    done = {m.what for m in marks if m.what.startswith(STEP)}
    return SharedRow(
        id=row.public_id,
        title=row.title or "Untitled",
        author=row.author_name,
        version=row.version,
        is_shown=row.is_shown,
        has_draft=row.draft is not None,
        changed_at=row.changed_at,
        read=tuple(
            f"{words[m.what]} by {m.name}, {wall.full(m.marked_at)}"
            for m in marks
            if m.what in words and not (m.what == OPENED and m.user_id in said)
        ),
        steps=f"{len(done)} of {len(steps)} steps done" if steps else "",
    )


def open_note(actor: Actor, chart: str, note_id: str) -> InstructionInput:
    """Give what stands in the editor: the draft, or what was shared last."""
    with access.open(actor, NEEDS, chart=chart, action="instructions.edit", target=note_id) as work:
        row = _find(work, note_id)
        if row.draft is not None:
            # what is not finished may break its own rules
            return InstructionInput.model_construct(**json.loads(row.draft))
        return _contents(work, [row])[row.id]


def save_draft(actor: Actor, chart: str, note_id: str, draft: InstructionInput) -> str:
    """Keep what is being written; gives the note's id. Nobody but the practice sees it.

    Raises:
        InvalidError: longer than any note may become.
    """
    held = draft.model_dump_json()
    if len(held) > DRAFT_MOST:
        raise InvalidError("This is too long to keep. Shorten it.", field="text")
    with access.open(actor, NEEDS, chart=chart, writes=True, quiet=True) as work:
        row = _find(work, note_id) if note_id else _new(work)
        row.draft = held
        if row.version == 0:
            row.title = draft.title[:120]
            row.changed_at, row.author_name = work.now, work.member.name
        work.session.add(row)
        return row.public_id


def share(
    actor: Actor, chart: str, note_id: str, command: InstructionInput, public_url: str
) -> str:
    """Share a new version; its readers are told that there is something, and it is new to them."""
    with access.open(
        actor, NEEDS, chart=chart, writes=True, action="instructions.share", target=note_id
    ) as work:
        row = _find(work, note_id) if note_id else _new(work)
        row.version += 1
        row.title, row.draft, row.is_shown = command.title, None, True
        row.author_name, row.changed_at = work.member.name, work.now
        work.session.add(row)
        work.session.flush()
        work.session.add(
            InstructionVersion(
                instruction_id=row.id,
                chart_id=row.chart_id,
                patient_id=row.patient_id,
                version=row.version,
                content=command.model_dump_json(),
                author_name=work.member.name,
                shared_at=work.now,
            )
        )
        key = f"instruction:{row.public_id}:{row.version}"
        first = "Your clinician has shared instructions with you."
        path = f"instructions/{row.public_id}"
        news.tell_patient_side(work, key, Permission.INSTRUCTIONS_VIEW, first, path, public_url)
        work.announce(topic(chart))
        return row.public_id


def set_shown(actor: Actor, chart: str, note_id: str, *, shown: bool) -> None:
    """Take a note out of the patient's list, or show it again; versions and marks stay."""
    with access.open(
        actor,
        NEEDS,
        chart=chart,
        writes=True,
        action="instructions.show" if shown else "instructions.hide",
        target=note_id,
    ) as work:
        row = _find(work, note_id)
        if row.version == 0:
            raise NotFoundError
        row.is_shown = shown
        work.session.add(row)
        work.announce(topic(chart))


def discard(actor: Actor, chart: str, note_id: str) -> None:
    """Throw a draft away; a note that was never shared goes with it."""
    with access.open(
        actor, NEEDS, chart=chart, writes=True, action="instructions.discard", target=note_id
    ) as work:
        row = _find(work, note_id)
        if row.version:
            row.draft = None
            work.session.add(row)
        else:
            work.session.delete(row)


def _new(work: Work) -> Instruction:
    return Instruction(
        chart_id=work.chart.id,
        patient_id=work.patient.id,
        author_name=work.member.name,
        changed_at=work.now,
    )


def _find(work: Work, note_id: str) -> Instruction:
    rows = select(Instruction).where(
        Instruction.public_id == note_id, Instruction.chart_id == work.chart.id
    )
    found = work.session.exec(rows).first()
    if found is None:
        raise NotFoundError
    return found
