"""Settings, Payments: cards, what invoices say about the practice, and until when they are due."""

from dataclasses import dataclass

from portal_app.components.button import Button
from portal_app.components.field import Field
from portal_app.components.form import ErrorSummary, Form
from portal_app.components.panel import section as heading
from portal_app.components.tag import Tag
from portal_app.data.schemas.billing import BillingInput, BillingView
from portal_app.data.schemas.payments import ConnectionView
from portal_app.pages.framework.visit import Visit
from portal_app.pages.practice.areas import settings_head
from portal_app.pages.practice.card_payments import card_payments
from portal_app.pages.routing import action, section
from portal_app.rules.errors import NotFoundError, PortalError
from portal_app.rules.permissions import Permission
from portal_app.security.actor import Actor
from portal_app.services.billing import reconciling, setup

SAVE = action(setup.save_billing, needs=setup.NEEDS)
PARTS = (
    (
        "What invoices say",
        ("legal_name", "remit_to", "billing_phone", "tax_id", "npi", "group_npi", "closing_words"),
    ),
    ("When and how", ("net_days", "currency", "next_number")),
)
HELP = {
    "legal_name": "As it stands on your tax papers.",
    "remit_to": "The address for checks.",
    "tax_id": "EIN, such as 12-3456789.",
    "npi": "Ten digits.",
    "group_npi": "Ten digits.",
    "net_days": "From the day of issue. 0 means on receipt.",
    "currency": "Three letters. It stays once there is an invoice.",
    "next_number": "Numbers have no gaps. It can be set until there is an invoice.",
    "closing_words": "In your own words, such as how to reach you.",
}
TEXTS = {"remit_to", "closing_words"}
ONCE = {"currency", "next_number"}
"""Settled with the first invoice."""
NEEDED = {"currency", "net_days", "next_number"}


@dataclass(frozen=True)
class PaymentsPage:
    """Cards, and for who may change it what invoices say."""

    connection: ConnectionView
    billing: BillingView | None


def load(actor: Actor) -> PaymentsPage:
    """Read what the viewer may see of it."""
    connection = reconciling.connection(actor)
    try:
        return PaymentsPage(connection, setup.billing(actor))
    except NotFoundError:
        return PaymentsPage(connection, None)


@section(
    "practice",
    "/settings/payments",
    needs=Permission.PRACTICE_BILLING,
    title="Payments",
    nav="settings",
    load=load,
)
def payments_page(visit: Visit, view: PaymentsPage) -> None:
    """Show it, and save what invoices say."""
    with Tag("div", "lw-page"):
        settings_head(visit, "payments", "Payments", "Cards, and what your invoices say.")
        with Tag("div", "lw-stack lw-set1 lw-gap10"):
            card_payments(view.connection)
        if view.billing is not None:
            _invoices(visit, view.billing)


def _invoices(visit: Visit, view: BillingView) -> None:
    with Tag("div", "lw-set1"):
        summary = ErrorSummary()
        fields: dict[str, Field] = {}
        with Tag("div", "lw-stack lw-set1 lw-gap10"):
            for title, names in PARTS:
                with heading(title), Tag("div", "lw-stack lw-gap5"):
                    for name in names:
                        if not (view.has_begun and name in ONCE):
                            fields[name] = _field(name, view.command)
        form = Form(BillingInput, fields, summary)
        with Tag("div", "lw-actions"):
            button = Button("Save")

    async def save() -> None:
        kept = {n: getattr(view.command, n) for n in ONCE if n not in fields}
        command = form.check(**kept)
        if command is None:
            return

        def refuse(error: PortalError) -> None:
            if not form.refuse(error.field, error.message):
                visit.say(error.message)

        with button.busy("Saving"):
            done, _ = await visit.attempt(SAVE(visit.actor, command), refuse)
        if done:
            visit.say("Saved")

    button.on_click(save)


def _field(name: str, view: BillingInput) -> Field:
    value = getattr(view, name)
    kind = "textarea" if name in TEXTS else "number" if isinstance(value, int) else "text"
    return Field(
        str(BillingInput.model_fields[name].title),
        str(value),
        kind=kind,
        rows=3 if kind == "textarea" else 0,
        help_text=HELP.get(name, ""),
        optional=name not in NEEDED,
    )
