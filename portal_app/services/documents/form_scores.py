"""What the practice decided about each form that is scored."""

from sqlmodel import col, select

from portal_app.data.instruments import rule_of
from portal_app.data.models import DocumentDefinition
from portal_app.data.schemas.definitions import ScoreRow
from portal_app.rules.documents import DocumentKind
from portal_app.rules.errors import NotFoundError
from portal_app.security import access
from portal_app.security.actor import Actor
from portal_app.services.documents import definitions


def scored(actor: Actor) -> tuple[ScoreRow, ...]:
    """List the forms that are scored, with what the practice decided about each."""
    with access.open(actor, definitions.NEEDS) as work:
        d = DocumentDefinition
        listed = (
            select(d.key, d.title, d.settings)
            .where(d.status == definitions.ACTIVE, d.kind == DocumentKind.RATING_SCALE)
            .order_by(col(d.title))
            .limit(definitions.LISTED_MOST)
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
    with access.open(
        actor, definitions.NEEDS, writes=True, action=f"forms.{name}", target=key
    ) as work:
        rows = select(DocumentDefinition).where(DocumentDefinition.key == key)
        found = work.session.exec(rows).all()
        if not found:
            raise NotFoundError
        for row in found:
            row.settings = {**row.settings, name: on}
            work.session.add(row)
        work.announce(definitions.TOPIC)
