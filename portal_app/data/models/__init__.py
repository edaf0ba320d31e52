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
from portal_app.data.models.identity import AuthBucket, Invitation, User, UserSession
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
from portal_app.data.models.operations import AuditEvent, OutboxMail
from portal_app.data.models.people import (
    ChangeRequest,
    Chart,
    Coverage,
    DashboardMessage,
    EmergencyContact,
    Grant,
    Patient,
    Practice,
    Practitioner,
    StaffMember,
    StaffReach,
)
from portal_app.data.models.record_exports import RecordExport
from portal_app.data.models.records import AmendmentRequest, RecordEntry, RecordSource
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
from portal_app.data.models.sign_in import (
    Authenticator,
    EmailChange,
    OidcIdentity,
    RecoveryCode,
    SignInTicket,
    TrustedDevice,
)
from portal_app.data.models.superbills import (
    ClinicianBilling,
    Superbill,
    SuperbillSettings,
    VisitCodes,
)

metadata = SQLModel.metadata

__all__ = [
    "Allocation",
    "AmendmentRequest",
    "Appointment",
    "AuditEvent",
    "AuthBucket",
    "Authenticator",
    "BillingSettings",
    "BookingPolicy",
    "BookingRules",
    "BusyTime",
    "CalendarFeed",
    "ChangeRequest",
    "Chart",
    "ClinicianBilling",
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
    "EmailChange",
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
    "OidcIdentity",
    "OpenHours",
    "OutboxMail",
    "Patient",
    "Practice",
    "Practitioner",
    "RecordEntry",
    "RecordExport",
    "RecordSource",
    "RecoveryCode",
    "SavedReply",
    "SearchTerm",
    "SignInTicket",
    "StaffMember",
    "StaffReach",
    "StoredFile",
    "Superbill",
    "SuperbillSettings",
    "Thread",
    "ThreadReader",
    "TrustedDevice",
    "User",
    "UserSession",
    "VisitCodes",
    "VisitLink",
    "VisitType",
    "metadata",
]
