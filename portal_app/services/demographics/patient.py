"""A patient's own page of who she is; what the practice wants to look at waits for it."""

from collections.abc import Mapping

from portal_app.data.schemas.demographics import DemographicsView, Saved
from portal_app.rules.permissions import Permission
from portal_app.security import access
from portal_app.security.actor import Actor
from portal_app.services.demographics import editing

NEEDS = Permission.DEMOGRAPHICS_EDIT


def info(actor: Actor, chart: str) -> DemographicsView:
    """Show who the patient is, what was typed and not saved, what waits, and what has changed."""
    with access.open(actor, NEEDS, chart=chart) as work:
        return editing.view(work)


def save_draft(actor: Actor, chart: str, typed: Mapping[str, tuple[str, str]]) -> None:
    """Keep what is being typed, for this person on this chart; nothing typed forgets it."""
    with access.open(actor, NEEDS, chart=chart, writes=True, quiet=True) as work:
        editing.keep_typed(work, typed)


def save(actor: Actor, chart: str, typed: Mapping[str, tuple[str, str]]) -> Saved:
    """Save changes: names, birth date and insurance wait for the practice, the rest counts at once.

    Raises:
        InvalidError: a text can't be kept; ``field`` names it, and nothing is saved.
        ConflictError: somebody else has changed a field meanwhile; nothing is saved.
    """
    with access.open(actor, NEEDS, chart=chart, writes=True, action="demographics.save") as work:
        return editing.save(work, typed, reviewed=True, source="portal")
