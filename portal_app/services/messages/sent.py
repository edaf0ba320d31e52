"""Whether what a tab brings back after a reload was sent after all."""

from portal_app.rules.permissions import Permission
from portal_app.security import access
from portal_app.security.actor import Actor
from portal_app.services.messages import writing


def by_patient(actor: Actor, chart: str, key: str) -> bool:
    """Whether the patient's side has sent a message under that key."""
    with access.open(actor, Permission.MESSAGES_SEND, chart=chart, quiet=True) as work:
        return writing.already_sent(work, key) is not None


def by_practice(actor: Actor, key: str) -> bool:
    """Whether the member of the practice has sent a message under that key."""
    with access.open(actor, Permission.PRACTICE_INBOX, quiet=True) as work:
        return writing.already_sent(work, key) is not None
