"""The practice's forms: made, versioned, retired, taken over from elsewhere and handed on.

A version that is not a draft never changes again (the database holds that, too), so that whoever
was asked something can be shown for ever what was asked. A change is the draft of the next version.
"""

import json
import uuid
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import func, update
from sqlalchemy import select as columns
from sqlmodel import col, select

from portal_app.data.instruments import rule_of, scales
from portal_app.data.models import DocumentAssignment, DocumentDefinition
from portal_app.data.schemas.definitions import (
    BuilderView,
    DefinitionRow,
    DefinitionsView,
    FormInput,
    ItemInput,
    NewFormInput,
    ScaleOption,
    ScoreRow,
    item_of,
)
from portal_app.integrations.fhir.questionnaire import parse, read_questionnaire, write
from portal_app.rules.documents import DocumentKind, building
from portal_app.rules.documents.questionnaire import Item, ItemKind, Questionnaire
from portal_app.rules.documents.scoring import Instrument, bound
from portal_app.rules.errors import ConflictError, InvalidError, NotFoundError
from portal_app.rules.permissions import Permission
from portal_app.security import access
from portal_app.security.access import Work
from portal_app.security.actor import Actor

NEEDS = Permission.PRACTICE_FORMS
TOPIC = "forms"
DRAFT, ACTIVE, SUPERSEDED, RETIRED = "draft", "active", "superseded", "retired"
LISTED_MOST = 300
_LISTED = ("public_id", "key", "kind", "title", "version", "status", "settings", "created_at")
EMPTY = "The form has no question yet."


@dataclass(frozen=True)
class Exported:
    """A form as a file."""

    name: str
    data: bytes


# ---------------------------------------------------------------- reading
def listing(actor: Actor) -> DefinitionsView:
    """List every form in its newest version, and the scales that could be added."""
    with access.open(actor, NEEDS) as work:
        found = _rows(work)
        have = {scale for _, scale in found}
        offered = tuple(
            ScaleOption(key, parse(scale.questionnaire).title, scale.rule.licence)
            for key, scale in scales().items()
            if scale.questionnaire and key not in have
        )
        rows = tuple(row for row, _ in found)
        return DefinitionsView(
            rows=tuple(r for r in rows if r.status != RETIRED),
            retired=tuple(r for r in rows if r.status == RETIRED),
            scales=offered,
        )


def _rows(work: Work) -> list[tuple[DefinitionRow, str]]:
    # the questions and the pages of consents stay where they are
    d = DocumentDefinition
    listed = (
        columns(*(col(getattr(d, name)) for name in _LISTED))
        .where(col(d.status) != SUPERSEDED)
        .order_by(col(d.version))
        .limit(LISTED_MOST)
    )
    newest: dict[str, tuple[Any, ...]] = {}
    drafts: dict[str, str] = {}
    for found in work.session.execute(listed).all():
        if found.status == DRAFT:
            drafts[found.key] = found.public_id
            newest.setdefault(found.key, tuple(found))
        else:
            newest[found.key] = tuple(found)
    uses = _uses(work)
    rows = []
    for public_id, key, kind, title, version, status, settings, made_at in newest.values():
        rule = rule_of(str(settings.get("instrument", "")))
        row = DefinitionRow(
            id=public_id,
            kind=kind,
            title=title,
            version=version,
            status=status,
            uses=uses.get(key, 0),
            has_draft=key in drafts and status != DRAFT,
            scale=rule.title if rule else "",
            made_at=made_at,
        )
        rows.append((row, rule.key if rule else ""))
    return sorted(rows, key=lambda pair: (pair[0].kind, pair[0].title.casefold()))


def _uses(work: Work) -> dict[str, int]:
    """Count the assignments within reach, by form."""
    counted = (
        select(DocumentDefinition.key, func.count())
        .join(DocumentAssignment, col(DocumentAssignment.definition_id) == DocumentDefinition.id)
        .group_by(col(DocumentDefinition.key))
    )
    return dict(work.session.exec(counted).all())


def builder(actor: Actor, definition: str) -> BuilderView:
    """Open one version of a form."""
    with access.open(actor, NEEDS) as work:
        return _view(work, _find(work, definition))


def _view(work: Work, row: DocumentDefinition) -> BuilderView:
    form = questionnaire_of(row)
    rule = rule_of(str(row.settings.get("instrument", "")))
    draft = _draft_of(work, row.key)
    rights = row.settings.get("rights")
    return BuilderView(
        id=row.public_id,
        kind=row.kind,
        version=row.version,
        status=row.status,
        uses=_uses(work).get(row.key, 0),
        form=form,
        scale=rule.title if rule else "",
        is_scored=rule is not None and bound(rule, form) is not None,
        notes=tuple(row.settings.get("notes", ())),
        needs_rights=bool(row.settings.get("imported")) and not rights,
        rights=str(rights or ""),
        draft=draft.public_id if draft and draft.id != row.id else "",
    )


