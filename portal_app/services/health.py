"""Whether the house is well, for /readyz and for the doctor."""

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import func, select

from portal_app.data.models import Practice
from portal_app.security.system import open_system


def checks() -> dict[str, str]:
    """Look at database and migrations; "ok" or what is wrong."""
    try:
        with open_system("readiness", writes=False) as work:
            count = work.session.exec(select(func.count()).select_from(Practice)).one()
    except SQLAlchemyError:
        return {"database": "unreachable", "migrations": "unknown"}
    return {"database": "ok", "migrations": "ok" if count is not None else "missing"}
