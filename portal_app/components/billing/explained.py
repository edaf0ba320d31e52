"""How a balance came about."""

from portal_app.components.dialog import Dialog
from portal_app.components.safe import fragment, join
from portal_app.components.tag import Tag
from portal_app.components.text import paragraph
from portal_app.data.schemas.billing import ExplainedView


def explained_dialog(view: ExplainedView, title: str = "Explain my balance") -> Dialog:
    """Draw the closed dialog with the sum."""
    box = Dialog(title)
    with box.body:
        paragraph("This is everything since the beginning, added up.", "lw-soft")
        rows = [
            fragment("tr", "", fragment("td", "", words), fragment("td", "lw-r", amount))
            for words, amount in view.lines
        ]
        last = fragment(
            "tr",
            "lw-b",
            fragment("th", "", view.words, scope="row"),
            fragment("td", "lw-r", view.balance),
        )
        Tag("table", "lw-table lw-explained", html=fragment("tbody", "", join(*rows, last)))
        if view.open:
            paragraph("What is still open:", "lw-b lw-after")
            with Tag("ul"):
                for row in view.open:
                    of = "" if row.due == row.total else f" of {row.total}"
                    Tag("li", "", f"Invoice {row.number}: {row.due}{of}. {row.title}")
    return box
