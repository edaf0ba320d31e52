"""Writes imported messages as conversations of a chart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from uuid import uuid4

from portal_app.data.models import Chart, Message, Patient, SearchTerm, Thread, ThreadReader
from portal_app.data.types import StaffId, UserId
from portal_app.integrations.fhir.communication import Communication
from portal_app.rules import hours, search
from portal_app.rules import messages as rule
from portal_app.security.access import Work


@dataclass(frozen=True)
class Speaker:
    """Somebody of the practice who has written."""

    user_id: UserId
    staff_id: StaffId
    name: str
    desk: bool


def write_conversations(
    work: Work,
    chart: Chart,
    patient: Patient,
    talks: Sequence[Communication],
    staff: Mapping[str, Speaker],
    *,
    clinician: Speaker,
    guardian: tuple[UserId, str] | None,
    own: UserId | None,
) -> list[Thread]:
    """Write every conversation with its read marks; returns them in order.

    Args:
        work: an open unit of work without limits.
        chart: where they go.
        patient: whose they are.
        talks: the messages, in any order.
        staff: who of the practice speaks, by the file's reference.
        clinician: the chart's clinician.
        guardian: login and name of the guardian who writes for the patient.
        own: the patient's own login.
    """
    written = []
    ordered = sorted(talks, key=lambda t: (t.conversation, t.sent))
    for _, group in groupby(ordered, key=lambda t: t.conversation):
        written.append(_write(work, chart, patient, list(group), staff, clinician, guardian, own))
    return written


def _write(
    work: Work,
    chart: Chart,
    patient: Patient,
    lines: list[Communication],
    staff: Mapping[str, Speaker],
    clinician: Speaker,
    guardian: tuple[UserId, str] | None,
    own: UserId | None,
) -> Thread:
    desk = any(_to_desk(line, staff) for line in lines)
    first, last = lines[0], lines[-1]
    thread = Thread(
        chart_id=chart.id,
        patient_id=patient.id,
        subject=first.subject[: rule.SUBJECT_MOST],
        category=first.category,
        recipient="front_desk" if desk else "clinician",
        guardian_user_id=guardian[0] if guardian else None,
        assignee_id=None if desk else clinician.staff_id,
        created_at=first.sent,
        status="waiting" if last.sender_reference in staff else "open",
    )
    work.session.add(thread)
    work.session.flush()
    seen: dict[UserId, int] = {}
    writer = guardian or ((own, patient.name) if own else None)
    for number, line in enumerate(lines, 1):
        speaker = staff.get(line.sender_reference)
        message = Message(
            thread_id=thread.id,
            chart_id=chart.id,
            patient_id=patient.id,
            seq=number,
            author_id=speaker.user_id if speaker else writer[0] if writer else None,
            author_name=speaker.name if speaker else writer[1] if writer else patient.name,
            on_behalf_of=patient.name if guardian and not speaker else "",
            from_staff=speaker is not None,
            body=line.text,
            client_key=uuid4().hex,
            sent_at=line.sent,
            seen_at=line.received,
        )
        work.session.add(message)
        thread.staff_seq = number if speaker else thread.staff_seq
        thread.patient_seq = thread.patient_seq if speaker else number
        other = writer[0] if speaker and writer else clinician.user_id
        if line.received:
            seen[other] = number
        if message.author_id:
            seen[message.author_id] = number
    _finish(work, thread, lines, patient, staff)
    for user, seq in seen.items():
        work.session.add(
            ThreadReader(
                thread_id=thread.id,
                user_id=user,
                chart_id=chart.id,
                patient_id=patient.id,
                seen_seq=seq,
                seen_at=last.sent,
            )
        )
    return thread


def _finish(
    work: Work,
    thread: Thread,
    lines: list[Communication],
    patient: Patient,
    staff: Mapping[str, Speaker],
) -> None:
    last = lines[-1]
    speaker = staff.get(last.sender_reference)
    thread.seq, thread.last_at = len(lines), last.sent
    thread.last_author = speaker.name if speaker else patient.name
    thread.last_from_staff, thread.snippet = speaker is not None, rule.snippet(last.text)
    if thread.status == "open":
        calendar = hours.Hours.of(
            work.practice.zone, work.practice.weekly_hours, work.practice.closures
        )
        promise = timedelta(hours=work.practice.answer_hours)
        thread.due_at = calendar.add_business_time(last.sent, promise)
    words = search.words(thread.subject) | search.prefixes(thread.subject)
    words = words.union(*(search.words(line.text) for line in lines))
    work.session.add_all(
        SearchTerm(
            term=term,
            thread_id=thread.id,
            chart_id=thread.chart_id,
            patient_id=thread.patient_id,
        )
        for term in {work.keyring.term(w) for w in words}
    )
    work.session.add(thread)


def _to_desk(line: Communication, staff: Mapping[str, Speaker]) -> bool:
    speaker = staff.get(line.sender_reference)
    return "desk" in line.recipient_reference or (speaker is not None and speaker.desk)