def questionnaire_of(row: DocumentDefinition) -> Questionnaire:
    """Read what is asked; a form that was just begun asks nothing yet."""
    if not row.questionnaire.get("item"):
        return Questionnaire(row.title, description=str(row.questionnaire.get("description", "")))
    return parse(row.questionnaire)


# ---------------------------------------------------------------- making
def create(actor: Actor, command: NewFormInput) -> str:
    """Begin a form; returns the id of its draft."""
    with access.open(actor, NEEDS, writes=True, action="forms.create") as work:
        form = Questionnaire(command.title, description=command.description)
        row = _add(work, command.kind, form, write(form), {})
        return row.public_id


def begin(actor: Actor, definition: str) -> str:
    """Begin the next version, or go on with its draft; returns the draft's id."""
    with access.open(actor, NEEDS, writes=True, action="forms.begin", target=definition) as work:
        row = _find(work, definition)
        draft = _draft_of(work, row.key)
        if draft:
            return draft.public_id
        made = DocumentDefinition(
            key=row.key,
            version=_last_version(work, row.key) + 1,
            kind=row.kind,
            title=row.title,
            status=DRAFT,
            questionnaire=row.questionnaire,
            settings=row.settings,
            created_by=work.person.id,
            created_at=work.now,
        )
        work.session.add(made)
        work.announce(TOPIC)
        return made.public_id


def save_head(actor: Actor, definition: str, command: FormInput) -> BuilderView:
    """Change title and introduction of a draft."""
    with access.open(actor, NEEDS, writes=True, action="forms.change", target=definition) as work:
        row = _draft(work, definition)
        form = questionnaire_of(row)
        return _save(work, row, replace(form, title=command.title, description=command.description))


def add_item(actor: Actor, definition: str, command: ItemInput, section: str = "") -> BuilderView:
    """Add a question to a draft, at its end or at the end of a section."""
    with access.open(actor, NEEDS, writes=True, action="forms.change", target=definition) as work:
        row = _draft(work, definition)
        form = questionnaire_of(row)
        item = _item(command, Item(building.new_link(form), command.kind), form)
        return _save(work, row, building.added(form, item, section))


def change_item(actor: Actor, definition: str, link: str, command: ItemInput) -> BuilderView:
    """Change a question of a draft."""
    with access.open(actor, NEEDS, writes=True, action="forms.change", target=definition) as work:
        row = _draft(work, definition)
        form = questionnaire_of(row)
        old = _known(form, link)
        if old.items and command.kind is not old.kind:
            raise InvalidError("Questions stand inside. Take them out first.", field="asked_as")
        return _save(work, row, building.changed(form, _item(command, old, form)))


def move_item(actor: Actor, definition: str, link: str, by: int) -> BuilderView:
    """Move a question of a draft up or down."""
    with access.open(actor, NEEDS, writes=True, action="forms.change", target=definition) as work:
        row = _draft(work, definition)
        form = questionnaire_of(row)
        _known(form, link)
        return _save(work, row, building.moved(form, link, 1 if by > 0 else -1))


def remove_item(actor: Actor, definition: str, link: str) -> BuilderView:
    """Take a question out of a draft."""
    with access.open(actor, NEEDS, writes=True, action="forms.change", target=definition) as work:
        row = _draft(work, definition)
        form = questionnaire_of(row)
        _known(form, link)
        return _save(work, row, building.removed(form, link))


def confirm_rights(actor: Actor, definition: str) -> BuilderView:
    """Say that the practice may use a form that came from elsewhere."""
    with access.open(actor, NEEDS, writes=True, action="forms.rights", target=definition) as work:
        row = _draft(work, definition)
        said = f"{work.member.name}, {work.today:%B} {work.today.day}, {work.today.year}"
        row.settings = {**row.settings, "rights": said}
        work.session.add(row)
        return _view(work, row)


