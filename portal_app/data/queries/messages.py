"""Select builders for conversations; every one is a keyset page or a count."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, tuple_
from sqlmodel import col
from sqlmodel import select as pick
from sqlmodel.sql.expression import SelectOfScalar

from portal_app.data.models import Message, SearchTerm, Thread, ThreadReader
from portal_app.data.types import ThreadId, UserId

PAGE = 25
WITHDRAWN = "withdrawn"
Rows = Any
"""A select of conversations and, where there is one, their reader."""


def with_reader(user: UserId) -> Rows:
    """Select conversations beside how far that login has read them."""
    mine = and_(col(ThreadReader.thread_id) == Thread.id, col(ThreadReader.user_id) == user)
    return (
        select(Thread, ThreadReader)
        .join(ThreadReader, mine, isouter=True)
        .where(col(Thread.status) != WITHDRAWN)
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


def page(rows: Rows, cursor: str | None) -> Rows:
    """Cut one page, newest first, after the cursor; one row more tells whether there is another."""
    if cursor:
        moment, _, thread = cursor.partition("|")
        after = tuple_(col(Thread.last_at), col(Thread.public_id)) < tuple_(
            datetime.fromisoformat(moment), thread
        )
        rows = rows.where(after)
    newest = col(Thread.last_at).desc(), col(Thread.public_id).desc()
    return rows.order_by(*newest).limit(PAGE + 1)


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
