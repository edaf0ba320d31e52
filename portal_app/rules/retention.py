"""How long things are kept. What time it is, is an argument."""

from collections.abc import Iterable
from datetime import datetime, timedelta

DAYS, WEEKS, MONTHS = 7, 4, 12
"""Nightly backups: the newest of each of so many days, weeks and months that have one."""
DRAFTS = timedelta(days=90)
"""What was typed and never sent."""
SESSIONS = timedelta(days=30)
"""After their end."""
TRIES = timedelta(days=30)
"""Failed tries of signing in, after the last one."""
LINKS = timedelta(days=30)
"""One-use links, after they ended."""
MAIL = timedelta(days=90)
"""The words of a mail that went out or was given up; that it went out is remembered."""


def kept(backups: Iterable[datetime]) -> set[datetime]:
    """Choose the backups that stay: the newest of each of the last days, weeks and months."""
    newest_first = sorted(backups, reverse=True)
    chosen: set[datetime] = set()
    for most, period in ((DAYS, "%Y-%j"), (WEEKS, "%G-%V"), (MONTHS, "%Y-%m")):
        periods: dict[str, datetime] = {}
        for at in newest_first:
            if len(periods) < most:
                periods.setdefault(at.strftime(period), at)
        chosen.update(periods.values())
    return chosen