def publish(actor: Actor, definition: str) -> BuilderView:
    """Make a draft the version that is assigned from now on; it never changes again.

    Raises:
        InvalidError: nothing is asked, nobody has confirmed the right to use it, or the scale
            could not be scored any more.
    """
    with access.open(actor, NEEDS, writes=True, action="forms.publish", target=definition) as work:
        row = _draft(work, definition)
        form = questionnaire_of(row)
        if not any(item.asked for item in form.walk()):
            raise InvalidError(EMPTY)
        if row.settings.get("imported") and not row.settings.get("rights"):
            raise InvalidError("Confirm first that you may use this form.")
        rule = rule_of(str(row.settings.get("instrument", "")))
        if rule and bound(rule, form) is None:
            raise InvalidError(
                f"This is no {rule.title} any more, so it could not be scored. Keep its questions "
                "and their answers, or make a new questionnaire."
            )
        retire_others = (
            update(DocumentDefinition)
            .where(
                col(DocumentDefinition.key) == row.key,
                col(DocumentDefinition.status).in_([ACTIVE, RETIRED]),
            )
            .values(status=SUPERSEDED)
        )
        work.session.execute(retire_others)
        row.status = ACTIVE
        work.session.add(row)
        work.session.flush()
        work.announce(TOPIC)
        return _view(work, row)


def discard(actor: Actor, definition: str) -> None:
    """Throw a draft away."""
    with access.open(actor, NEEDS, writes=True, action="forms.discard", target=definition) as work:
        work.session.delete(_draft(work, definition))
        work.announce(TOPIC)


def set_retired(actor: Actor, definition: str, *, retired: bool) -> None:
    """Take a form out of use, or back into it; what was assigned stays as it is."""
    with access.open(actor, NEEDS, writes=True, action="forms.retire", target=definition) as work:
        row = _find(work, definition)
        if row.status not in {ACTIVE, RETIRED}:
            raise ConflictError("Only the version in use can be retired.")
        row.status = RETIRED if retired else ACTIVE
        work.session.add(row)
        work.announce(TOPIC)


def add_scale(actor: Actor, key: str) -> str:
    """Take a shipped scale into use; returns the id of the form."""
    with access.open(actor, NEEDS, writes=True, action="forms.add_scale") as work:
        have = {scale for _, scale in _rows(work)}
        scale = scales().get(key)
        if scale is None or scale.questionnaire is None:
            raise NotFoundError
        if key in have:
            raise ConflictError("This scale is there already.")
        return lay_scale(work, key).public_id


def lay_scale(work: Work, key: str) -> DocumentDefinition:
    """Write a shipped scale as a form in use."""
    scale = scales()[key]
    resource = dict(scale.questionnaire or {})
    form = parse(resource)
    row = _add(work, DocumentKind.RATING_SCALE, form, resource, {"instrument": key})
    row.status = ACTIVE
    return row


def lay_form(
    work: Work, kind: DocumentKind, form: Questionnaire, settings: dict[str, Any] | None = None
) -> DocumentDefinition:
    """Write a form of ours as a form in use."""
    row = _add(work, kind, form, write(form), settings or {})
    row.status = ACTIVE
    return row


# ---------------------------------------------------------------- in and out
def take_over(actor: Actor, data: bytes) -> str:
    """Read a FHIR R4 Questionnaire into a draft; returns its id.

    Raises:
        InvalidError: with why the file cannot be used.
    """
    with access.open(actor, NEEDS, action="forms.import"):
        pass  # nothing is read for somebody who may not
    found = read_questionnaire(data)
    rule = _scale_of(found.questionnaire)
    form, resource = found.questionnaire, found.resource
    if rule:
        form = _without_total(form, rule)
        resource = write(form, resource)
    settings: dict[str, Any] = {"imported": True, "notes": list(found.notes)}
    if rule:
        settings["instrument"] = rule.key
    kind = DocumentKind.RATING_SCALE if rule else DocumentKind.QUESTIONNAIRE
    with access.open(actor, NEEDS, writes=True, action="forms.import") as work:
        return _add(work, kind, form, resource, settings).public_id


def newest_draft(actor: Actor) -> str:
    """Find the draft that the person made last."""
    with access.open(actor, NEEDS) as work:
        rows = select(DocumentDefinition.public_id).where(
            DocumentDefinition.status == DRAFT, DocumentDefinition.created_by == work.person.id
        )
        newest = rows.order_by(col(DocumentDefinition.created_at).desc())
        found = work.session.exec(newest).first()
        if found is None:
            raise NotFoundError
        return found


def export(actor: Actor, definition: str) -> Exported:
    """Give a version of a form as a FHIR R4 Questionnaire."""
    with access.open(actor, NEEDS, action="forms.export", target=definition) as work:
        row = _find(work, definition)
        whole = {"resourceType": "Questionnaire", **row.questionnaire}
        data = json.dumps(whole, indent=2, ensure_ascii=False).encode()
        return Exported(f"{_file_name(row.title)}-v{row.version}.json", data)


