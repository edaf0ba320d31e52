"""Billing history, superbills and codes of Alice's chart with Dr. Own."""

from datetime import date
from typing import Any

from sqlmodel import select

from portal_app.data.models import ClinicianBilling, Practitioner, Superbill, VisitCodes
from portal_app.data.schemas.superbills import ClinicianBillingInput, VisitCodesInput
from portal_app.integrations import pdf
from portal_app.rules.billing.ranges import DEFAULT
from portal_app.security.system import open_system
from portal_app.services.billing import history, superbills, visit_codes
from tests.security.actors import HOME, OWNER, ROSTER
from tests.superbill_world import charge, ready
from tests.world import World

A = "alice"
WRITTEN = (Superbill, VisitCodes)
CODES = VisitCodesInput(diagnoses=("F41.1",), place="11")


class Superbills:
    """One that was made, and a visit that its codes can be given to."""

    def __init__(self, world: World) -> None:
        ready()
        self.visit = charge(world, 10).visit
        made = superbills.create(world[A], world.charts[A], "30").made
        assert made
        self.made = made.id
        charge(world, 40)
        with open_system("look", writes=False) as work:
            row = work.session.exec(select(Practitioner).where(Practitioner.name == "Dr. Own"))
            self.clinician = str(row.one().id)
            assert work.session.exec(select(ClinicianBilling)).first()


STAGED = {
    "billing.superbills.": Superbills,
    "billing.visit_codes.": Superbills,
    "billing.history.": Superbills,
    "GET /pdf/superbills": Superbills,
    "GET /pdf/statements": Superbills,
    "/practice/patients/{chart}/superbills": Superbills,
    "/practice/settings/clinicians-and-staff/insurance": Superbills,
}
SECTIONS = {
    "/practice/patients/{chart}/superbills": (ROSTER, {"chart": lambda w, _: w.charts[A]}),
    "/practice/settings/clinicians-and-staff/insurance": (OWNER, {}),
}
ACTIONS = {
    "billing.history.opened": (HOME, lambda a, w, _: history.opened(a, w.charts[A])),
    "billing.history.page": (HOME, lambda a, w, _: history.page(a, w.charts[A])),
    "billing.superbills.create": (HOME, lambda a, w, _: superbills.create(a, w.charts[A], DEFAULT)),
    "billing.superbills.void": (
        ROSTER,
        lambda a, w, s: superbills.void(a, w.charts[A], s.of(Superbills).made, "Wrong"),
    ),
    "billing.visit_codes.desk": (ROSTER, lambda a, w, _: visit_codes.desk(a, w.charts[A])),
    "billing.visit_codes.search": (
        ROSTER,
        lambda a, w, _: visit_codes.search(a, w.charts[A], "anxiety"),
    ),
    "billing.visit_codes.last_diagnoses": (
        ROSTER,
        lambda a, w, s: visit_codes.last_diagnoses(a, w.charts[A], s.of(Superbills).visit),
    ),
    "billing.visit_codes.give": (
        ROSTER,
        lambda a, w, s: visit_codes.give(a, w.charts[A], s.of(Superbills).visit, CODES),
    ),
    "billing.visit_codes.save_clinician": (
        OWNER,
        lambda a, _, s: visit_codes.save_clinician(
            a, s.of(Superbills).clinician, ClinicianBillingInput()
        ),
    ),
}


def _superbill(a: Any, w: World, s: Any) -> Any:
    try:
        return superbills.as_pdf(a, w.charts[A], s.of(Superbills).made)
    finally:
        pdf.stop()


def _statement(a: Any, w: World, _: Any) -> Any:
    try:
        return history.statement(a, w.charts[A], "dates", date(2026, 1, 1))
    finally:
        pdf.stop()


ROUTES = {
    "GET /pdf/superbills/{chart}/{superbill}": (HOME | ROSTER, _superbill),
    "GET /pdf/statements/{chart}": (HOME, _statement),
}
