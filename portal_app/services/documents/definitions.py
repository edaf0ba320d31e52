"""The practice's forms: made, versioned, retired, taken over from elsewhere and handed on.

A version that is not a draft never changes again (the database holds that, too), so that whoever
was asked something can be shown for ever what was asked. A change is the draft of the next version.
"""

import uuid
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
    NewFormInput,
    ScaleOption,
)
from portal_app.integrations.fhir.questionnaire import parse, write
from portal_app.rules.documents import DocumentKind
from portal_app.rules.documents.questionnaire import Questionnaire
from portal_app.rules.documents.scoring import bound
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
        return view_of(work, find(work, definition))


def view_of(work: Work, row: DocumentDefinition) -> BuilderView:
    """Give a version as the builder shows it."""
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
        row = add(work, command.kind, form, write(form), {})
        return row.public_id


def begin(actor: Actor, definition: str) -> str:
    """Begin the next version, or go on with its draft; returns the draft's id."""
    with access.open(actor, NEEDS, writes=True, action="forms.begin", target=definition) as work:
        row = find(work, definition)
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


def publish(actor: Actor, definition: str) -> BuilderView:
    """Make a draft the version that is assigned from now on; it never changes again.

    Raises:
        InvalidError: nothing is asked, nobody has confirmed the right to use it, or the scale
            could not be scored any more.
    """
    with access.open(actor, NEEDS, writes=True, action="forms.publish", target=definition) as work:
        row = draft(work, definition)
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
        return view_of(work, row)


def discard(actor: Actor, definition: str) -> None:
    """Throw a draft away."""
    with access.open(actor, NEEDS, writes=True, action="forms.discard", target=definition) as work:
        work.session.delete(draft(work, definition))
        work.announce(TOPIC)


def set_retired(actor: Actor, definition: str, *, retired: bool) -> None:
    """Take a form out of use, or back into it; what was assigned stays as it is."""
    with access.open(actor, NEEDS, writes=True, action="forms.retire", target=definition) as work:
        row = find(work, definition)
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
    row = add(work, DocumentKind.RATING_SCALE, form, resource, {"instrument": key})
    row.status = ACTIVE
    return row


def lay_form(
    work: Work, kind: DocumentKind, form: Questionnaire, settings: dict[str, Any] | None = None
) -> DocumentDefinition:
    """Write a form of ours as a form in use."""
    row = add(work, kind, form, write(form), settings or {})
    row.status = ACTIVE
    return row


# ---------------------------------------------------------------- helpers
def find(work: Work, public_id: str) -> DocumentDefinition:
    """Find a version of a form; consents are looked for elsewhere."""
    rows = select(DocumentDefinition).where(
        DocumentDefinition.public_id == public_id,
        DocumentDefinition.kind != DocumentKind.E_CONSENT,
    )
    found = work.session.exec(rows).first()
    if found is None:
        raise NotFoundError
    return found


def draft(work: Work, public_id: str) -> DocumentDefinition:
    """Find a draft.

    Raises:
        ConflictError: it is a version in use.
    """
    row = find(work, public_id)
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


def add(
    work: Work, kind: str, form: Questionnaire, resource: dict[str, Any], settings: dict[str, Any]
) -> DocumentDefinition:
    """Write the first draft of a form."""
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


def save(work: Work, row: DocumentDefinition, form: Questionnaire) -> BuilderView:
    """Write a changed form into its draft."""
    base = row.questionnaire if row.questionnaire.get("item") else None
    row.questionnaire = write(form, base)
    row.title = form.title
    work.session.add(row)
    work.announce(TOPIC)
    return view_of(work, row)
