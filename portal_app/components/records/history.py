"""Who opened a record, as a list that grows in place."""

from gettext import gettext as _

from portal_app.components.button import Button
from portal_app.components.safe import Safe, fragment, join
from portal_app.components.tag import Handler, Tag
from portal_app.data.schemas.health_records import HistoryRow, HistoryView
from portal_app.rules.when import Wall


class OpenedBy(Tag):
    """Lines of who opened or downloaded what and when; it can stand on any page."""

    def __init__(self, on_more: Handler) -> None:
        """Create it empty; `on_more` is called to show older lines."""
        super().__init__("div")
        with self:
            self._list = Tag("ul", "lw-reclist")
            self._more = Button(_("Show more"), on_more, kind="txt", repeatable=True)
        self._more.show(on=False)

    def fill(self, view: HistoryView, wall: Wall) -> None:
        """Show these lines."""
        if view.rows:
            self._list.set_html(join(*(_row(r, wall) for r in view.rows)))
        else:
            self._list.set_html(fragment("li", "lw-soft", _("Nobody has opened it yet.")))
        self._more.show(on=bool(view.next_cursor))


def _row(row: HistoryRow, wall: Wall) -> Safe:
    who = f"{row.who}, {row.role}" if row.role else row.who
    times = _(" ({count} times)").format(count=row.times) if row.times > 1 else ""
    day = row.at.astimezone(wall.zone).date()
    at = f"{wall.full(row.at)}, {day.year}" if day.year != wall.today.year else wall.full(row.at)
    return fragment(
        "li",
        "lw-recitem",
        fragment("p", "lw-b", who),
        fragment("p", "lw-s14", f"{row.what}{times}"),
        fragment("p", "lw-s13 lw-muted", at[:1].upper() + at[1:]),
    )
