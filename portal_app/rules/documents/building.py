"""How a form is built: one change at a time, each giving a sound form or a refusal."""

from collections.abc import Callable
from dataclasses import replace

from portal_app.rules.documents.questionnaire import Item, ItemKind, Questionnaire
from portal_app.rules.errors import InvalidError

Items = tuple[Item, ...]


def new_link(form: Questionnaire) -> str:
    """Give a linkId that is not taken."""
    number = len(form.by_link) + 1
    while f"q{number}" in form.by_link:
        number += 1
    return f"q{number}"


def added(form: Questionnaire, item: Item, section: str = "") -> Questionnaire:
    """Add a question at the end, or at the end of a section.

    Raises:
        InvalidError: the form would not be sound.
    """
    if not section:
        return _checked(form, replace(form, items=(*form.items, item)))
    _section(form, section)
    return _checked(
        form,
        _at(form, section, lambda group: (replace(group, items=(*group.items, item)),)),
    )


def changed(form: Questionnaire, item: Item) -> Questionnaire:
    """Put a question in the place of the one with its linkId; what stands inside stays."""
    return _checked(form, _at(form, item.link_id, lambda old: (replace(item, items=old.items),)))


def removed(form: Questionnaire, link: str) -> Questionnaire:
    """Take a question out, with what stands inside.

    Raises:
        InvalidError: another question waits for it.
    """
    inside = {inner.link_id for inner in _walk((form.by_link[link],))}
    waiting = next(
        (
            item
            for item in form.walk()
            if item.link_id not in inside and any(w.question in inside for w in item.enable)
        ),
        None,
    )
    if waiting:
        raise InvalidError(f"“{waiting.words[:60]}” waits for this question. Change that first.")
    return _at(form, link, lambda _: ())


def moved(form: Questionnaire, link: str, by: int) -> Questionnaire:
    """Move a question up (-1) or down (1) among those beside it; at the end it stays."""
    parent = form.parents.get(link)
    beside = list(form.by_link[parent].items if parent else form.items)
    place = next(n for n, item in enumerate(beside) if item.link_id == link)
    to = place + by
    if not 0 <= to < len(beside):
        return form
    beside.insert(to, beside.pop(place))
    if parent is None:
        return _checked(form, replace(form, items=tuple(beside)))
    return _checked(form, _at(form, parent, lambda group: (replace(group, items=tuple(beside)),)))


def earlier(form: Questionnaire, link: str = "") -> Items:
    """List the questions that one may wait for: those that are asked before it."""
    found: list[Item] = []
    for item in form.walk():
        if item.link_id == link:
            break
        if item.asked and item.kind is not ItemKind.ATTACHMENT:
            found.append(item)
    return tuple(found)


def sections(form: Questionnaire) -> Items:
    """List the sections that a question can be added to."""
    return tuple(item for item in form.walk() if item.kind is ItemKind.GROUP)


def _section(form: Questionnaire, link: str) -> None:
    item = form.by_link.get(link)
    if item is None or item.kind is not ItemKind.GROUP:
        raise InvalidError("Choose a section.")


def _walk(items: Items) -> Items:
    return tuple(inner for item in items for inner in (item, *_walk(item.items)))


def _at(form: Questionnaire, link: str, change: Callable[[Item], Items]) -> Questionnaire:
    def through(items: Items) -> Items:
        return tuple(
            new
            for item in items
            for new in (
                change(item)
                if item.link_id == link
                else (replace(item, items=through(item.items)) if item.items else item,)
            )
        )

    return replace(form, items=through(form.items))


def _checked(before: Questionnaire, after: Questionnaire) -> Questionnaire:
    """Refuse a change after which a question waits for a later one that it did not wait for."""
    for link in _too_early(after) - _too_early(before):
        words = after.by_link[link].words[:60]
        raise InvalidError(f"“{words}” can only wait for a question that comes before it.")
    return after


def _too_early(form: Questionnaire) -> set[str]:
    place = {item.link_id: n for n, item in enumerate(form.walk())}
    return {
        item.link_id
        for item in form.walk()
        if any(place[when.question] > place[item.link_id] for when in item.enable)
    }
