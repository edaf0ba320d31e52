"""Consents for tests: definitions, assignments, and PDFs of every kind."""

import io
from typing import Any

from pypdf import PdfWriter
from sqlmodel import select

from portal_app.data.models import (
    Chart,
    DocumentAssignment,
    DocumentDefinition,
    Patient,
    StoredFile,
)
from portal_app.data.schemas.consents import ConsentInput, ConsentView, SignInput
from portal_app.integrations import pdf
from portal_app.security.system import open_system
from portal_app.services import files
from portal_app.services.documents import papers
from portal_app.services.documents.consents import definitions, signing
from tests.world import World

WORDS = (
    "# What it is\n\nA visit by video for {{patient}} with {{clinician}}.\n\n---\n\nYou may say no."
)
SHORT = "Words for {{patient}}."


def blank(pages: int = 1) -> bytes:
    """A PDF of empty pages."""
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(300, 300)
    return written(writer)


def written(writer: PdfWriter) -> bytes:
    """The bytes of a PDF."""
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def worded(*pages: str) -> bytes:
    """A PDF with words on its pages."""
    body = (
        "".join(f"<p style='break-after:page'>{p}</p>" for p in pages[:-1]) + f"<p>{pages[-1]}</p>"
    )
    return pdf.render(f"<!doctype html><html lang=en><title>t</title>{body}")


def define(world: World, markdown: str = SHORT, **settings: Any) -> str:
    """A consent that the practice has written."""
    command = ConsentInput(title="Consent to video visits", markdown=markdown, **settings)
    return definitions.write(world["owner"], command)


def assign(
    world: World,
    definition: str = "",
    *,
    chart: str = "alice",
    completed_by: str = "either",
) -> str:
    """Ask for a consent; it is written as the practice's own service would."""
    definition = definition or define(world)
    with open_system("a consent is asked for") as work:
        row = work.session.exec(
            select(DocumentDefinition).where(DocumentDefinition.public_id == definition)
        ).one()
        of = work.session.exec(select(Chart).where(Chart.public_id == world.charts[chart])).one()
        made = DocumentAssignment(
            chart_id=of.id,
            patient_id=of.patient_id,
            definition_id=row.id,
            kind=row.kind,
            title=row.title,
            completed_by=completed_by,
            assigned_at=work.now,
        )
        work.session.add(made)
        return made.public_id


def view(world: World, document: str, who: str = "alice", chart: str = "alice") -> ConsentView:
    """Open a consent as somebody."""
    found = papers.open_paper(world[who], world.charts[chart], document)
    assert isinstance(found, ConsentView)
    return found


def wish(shown: ConsentView, **changes: Any) -> SignInput:
    """What the page would send."""
    values = {
        "sha256": shown.sha256,
        "agreed": True,
        "accepts_screen": True,
        "name": "Alice Adams",
    }
    return SignInput.model_validate(values | changes)


def sign(
    world: World, document: str, who: str = "alice", chart: str = "alice", **changes: Any
) -> ConsentView:
    """Open and sign a consent as somebody; gives what she sees then."""
    shown = view(world, document, who, chart)
    signing.sign(world[who], world.charts[chart], document, wish(shown, **changes))
    return view(world, document, who, chart)


def data_of(world: World, file: str, who: str = "alice") -> bytes:
    """The bytes that somebody downloads."""
    return files.download(world.foundation.store, world[who], file).data


def born(world: World, day: Any) -> None:
    """Give Alice a birth date."""
    with open_system("a birth date") as work:
        row = work.session.exec(select(Patient).where(Patient.given == "Alice")).one()
        row.birth_date = day
        work.session.add(row)


def all_of(model: type) -> list[Any]:
    """Every row of a table."""
    with open_system("look", writes=False) as work:
        return list(work.session.exec(select(model)).all())


__all__ = ["StoredFile"]
