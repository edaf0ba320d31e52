"""The PDF of an invoice: made once from what was fixed at its issue, then always the same bytes."""

import json
from datetime import date
from typing import Any

from portal_app.data.models import Invoice, StoredFile
from portal_app.integrations import pdf
from portal_app.integrations.money import money
from portal_app.rules.errors import NotFoundError
from portal_app.rules.permissions import Permission
from portal_app.rules.when import written_day
from portal_app.security import access
from portal_app.security.access import Work
from portal_app.security.actor import Actor
from portal_app.services import files
from portal_app.services.billing import issuing

KIND = "invoice"
SIDES = (Permission.PRACTICE_BILLING, Permission.BILLING_VIEW)


def as_pdf(actor: Actor, chart: str, invoice: str) -> tuple[str, bytes]:
    """Give an invoice's PDF to a side that may see the chart's billing; (name of the file, bytes).

    Raises:
        NotFoundError: absent, not issued, or out of reach.
        PdfError: it could not be made.
    """
    for needs in SIDES:
        try:
            return _as_pdf(actor, chart, invoice, needs)
        except NotFoundError:
            continue
    raise NotFoundError


def _as_pdf(actor: Actor, chart: str, invoice: str, needs: Permission) -> tuple[str, bytes]:
    with access.open(
        actor, needs, chart=chart, writes=True, action="invoice.download", target=invoice
    ) as work:
        row = issuing.find(work, invoice)
        if row.number is None:
            raise NotFoundError
        name = f"invoice-{row.number}.pdf"
        if row.file_id is not None:
            return name, _kept(work, row)
        html = _page(row)
    data = pdf.render(html)
    with access.open(actor, needs, chart=chart, writes=True) as work:
        row = issuing.find(work, invoice)
        if row.file_id is None:
            made = files.keep(files.store(), work, KIND, name, "application/pdf", data)
            work.session.flush()
            row.file_id, row.sha256 = made.id, made.sha256
            work.session.add(row)
            return name, data
        return name, _kept(work, row)


def _kept(work: Work, row: Invoice) -> bytes:
    return files.content(files.store(), work.session.get_one(StoredFile, row.file_id))


def _page(row: Invoice) -> str:
    said: dict[str, Any] = json.loads(row.snapshot)
    currency = said["currency"]

    def day(written: str) -> str:
        return written_day(date.fromisoformat(written)) if written else ""

    return pdf.page(
        "invoice.html",
        title=f"Invoice {said['number']}",
        practice=said["practice"]["name"],
        about=said["patient"]["name"],
        made=day(said["issued_on"]),
        said=said,
        day=day,
        money=lambda minor: money(minor, currency),
    )


files.READERS[KIND] = files.Reader(
    Permission.BILLING_VIEW, Permission.PRACTICE_BILLING, lambda _work, _row, _staff: True
)
