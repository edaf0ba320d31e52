"""The door for jobs, webhooks and the command line: no person, no limit, always a reason."""

from collections.abc import Iterator
from contextlib import contextmanager

from portal_app.data.models import Practice
from portal_app.security import access, audit
from portal_app.security.access import Work
from portal_app.security.actor import Actor


@contextmanager
def open_system(reason: str, *, writes: bool = True, logged: bool = False) -> Iterator[Work]:
    """Open a unit of work for the machine itself.

    Args:
        reason: why, in a few words, for the access log.
        writes: whether rows will change.
        logged: whether a person's record is touched, so that the log gets a row.
    """
    with access.database().session(writes=writes) as session:
        practice = session.get(Practice, 1) or Practice(name="Latchwell")
        work = Work(session=session, actor=Actor(), now=access.now(), practice=practice)
        yield work
        if logged:
            entry = audit.Entry(at=work.now, actor="", actor_kind="system", action=reason)
            audit.append(session, work.keyring, entry)
        session.commit()
    access.after_commit(work)
