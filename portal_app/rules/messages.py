"""The exact rules of messages: sizes, taking back, notices, snippets."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

BODY_MOST = 10_000
BODY_COUNT_FROM = 9_000
SUBJECT_MOST = 120
FILES_MOST = 5
FILE_BYTES_MOST = 10 * 1024 * 1024
MESSAGES_PER_HOUR = 20
TAKE_BACK = timedelta(minutes=2)
NOTICE_AFTER = timedelta(minutes=5)
NOTICE_WINDOW = timedelta(minutes=30)
SNIPPET = 140
_PLACEHOLDER = re.compile(r"\{\{([^{}]+)\}\}")


def may_take_back(sent_at: datetime, seen_at: datetime | None, now: datetime) -> bool:
    """Whether a message can still be withdrawn: two minutes, and nobody has read it."""
    return seen_at is None and now < sent_at + TAKE_BACK


def snippet(body: str) -> str:
    """Give the first words of a message on one line."""
    line = " ".join(body.split())
    return line if len(line) <= SNIPPET else line[: SNIPPET - 1].rstrip() + "…"


def filled(text: str, words: Mapping[str, str]) -> str:
    """Fill the placeholders of a saved reply; an unknown one stays visible."""
    return _PLACEHOLDER.sub(lambda found: words.get(found[1], found[0]), text)


def notice_due(now: datetime, last_sent: datetime | None) -> datetime:
    """Say when a notice goes out: after a while, and half an hour after the one before."""
    due = now + NOTICE_AFTER
    return due if last_sent is None else max(due, last_sent + NOTICE_WINDOW)
