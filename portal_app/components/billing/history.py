"""What has happened with money, as a table that becomes a list on a phone; and superbills."""

from collections.abc import Callable, Sequence

from portal_app.components.badge import chip_html
from portal_app.components.billing import words
from portal_app.components.safe import Safe, fragment, join
from portal_app.components.tag import Tag
from portal_app.components.text import link
from portal_app.data.schemas.superbills import HistoryRow, SuperbillRow
from portal_app.rules.when import Wall

TONES = {"payment": "ok", "credit": "ok", "refund": "warn", "late_fee": "warn"}


def history_html(rows: Sequence[HistoryRow], wall: Wall) -> Safe:
    """Return the rows of the table, in one piece."""
    # a table's parts that are laid out as a list lose their meaning unless it is said
    heads = [
        fragment("th", "lw-r" if name == "Amount" else "", name, scope="col", role="columnheader")
        for name in ("Date", "What", "Kind", "Amount")
    ]
    head = fragment("thead", "", fragment("tr", "", *heads, role="row"), role="rowgroup")
    body = fragment("tbody", "", *(_row(row, wall) for row in rows), role="rowgroup")
    return join(head, body)


def _row(row: HistoryRow, wall: Wall) -> Safe:
    what = join(
        fragment("span", "lw-b", row.title),
        fragment("span", "lw-m lw-hist-about", row.about) if row.about else Safe(),
    )
    return fragment(
        "tr",
        "",
        fragment("td", "lw-hist-day", words.short_day(row.day, wall), role="cell"),
        fragment("td", "lw-hist-what", what, role="cell"),
        fragment("td", "lw-hist-kind", chip_html(row.words, TONES.get(row.kind, "")), role="cell"),
        fragment("td", "lw-r lw-b lw-hist-amount", row.amount, role="cell"),
        role="row",
    )


def superbill_row(
    row: SuperbillRow, wall: Wall, href: str, more: Callable[[], object] | None = None
) -> None:
    """Draw a superbill with the link that downloads it."""
    with Tag("li", "lw-row"):
        with Tag("div", "lw-grow"):
            head = join(
                fragment("span", "lw-b", f"Superbill {row.number}"),
                chip_html(row.state) if row.state else Safe(),
            )
            Tag("p", "lw-wrap lw-hist-bill", html=head)
            days = (
                f"{words.short_day(row.first_day, wall)} to {words.short_day(row.last_day, wall)}"
            )
            made = words.short_day(row.made_on, wall)
            Tag("p", "lw-m", f"Visits from {days}. Made {made}")
        if more:
            more()
        link("Download", href, aria_label=f"Download superbill {row.number}", download=True)
