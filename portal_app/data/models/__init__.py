"""Every table; importing this module registers them all."""

from sqlmodel import SQLModel

from portal_app.data.models.identity import AuthBucket, Invitation, User, UserSession
from portal_app.data.models.messages import (
    Draft,
    InternalNote,
    Message,
    SavedReply,
    SearchTerm,
    StoredFile,
    Thread,
    ThreadReader,
)
from portal_app.data.models.operations import AuditEvent, OutboxMail
from portal_app.data.models.people import (
    Chart,
    DashboardMessage,
    EmergencyContact,
    Grant,
    Patient,
    Practice,
    Practitioner,
    StaffMember,
    StaffReach,
)

metadata = SQLModel.metadata

__all__ = [
    "AuditEvent",
    "AuthBucket",
    "Chart",
    "DashboardMessage",
    "Draft",
    "EmergencyContact",
    "Grant",
    "InternalNote",
    "Invitation",
    "Message",
    "OutboxMail",
    "Patient",
    "Practice",
    "Practitioner",
    "SavedReply",
    "SearchTerm",
    "StaffMember",
    "StaffReach",
    "StoredFile",
    "Thread",
    "ThreadReader",
    "User",
    "UserSession",
    "metadata",
]
