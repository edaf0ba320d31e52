"""Every table; importing this module registers them all."""

from sqlmodel import SQLModel

from portal_app.data.models.billing import (
    Allocation,
    BillingSettings,
    Fee,
    Invoice,
    InvoiceLine,
    LedgerEntry,
)
from portal_app.data.models.consents import (
    ConsentEvent,
    ConsentPaper,
    ConsentSignature,
    ConsentSource,
    DisclosureAcceptance,
)
from portal_app.data.models.documents import (
    DocumentAlert,
    DocumentAssignment,
    DocumentDefinition,
    DocumentResponse,
)
from portal_app.data.models.identity import (
    AuthBucket,
    Invitation,
    PasswordReset,
    ResetRequest,
    User,
    UserSession,
)
from portal_app.data.models.instructions import (
    Instruction,
    InstructionMark,
    InstructionVersion,
)
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
from portal_app.data.models.notices import NoticeChoice, PlainEmailChoice
from portal_app.data.models.operations import AuditEvent, OutboxMail
from portal_app.data.models.people import (
    ChangeRequest,
    Chart,
    Coverage,
    DashboardMessage,
    EmergencyContact,
    Grant,
    Patient,
    PortalView,
    Practice,
    Practitioner,
    StaffMember,
    StaffReach,
)
from portal_app.data.models.record_exports import RecordExport
from portal_app.data.models.records import AmendmentRequest, RecordEntry, RecordSource
from portal_app.data.models.roster import PatientImport, PatientImportRow
from portal_app.data.models.schedule import (
    Appointment,
    BookingPolicy,
    BookingRules,
    BusyTime,
    CalendarFeed,
    DraftCharge,
    HoursException,
    Location,
    OpenHours,
    VisitLink,
    VisitType,
)

metadata = SQLModel.metadata

__all__ = [
    "Allocation",
    "AmendmentRequest",
    "Appointment",
    "AuditEvent",
    "AuthBucket",
    "BillingSettings",
    "BookingPolicy",
    "BookingRules",
    "BusyTime",
    "CalendarFeed",
    "ChangeRequest",
    "Chart",
    "ConsentEvent",
    "ConsentPaper",
    "ConsentSignature",
    "ConsentSource",
    "Coverage",
    "DashboardMessage",
    "DisclosureAcceptance",
    "DocumentAlert",
    "DocumentAssignment",
    "DocumentDefinition",
    "DocumentResponse",
    "Draft",
    "DraftCharge",
    "EmergencyContact",
    "Fee",
    "Grant",
    "HoursException",
    "Instruction",
    "InstructionMark",
    "InstructionVersion",
    "InternalNote",
    "Invitation",
    "Invoice",
    "InvoiceLine",
    "LedgerEntry",
    "Location",
    "Message",
    "NoticeChoice",
    "OpenHours",
    "OutboxMail",
    "PasswordReset",
    "Patient",
    "PatientImport",
    "PatientImportRow",
    "PlainEmailChoice",
    "PortalView",
    "Practice",
    "Practitioner",
    "RecordEntry",
    "RecordExport",
    "RecordSource",
    "ResetRequest",
    "SavedReply",
    "SearchTerm",
    "StaffMember",
    "StaffReach",
    "StoredFile",
    "Thread",
    "ThreadReader",
    "User",
    "UserSession",
    "VisitLink",
    "VisitType",
    "metadata",
]
