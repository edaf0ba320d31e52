"""Consents of the practice: written here or uploaded, and a new version for each change."""

import uuid

from sqlmodel import col, select

from portal_app.data.models import ConsentSource, DocumentDefinition
from portal_app.data.schemas.consents import TITLE_MOST, WORDS_MOST, ConsentInput, ConsentRow
from portal_app.integrations import pdf
from portal_app.integrations.sniffing import PDF, display_name, inspect
from portal_app.rules.consents import check_words
from portal_app.rules.errors import InvalidError, NotFoundError
from portal_app.rules.permissions import Permission
from portal_app.security import access
from portal_app.security.access import Work
from portal_app.security.actor import Actor
from portal_app.services.documents.consents import common

NEEDS = Permission.PRACTICE_FORMS
PDF_MOST = 10 * 1024 * 1024
LIST_MOST = 100


def consents(actor: Actor) -> tuple[ConsentRow, ...]:
    """List the consents that can be assigned, the newest version of each."""
    with access.open(actor, NEEDS) as work:
        rows = (
            select(
                DocumentDefinition.public_id,
                DocumentDefinition.title,
                DocumentDefinition.version,
                DocumentDefinition.settings,
            )
            .where(DocumentDefinition.kind == common.KIND, DocumentDefinition.status == "active")
            .order_by(col(DocumentDefinition.title))
            .limit(LIST_MOST)
        )
        return tuple(
            ConsentRow(
                public_id,
                title,
                version,
                int(settings.get("pages", 0)),
                bool(settings.get("countersign")),
            )
            for public_id, title, version, settings in work.session.exec(rows).all()
        )


def source(actor: Actor, consent: str) -> ConsentInput:
    """Read a consent, to change it; of a PDF only what stands beside it."""
    with access.open(actor, NEEDS) as work:
        row = _find(work, consent)
        return ConsentInput(
            title=row.title,
            markdown=row.markdown,
            countersign=bool(row.settings.get("countersign")),
            minor_signs=bool(row.settings.get("minor_signs")),
        )


def write(actor: Actor, command: ConsentInput, replaces: str = "") -> str:
    """Save a consent that is written here; what was assigned before keeps its words.

    Args:
        actor: who writes.
        command: title, Markdown, who signs.
        replaces: the version that this one takes the place of.

    Raises:
        InvalidError: no title, no words, or a placeholder that nothing can be put in for.
    """
    words = command.markdown.strip()
    if not words:
        raise InvalidError("Write the words of the consent.", field="markdown")
    if len(words) > WORDS_MOST:
        raise InvalidError(f"Use at most {WORDS_MOST:,} characters.", field="markdown")
    check_words(words)
    with access.open(
        actor, NEEDS, writes=True, action="documents.consent", target=replaces
    ) as work:
        return _add(work, command, replaces, markdown=words).public_id


def upload(actor: Actor, name: str, data: bytes, command: ConsentInput, replaces: str = "") -> str:
    """Take a PDF as a consent: its pages are shown and signed as they are.

    Raises:
        InvalidError: no PDF, locked, too big or too long, or it holds more than pages.
    """
    with access.open(actor, NEEDS, quiet=True):
        """Nobody else may let the server work on a file."""
    clean = inspect(name, data, PDF_MOST)
    shown = display_name(name)
    if clean.media_type != PDF:
        raise InvalidError(f"{shown} is no PDF.", field="file")
    try:
        pages = pdf.look(clean.data)
    except pdf.PdfError as error:
        raise InvalidError(f"{shown} can’t be read.", field="file") from error
    if isinstance(pages, str):
        raise InvalidError(f"{shown} {pages}.", field="file")
    title = command.title.strip() or clean.name.removesuffix(".pdf")
    named = command.model_copy(update={"title": title})
    with access.open(
        actor, NEEDS, writes=True, action="documents.consent", target=replaces
    ) as work:
        return _add(work, named, replaces, data=clean.data, pages=pages).public_id


def change_terms(actor: Actor, command: ConsentInput, consent: str) -> str:
    """Change the title of an uploaded consent and who signs it: a new version, the same pages.

    Raises:
        InvalidError: no title, or a very long one.
        NotFoundError: no such consent, or one that is written here.
    """
    with access.open(actor, NEEDS, writes=True, action="documents.consent", target=consent) as work:
        old = _find(work, consent)
        rows = select(ConsentSource).where(ConsentSource.definition_id == old.id)
        kept = work.session.exec(rows).first()
        if kept is None:
            raise NotFoundError
        pages = tuple(kept.pages)
        return _add(work, command, consent, data=kept.pdf, pages=pages).public_id


def retire(actor: Actor, consent: str) -> None:
    """Offer a consent no longer; what was assigned stays."""
    with access.open(actor, NEEDS, writes=True, action="documents.consent", target=consent) as work:
        row = _find(work, consent)
        row.status = "retired"
        work.session.add(row)


def _find(work: Work, consent: str) -> DocumentDefinition:
    rows = select(DocumentDefinition).where(
        DocumentDefinition.public_id == consent,
        DocumentDefinition.kind == common.KIND,
        DocumentDefinition.status == "active",
    )
    row = work.session.exec(rows).first()
    if row is None:
        raise NotFoundError
    return row


def _add(
    work: Work,
    command: ConsentInput,
    replaces: str,
    *,
    markdown: str = "",
    data: bytes | None = None,
    pages: tuple[str, ...] = (),
) -> DocumentDefinition:
    title = command.title.strip()
    if not title:
        raise InvalidError("Give the consent a title.", field="title")
    if len(title) > TITLE_MOST:
        raise InvalidError(f"Use at most {TITLE_MOST} characters.", field="title")
    old = _find(work, replaces) if replaces else None
    if old is not None:
        old.status = "superseded"
        work.session.add(old)
    settings: dict[str, object] = {
        "countersign": command.countersign,
        "minor_signs": command.minor_signs,
    }
    if data is not None:
        settings["pages"] = len(pages)
    row = DocumentDefinition(
        key=old.key if old else f"consent-{uuid.uuid4().hex[:12]}",
        version=old.version + 1 if old else 1,
        kind=common.KIND,
        title=title,
        settings=settings,
        markdown=markdown,
        created_by=work.user.id if work.user else None,
        created_at=work.now,
    )
    work.session.add(row)
    work.session.flush()
    if data is not None:
        work.session.add(ConsentSource(definition_id=row.id, pdf=data, pages=list(pages)))
    work.announce(common.LIST_TOPIC)
    return row
