"""Who a patient is, on the practice's side: what waits for a decision, and changes by the practice."""

from collections.abc import Mapping

from portal_app.data.models import Patient
from portal_app.data.schemas.demographics import DemographicsView, DetailsPanel, Fact, Saved
from portal_app.rules import demographics as rule
from portal_app.rules.permissions import Permission
from portal_app.security import access
from portal_app.security.access import Work
from portal_app.security.actor import Actor
from portal_app.services.demographics import editing, facts, requests

NEEDS = Permission.PRACTICE_DEMOGRAPHICS
OVERVIEW = ("pronouns", "gender", "language", "phone", "phone_home")


def details(actor: Actor, chart: str) -> DemographicsView:
    """Show everything that is known of who the patient is, to change it."""
    with access.open(actor, NEEDS, chart=chart) as work:
        return editing.view(work)


def save_draft(actor: Actor, chart: str, typed: Mapping[str, tuple[str, str]]) -> None:
    """Keep what a member of the practice is typing."""
    with access.open(actor, NEEDS, chart=chart, writes=True, quiet=True) as work:
        editing.keep_typed(work, typed)


def save_for_practice(actor: Actor, chart: str, typed: Mapping[str, tuple[str, str]]) -> Saved:
    """Save changes of the practice; all of them count at once.

    Raises:
        InvalidError: a text can't be kept; ``field`` names it, and nothing is saved.
        ConflictError: somebody else has changed a field meanwhile; nothing is saved.
    """
    with access.open(actor, NEEDS, chart=chart, writes=True, action="demographics.save") as work:
        return editing.save(work, typed, reviewed=False, source="practice")


def panel(actor: Actor, chart: str) -> DetailsPanel:
    """Sum up who the patient is, and what waits for a decision."""
    with access.open(actor, NEEDS, chart=chart) as work:
        return panel_of(work)


def panel_of(work: Work) -> DetailsPanel:
    """Sum it up inside an open unit of work."""
    known = facts.read(facts.held(work), work.practice.country)
    lines = [(rule.LABELS[k], facts.in_words(work, k, known.get(k, ""))) for k in OVERVIEW]
    lines.insert(0, ("Legal name", _legal(work.patient)))
    lines.append(("Address", facts.address_of(work.patient).in_one_line()))
    for place in range(1, rule.numbered(known, "coverage") + 1):
        parts = [known.get(f"coverage.{place}.{n}", "") for n in ("payer", "member_id")]
        words = ", ".join(p for p in parts if p)
        lines.append(("Insurance" if place == 1 else "Second insurance", words))
    return DetailsPanel(
        facts=tuple(Fact(label, value) for label, value in lines if value),
        waiting=requests.waiting(work),
        topic=facts.topic(work),
    )


def _legal(patient: Patient) -> str:
    return f"{patient.given} {patient.family}".strip()
