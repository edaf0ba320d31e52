"""Whether Stripe is connected, and where the books differ from it."""

from portal_app.components.panel import section as heading
from portal_app.components.tag import Tag
from portal_app.components.text import paragraph
from portal_app.data.schemas.payments import ConnectionView

MODES = {
    "none": (
        "Not connected",
        (
            "Patients pay at the practice. To take cards, set PORTAL_STRIPE_SECRET_KEY and "
            "PORTAL_STRIPE_WEBHOOK_SECRET on the machine and start again."
        ),
    ),
    "sandbox": (
        "Test mode, on this machine",
        "The card sandbox stands in for Stripe. No money moves.",
    ),
    "test": ("Connected in Stripe’s test mode", "Test cards only. No money moves."),
    "live": ("Connected", "Patients can pay by card."),
}


def card_payments(view: ConnectionView) -> None:
    """Draw both; keys are never shown."""
    title, words = MODES[view.mode]
    with heading("Stripe"), Tag("div", "lw-panel lw-pad"):
        paragraph(title, "lw-b")
        paragraph(words, "lw-soft")
        if view.mode in {"test", "live"}:
            paragraph(
                "Stripe tells us what happens at /webhooks/stripe."
                if view.hears_events
                else "No webhook is set up. We ask Stripe every minute instead.",
                "lw-soft",
            )
    with heading("Books and Stripe"):
        if not view.differences:
            paragraph("They agree. They are compared every night.", "lw-soft")
            return
        with Tag("ul", "lw-panel"):
            for what, amount in view.differences:
                with Tag("li", "lw-row"):
                    Tag("span", "lw-grow", what)
                    Tag("span", "lw-b", amount)
