"""Settings, Services and fees: what the practice charges, in its own words."""

from dataclasses import replace

from portal_app.components.button import Button
from portal_app.components.field import Field
from portal_app.components.tag import Tag
from portal_app.data.schemas.billing import FeeInput, FeeRow, FeesView
from portal_app.pages.framework.visit import Visit
from portal_app.pages.practice.areas import settings_head
from portal_app.pages.practice.listing import Drawn, EditableList, Kind
from portal_app.pages.routing import action, section
from portal_app.services.billing import setup

SAVE = action(setup.save_fee, needs=setup.NEEDS)
SWITCH = action(setup.set_fee_active, needs=setup.NEEDS)
HELP = {
    "name": "In your own words; patients read them on their invoices.",
    "code": "The code that you bill with, if there is one. Superbills need it.",
    "modifiers": "Up to four, such as 95.",
    "amount": "Such as 160.00.",
    "visit_type": "Proposed when such a visit is invoiced.",
    "shares": "Where several codes share the fee: code:share words, such as "
    "99213:2 Medicine, 90833:1 Therapy.",
}
OPTIONAL = {"code", "modifiers", "visit_type", "shares"}


@section(
    "practice",
    "/settings/services-and-fees",
    needs=setup.NEEDS,
    title="Services and fees",
    nav="settings",
    load=setup.fees,
)
def fees_page(visit: Visit, view: FeesView) -> None:
    """List the fees; a dialog adds and changes them."""

    def draw(command: FeeInput) -> Drawn:
        return {name: _field(name, command, view.types) for name in FeeInput.model_fields}, dict

    with Tag("div", "lw-page"):
        lead = "What you charge for. An invoice that exists keeps its amount."
        with settings_head(visit, "services-and-fees", "Services and fees", lead):
            add = Button("Add a service", icon="plus", repeatable=True)
        listed = EditableList(visit, replace(KIND, draw=draw), view.rows)
    add.on_click(listed.edit)


def _detail(row: FeeRow) -> str:
    parts = [row.amount, row.command.code, row.command.shares, row.visit]
    return ", ".join(part for part in parts if part)


def _field(name: str, command: FeeInput, types: tuple[tuple[str, str], ...]) -> Field:
    options = [("", "None"), *types] if name == "visit_type" else []
    return Field(
        str(FeeInput.model_fields[name].title),
        str(getattr(command, name)),
        kind="select" if options else "text",
        options=options,
        help_text=HELP[name],
        optional=name in OPTIONAL,
        inputmode="decimal" if name == "amount" else None,
    )


KIND = Kind(
    title="Service",
    none="No services yet. Visits are invoiced with the price of their type.",
    schema=FeeInput,
    new=FeeInput.model_construct(name="", amount=""),
    read=setup.fee_rows,
    save=SAVE,
    switch=SWITCH,
    detail=_detail,
    draw=lambda command: ({name: _field(name, command, ()) for name in HELP}, dict),
)
