"""What is asked in a draft: one change at a time."""

from dataclasses import replace

from portal_app.data.schemas.definitions import BuilderView, FormInput, ItemInput, item_of
from portal_app.rules.documents import building
from portal_app.rules.documents.questionnaire import Item, Questionnaire
from portal_app.rules.errors import InvalidError, NotFoundError
from portal_app.security import access
from portal_app.security.actor import Actor
from portal_app.services.documents import definitions


def save_head(actor: Actor, definition: str, command: FormInput) -> BuilderView:
    """Change title and introduction of a draft."""
    with access.open(
        actor, definitions.NEEDS, writes=True, action="forms.change", target=definition
    ) as work:
        row = definitions.draft(work, definition)
        form = definitions.questionnaire_of(row)
        return definitions.save(
            work, row, replace(form, title=command.title, description=command.description)
        )


def add_item(actor: Actor, definition: str, command: ItemInput, section: str = "") -> BuilderView:
    """Add a question to a draft, at its end or at the end of a section."""
    with access.open(
        actor, definitions.NEEDS, writes=True, action="forms.change", target=definition
    ) as work:
        row = definitions.draft(work, definition)
        form = definitions.questionnaire_of(row)
        item = _item(command, Item(building.new_link(form), command.kind), form)
        return definitions.save(work, row, building.added(form, item, section))


def change_item(actor: Actor, definition: str, link: str, command: ItemInput) -> BuilderView:
    """Change a question of a draft."""
    with access.open(
        actor, definitions.NEEDS, writes=True, action="forms.change", target=definition
    ) as work:
        row = definitions.draft(work, definition)
        form = definitions.questionnaire_of(row)
        old = _known(form, link)
        if old.items and command.kind is not old.kind:
            raise InvalidError("Questions stand inside. Take them out first.", field="asked_as")
        return definitions.save(work, row, building.changed(form, _item(command, old, form)))


def move_item(actor: Actor, definition: str, link: str, by: int) -> BuilderView:
    """Move a question of a draft up or down."""
    with access.open(
        actor, definitions.NEEDS, writes=True, action="forms.change", target=definition
    ) as work:
        row = definitions.draft(work, definition)
        form = definitions.questionnaire_of(row)
        _known(form, link)
        return definitions.save(work, row, building.moved(form, link, 1 if by > 0 else -1))


def remove_item(actor: Actor, definition: str, link: str) -> BuilderView:
    """Take a question out of a draft."""
    with access.open(
        actor, definitions.NEEDS, writes=True, action="forms.change", target=definition
    ) as work:
        row = definitions.draft(work, definition)
        form = definitions.questionnaire_of(row)
        _known(form, link)
        return definitions.save(work, row, building.removed(form, link))


def _known(form: Questionnaire, link: str) -> Item:
    item = form.by_link.get(link)
    if item is None:
        raise NotFoundError("This question is not there any more.")
    return item


def _item(command: ItemInput, old: Item, form: Questionnaire) -> Item:
    try:
        changes = item_of(command, old, form)
    except ValueError as error:
        raise InvalidError(str(error)) from error
    return replace(old, **changes)  # type: ignore[arg-type]
