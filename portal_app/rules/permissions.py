"""Everything that a person may be allowed to do, and what follows from what."""

from collections.abc import Iterable
from enum import StrEnum


class Permission(StrEnum):
    """One right; the sixteen of the portal, the boxes of the practice, and three for everybody."""

    PUBLIC = "public"
    ACCOUNT = "account"
    HOME = "home.view"

    MESSAGES_READ = "messages.read"
    MESSAGES_SEND = "messages.send"
    SCHEDULE_VIEW = "schedule.view"
    SCHEDULE_BOOK = "schedule.book"
    SCHEDULE_CHANGE = "schedule.change"
    DEMOGRAPHICS_EDIT = "demographics.edit"
    RECORDS_VIEW = "records.view"
    RECORDS_DOWNLOAD = "records.download"
    BILLING_VIEW = "billing.view"
    BILLING_PAY = "billing.pay"
    BILLING_CARDS = "billing.cards"
    BILLING_SUPERBILL = "billing.superbill"
    DOCUMENTS_FILL = "documents.fill"
    DOCUMENTS_SIGN = "documents.sign"
    INSTRUCTIONS_VIEW = "instructions.view"
    SHARE_PROXY = "share.proxy"

    PRACTICE_ENTER = "practice.enter"
    PRACTICE_ROSTER = "practice.roster"
    PRACTICE_DEMOGRAPHICS = "practice.demographics"
    PRACTICE_SCHEDULE = "practice.schedule"
    PRACTICE_INBOX = "practice.inbox"
    PRACTICE_MESSAGES = "practice.messages"
    PRACTICE_CLINICIAN_MESSAGES = "practice.clinician_messages"
    PRACTICE_BILLING = "practice.billing"
    PRACTICE_FORMS = "practice.forms"
    PRACTICE_RECORDS = "practice.records"
    PRACTICE_PROFILE = "practice.profile"
    PRACTICE_SETTINGS = "practice.settings"
    PRACTICE_STAFF = "practice.staff"


P = Permission

PORTAL = frozenset(
    p
    for p in Permission
    if not p.value.startswith("practice.") and p not in {P.PUBLIC, P.ACCOUNT, P.HOME}
)
"""The sixteen rights that a practice switches per chart and a grant narrows."""

REQUIRES = {
    P.MESSAGES_SEND: P.MESSAGES_READ,
    P.SCHEDULE_BOOK: P.SCHEDULE_VIEW,
    P.SCHEDULE_CHANGE: P.SCHEDULE_VIEW,
    P.RECORDS_DOWNLOAD: P.RECORDS_VIEW,
    P.BILLING_PAY: P.BILLING_VIEW,
    P.BILLING_CARDS: P.BILLING_VIEW,
    P.BILLING_SUPERBILL: P.BILLING_VIEW,
    P.DOCUMENTS_SIGN: P.DOCUMENTS_FILL,
}
"""A right on the left means nothing without the one on the right."""

READ_ONLY = frozenset(
    {
        P.MESSAGES_READ,
        P.SCHEDULE_VIEW,
        P.RECORDS_VIEW,
        P.RECORDS_DOWNLOAD,
        P.BILLING_VIEW,
        P.BILLING_SUPERBILL,
        P.INSTRUCTIONS_VIEW,
    }
)
"""What is left to a patient whom the practice has set to inactive."""

BOXES = frozenset(
    {
        P.PRACTICE_ROSTER,
        P.PRACTICE_DEMOGRAPHICS,
        P.PRACTICE_SCHEDULE,
        P.PRACTICE_MESSAGES,
        P.PRACTICE_CLINICIAN_MESSAGES,
        P.PRACTICE_BILLING,
        P.PRACTICE_FORMS,
        P.PRACTICE_RECORDS,
        P.PRACTICE_SETTINGS,
    }
)
"""The boxes that are ticked one by one for an assistant, who starts with none."""


def consistent(permissions: Iterable[Permission]) -> frozenset[Permission]:
    """Drop every right whose prerequisite is not there."""
    held = frozenset(permissions)
    return frozenset(p for p in held if REQUIRES.get(p, p) in held)