# ---------------------------------------------------------------- scores
def scored(actor: Actor) -> tuple[ScoreRow, ...]:
    """List the forms that are scored, with what the practice decided about each."""
    with access.open(actor, NEEDS) as work:
        d = DocumentDefinition
        listed = (
            select(d.key, d.title, d.settings)
            .where(d.status == ACTIVE, d.kind == DocumentKind.RATING_SCALE)
            .order_by(col(d.title))
            .limit(LISTED_MOST)
        )
        rows = []
        for key, title, settings in work.session.exec(listed).all():
            rule = rule_of(str(settings.get("instrument", "")))
            if rule:
                rows.append(
                    ScoreRow(
                        key=key,
                        title=title,
                        scale=rule.title,
                        show_score=bool(settings.get("show_score")),
                        skips=bool(settings.get("skips")),
                        may_skip=rule.prorate,
                        licence=rule.licence,
                    )
                )
        return tuple(rows)


def set_score_shown(actor: Actor, key: str, *, shown: bool) -> None:
    """Decide whether patients see their score of a form, in every version of it."""
    _decide(actor, key, "show_score", on=shown)


def set_skips(actor: Actor, key: str, *, allowed: bool) -> None:
    """Decide whether questions of a scale may be left out, as far as its own rule goes."""
    _decide(actor, key, "skips", on=allowed)


def _decide(actor: Actor, key: str, name: str, *, on: bool) -> None:
    with access.open(actor, NEEDS, writes=True, action=f"forms.{name}", target=key) as work:
        rows = select(DocumentDefinition).where(DocumentDefinition.key == key)
        found = work.session.exec(rows).all()
        if not found:
            raise NotFoundError
        for row in found:
            row.settings = {**row.settings, name: on}
            work.session.add(row)
        work.announce(TOPIC)


# ---------------------------------------------------------------- helpers
def _find(work: Work, public_id: str) -> DocumentDefinition:
    rows = select(DocumentDefinition).where(
        DocumentDefinition.public_id == public_id,
        DocumentDefinition.kind != DocumentKind.E_CONSENT,
    )
    found = work.session.exec(rows).first()
    if found is None:
        raise NotFoundError
    return found


def _draft(work: Work, public_id: str) -> DocumentDefinition:
    row = _find(work, public_id)
    if row.status != DRAFT:
        raise ConflictError("This version is in use and stays as it is. Begin a new one.")
    return row


def _draft_of(work: Work, key: str) -> DocumentDefinition | None:
    rows = select(DocumentDefinition).where(
        DocumentDefinition.key == key, DocumentDefinition.status == DRAFT
    )
    return work.session.exec(rows).first()


def _last_version(work: Work, key: str) -> int:
    rows = select(func.max(DocumentDefinition.version)).where(DocumentDefinition.key == key)
    return int(work.session.exec(rows).one() or 0)


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


def _add(
    work: Work, kind: str, form: Questionnaire, resource: dict[str, Any], settings: dict[str, Any]
) -> DocumentDefinition:
    row = DocumentDefinition(
        key=uuid.uuid4().hex,
        kind=kind,
        title=form.title,
        status=DRAFT,
        questionnaire=resource,
        settings=settings,
        created_by=work.user.id if work.user else None,
        created_at=work.now,
    )
    work.session.add(row)
    work.announce(TOPIC)
    return row


def _save(work: Work, row: DocumentDefinition, form: Questionnaire) -> BuilderView:
    base = row.questionnaire if row.questionnaire.get("item") else None
    row.questionnaire = write(form, base)
    row.title = form.title
    work.session.add(row)
    work.announce(TOPIC)
    return _view(work, row)


def _scale_of(form: Questionnaire) -> Instrument | None:
    """Find the scale that a form is, by the code of its panel, if its questions fit."""
    codes = {code.code for code in form.codes}
    for scale in scales().values():
        if scale.rule.panel in codes and bound(scale.rule, form) is not None:
            return scale.rule
    return None


def _without_total(form: Questionnaire, rule: Instrument) -> Questionnaire:
    """Do not ask for the total: it is worked out here."""
    for item in form.walk():
        is_total = rule.total_code and rule.total_code in {code.code for code in item.codes}
        if is_total and item.kind in {ItemKind.DECIMAL, ItemKind.INTEGER, ItemKind.QUANTITY}:
            form = building.changed(
                form, replace(item, read_only=True, hidden=True, required=False)
            )
    return form


def _file_name(title: str) -> str:
    words = "".join(c if c.isascii() and c.isalnum() else " " for c in title).split()
    return "-".join(words)[:60].lower() or "form"
