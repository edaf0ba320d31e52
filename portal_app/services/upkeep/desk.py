"""Backups, keys and health, as the owner sees them in the settings."""

from pathlib import Path

from sqlmodel import col, func, select

from portal_app.data.models import StaffMember, UserSession
from portal_app.data.schemas.upkeep import (
    BackupRow,
    BackupView,
    Line,
    LogVerdict,
    SecurityView,
)
from portal_app.rules.errors import NotFoundError
from portal_app.rules.permissions import Permission
from portal_app.security import access, audit
from portal_app.security.actor import Actor
from portal_app.security.system import open_system
from portal_app.services.upkeep import backup, doctor, journal
from portal_app.services.upkeep.settings import settings

NEEDS = Permission.PRACTICE_STAFF
"""The owner's alone: whoever has a backup and its key has everything."""
TOPIC = "backups"
MOST = 30


def backups(actor: Actor) -> BackupView:
    """Read what is known of the backups."""
    with access.open(actor, NEEDS) as work:
        is_demo = work.practice.is_demo
    found, known = backup.all_kept(settings()), journal.read(settings())
    rows = tuple(BackupRow(m.file, m.at, m.kind, m.size) for m in found[:MOST])
    return BackupView(
        folder=str(journal.folder(settings()).absolute()),
        rows=rows,
        more=len(found) - len(rows),
        last_at=known.last.at if known.last else None,
        verified_at=known.verified_at,
        recovery_at=known.recovery_at,
        is_demo=is_demo,
    )


def back_up(actor: Actor) -> BackupRow:
    """Make a backup now, and try it.

    Raises:
        BackupError: it can't be written.
    """
    with access.open(actor, NEEDS, writes=True, action="backup.make") as work:
        work.announce(TOPIC)
    made = backup.make_and_try(settings())
    return BackupRow(made.file, made.at, made.kind, made.size)


def download(actor: Actor, name: str) -> Path:
    """Hand out a backup, encrypted as it is.

    Raises:
        NotFoundError: there is none of that name.
        StepUpError: the password was not given lately.
    """
    with access.open(
        actor, NEEDS, writes=True, action="backup.download", target=name, step_up=True
    ):
        path = journal.folder(settings()) / name
        if not backup.NAME.fullmatch(name) or not path.is_file():
            raise NotFoundError
    return path


def choose(actor: Actor, name: str) -> str:
    """Let the page ask for the password before a download; gives the download's address.

    Raises:
        StepUpError: the password was not given lately.
    """
    with access.open(actor, NEEDS, writes=True, action="backup.choose", step_up=True):
        return f"/practice-backups/{name}"


def new_recovery_key(actor: Actor) -> str:
    """Make a recovery key; it is shown once.

    Raises:
        StepUpError: the password was not given lately.
    """
    with access.open(actor, NEEDS, writes=True, action="backup.recovery_key", step_up=True) as work:
        work.announce(TOPIC)
    return backup.new_recovery_key(settings())


def examine(actor: Actor) -> tuple[Line, ...]:
    """Let the doctor look."""
    with access.open(actor, NEEDS, writes=True, action="health.check"):
        pass
    # the process that makes PDFs serves this house, so that it is left running
    found = doctor.examine(settings(), alone=False)
    return tuple(Line(f.subject, f.state.value, f.words) for f in found)


def security(actor: Actor) -> SecurityView:
    """Read what protects the practice."""
    with access.open(actor, NEEDS) as work:
        signing = work.keyring.signing
        open_sessions = work.session.exec(
            select(func.count())
            .select_from(UserSession)
            .where(
                col(UserSession.revoked_at).is_(None), col(UserSession.absolute_until) > work.now
            )
        ).one()
        staff = work.session.exec(
            select(StaffMember).where(col(StaffMember.is_active)).order_by(StaffMember.name)
        ).all()
        return SecurityView(
            signing.current,
            len(signing.public),
            open_sessions,
            tuple((member.name, member.role) for member in staff),
        )


def verify_log(actor: Actor) -> LogVerdict:
    """Look through the whole access log."""
    with access.open(actor, NEEDS, writes=True, action="audit.verify"):
        pass
    # apart, so that nobody has to wait for the end of it
    with open_system("the access log is verified", writes=False) as work:
        return LogVerdict(*audit.broken_at(work.session, work.keyring))
