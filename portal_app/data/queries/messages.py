"""Select builders for conversations; every one is a keyset page or a count."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, tuple_, union_all
from sqlalchemy.orm import QueryableAttribute, load_only
from sqlmodel import col
from sqlmodel import select as pick
from sqlmodel.sql.expression import SelectOfScalar

from portal_app.data.models import Message, SearchTerm, Thread, ThreadReader
from portal_app.data.types import ThreadId, UserId

PAGE = 25
WITHDRAWN = "withdrawn"
Rows = Any
"""A select of conversations and how far each has been read."""
LISTED = (
    Thread.public_id,
    Thread.patient_id,
    Thread.subject,
    Thread.recipient,
    Thread.status,
    Thread.assignee_id,
    Thread.due_at,
    Thread.patient_seq,
    Thread.staff_seq,
    Thread.last_at,
    Thread.last_author,
    Thread.last_from_staff,
    Thread.snippet,
)
"""What a line of a list needs; converting the rest would cost as much again."""


def with_reader(user: UserId) -> Rows:
    """Select conversations, for a list, beside how far that login has read them."""
    mine = and_(col(ThreadReader.thread_id) == Thread.id, col(ThreadReader.user_id) == user)
    columns = (cast("QueryableAttribute[Any]", column) for column in LISTED)
    return (
        select(Thread, func.coalesce(col(ThreadReader.seen_seq), 0))
        .join(ThreadReader, mine, isouter=True)
        .where(col(Thread.status) != WITHDRAWN)
        .options(load_only(*columns, raiseload=True))
    )


def in_inbox() -> ColumnElement[bool]:
    """Keep what the login has not archived."""
    return col(ThreadReader.archived_at).is_(None)


def in_archive() -> ColumnElement[bool]:
    """Keep what the login has archived."""
    return col(ThreadReader.archived_at).is_not(None)


def written_by(user: UserId) -> ColumnElement[bool]:
    """Keep conversations in which that login has written something that still stands."""
    own = select(col(Message.id)).where(
        col(Message.thread_id) == Thread.id,
        col(Message.author_id) == user,
        col(Message.taken_back_at).is_(None),
    )
    return exists(own)


def unread_by_patient() -> ColumnElement[bool]:
    """Keep conversations whose newest answer the login has not seen."""
    return col(Thread.staff_seq) > func.coalesce(col(ThreadReader.seen_seq), 0)


def visible_to_patient(user: UserId, *, own: bool) -> ColumnElement[bool]:
    """Keep a patient's own conversations, or those a proxy may see.

    A guardian's conversation is between that guardian and the practice; the patient and other
    guardians do not see it. A patient's private conversation stays the patient's.
    """
    if own:
        return col(Thread.guardian_user_id).is_(None)
    return or_(
        col(Thread.guardian_user_id) == user,
        and_(col(Thread.guardian_user_id).is_(None), col(Thread.private_to_patient).is_(False)),
    )


def having(terms: list[int]) -> list[ColumnElement[bool]]:
    """Keep conversations that hold every one of the words (given as keyed hashes)."""
    return [
        exists(
            select(col(SearchTerm.term)).where(
                col(SearchTerm.term) == term, col(SearchTerm.thread_id) == Thread.id
            )
        )
        for term in terms
    ]


def page(rows: Rows, cursor: str | None, most: int = PAGE) -> Rows:
    """Cut one page, newest first, after the cursor; one row more tells whether there is another."""
    if cursor:
        moment, _, thread = cursor.partition("|")
        after = tuple_(col(Thread.last_at), col(Thread.public_id)) < tuple_(
            datetime.fromisoformat(moment), thread
        )
        rows = rows.where(after)
    newest = col(Thread.last_at).desc(), col(Thread.public_id).desc()
    return rows.order_by(*newest).limit(most + 1)


def in_page_of_any(parts: list[ColumnElement[bool]], cursor: str | None) -> ColumnElement[bool]:
    """Keep what is on the page of one of the conditions.

    That is one index walk each; the conditions joined by "or" would sort all that they keep.
    """
    pages = [page(select(col(Thread.id)).where(part), cursor).subquery() for part in parts]
    return col(Thread.id).in_(union_all(*(select(one.c.id) for one in pages)))


def cursor_after(thread: Thread) -> str:
    """Name the place after that conversation."""
    return f"{thread.last_at.isoformat()}|{thread.public_id}"


def standing(thread: ThreadId) -> SelectOfScalar[Message]:
    """Select the messages of a conversation that were not taken back, oldest first."""
    return (
        pick(Message)
        .where(col(Message.thread_id) == thread, col(Message.taken_back_at).is_(None))
        .order_by(col(Message.seq))
    )
