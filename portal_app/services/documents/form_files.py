"""Forms that come from elsewhere and go elsewhere, as FHIR R4 Questionnaires."""

import json
from dataclasses import dataclass, replace
from typing import Any

from sqlmodel import col, select

from portal_app.data.instruments import scales
from portal_app.data.models import DocumentDefinition
from portal_app.data.schemas.definitions import BuilderView
from portal_app.integrations.fhir.questionnaire import read_questionnaire, write
from portal_app.rules.documents import DocumentKind, building
from portal_app.rules.documents.questionnaire import ItemKind, Questionnaire
from portal_app.rules.documents.scoring import Instrument, bound
from portal_app.rules.errors import NotFoundError
from portal_app.security import access
from portal_app.security.actor import Actor
from portal_app.services.documents import definitions


@dataclass(frozen=True)
class Exported:
    """A form as a file."""

    name: str
    data: bytes


def take_over(actor: Actor, data: bytes) -> str:
    """Read a FHIR R4 Questionnaire into a draft; returns its id.

    Raises:
        InvalidError: with why the file cannot be used.
    """
    with access.open(actor, definitions.NEEDS, action="forms.import"):
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
    with access.open(actor, definitions.NEEDS, writes=True, action="forms.import") as work:
        return definitions.add(work, kind, form, resource, settings).public_id


def newest_draft(actor: Actor) -> str:
    """Find the draft that the person made last."""
    with access.open(actor, definitions.NEEDS) as work:
        rows = select(DocumentDefinition.public_id).where(
            DocumentDefinition.status == definitions.DRAFT,
            DocumentDefinition.created_by == work.person.id,
        )
        newest = rows.order_by(col(DocumentDefinition.created_at).desc())
        found = work.session.exec(newest).first()
        if found is None:
            raise NotFoundError
        return found


def export(actor: Actor, definition: str) -> Exported:
    """Give a version of a form as a FHIR R4 Questionnaire."""
    with access.open(actor, definitions.NEEDS, action="forms.export", target=definition) as work:
        row = definitions.find(work, definition)
        whole = {"resourceType": "Questionnaire", **row.questionnaire}
        data = json.dumps(whole, indent=2, ensure_ascii=False).encode()
        return Exported(f"{_file_name(row.title)}-v{row.version}.json", data)


def confirm_rights(actor: Actor, definition: str) -> BuilderView:
    """Say that the practice may use a form that came from elsewhere."""
    with access.open(
        actor, definitions.NEEDS, writes=True, action="forms.rights", target=definition
    ) as work:
        row = definitions.draft(work, definition)
        said = f"{work.member.name}, {work.today:%B} {work.today.day}, {work.today.year}"
        row.settings = {**row.settings, "rights": said}
        work.session.add(row)
        return definitions.view_of(work, row)


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
