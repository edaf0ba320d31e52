"""Files that go with messages: inspected, encrypted, and handed out only through the gate."""

from dataclasses import dataclass
from typing import Protocol

from sqlmodel import col, select

from portal_app.data.models import Chart, Message, StoredFile, Thread
from portal_app.data.queries import messages as queries
from portal_app.data.schemas.messages import AttachmentView
from portal_app.rules import messages as rule
from portal_app.rules.errors import InvalidError, NotFoundError
from portal_app.rules.permissions import Permission
from portal_app.security import access
from portal_app.security.access import Work
from portal_app.security.actor import Actor
from portal_app.services.messages import writing
