"""The headings of a record, opened in place, and what stands under them."""

from gettext import gettext as _

from portal_app.components.icons import icon_svg
from portal_app.components.records.trend import trend_svg
from portal_app.components.safe import Safe, fragment, join
from portal_app.components.tag import Handler, Tag, fire
from portal_app.data.schemas.health_records import (
    GroupHead,
    RecordGroup,
    RecordLine,
    RecordPoint,
    RecordSeries,
)

ASK = _("Ask for a change")
NOTHING = _("Nothing shared yet")
_ASKED = "(e) => { const b = e.target.closest('[data-ask]'); if (b) emit(b.dataset.ask) }"


class GroupBox(Tag):
    """One heading; the button in it opens what stands under it, and closes it again."""

    def __init__(
        self, head: GroupHead, *, on_open: Handler, on_ask: Handler | None, on_more: Handler
    ) -> None:
        """Create it closed.

        Args:
            head: its words.
            on_open: called with its key when it is opened for the first time.
            on_ask: called with the id of an entry that is said to be wrong; None: no such button.
            on_more: called with its key to show more lines.
        """
        super().__init__("section", "lw-recgroup")
        self.key = head.key
        self._on_open, self._on_ask, self._on_more = on_open, on_ask, on_more
        self._body: Tag | None = None
        self._more: Tag | None = None
        self._is_open = self._is_read = self._has_more = False
        with self:
            with Tag("h3", "lw-rechead"):
                self._button = Tag(
                    "button",
                    "lw-recbtn",
                    html=_head_html(head),
                    type_="button",
                    aria_expanded=False,
                ).on_click(self._pressed)
            self._words = Tag("p", "lw-m lw-recwords", head.words or NOTHING)
        self.set(aria_labelledby=self._button.html_id)

    def set_head(self, head: GroupHead) -> None:
        """Change the words beside the heading."""
        self._words.set_text(head.words or NOTHING)

    def fill(self, group: RecordGroup) -> None:
        """Show what stands under it."""
        self._is_read, self._has_more = True, _shown(group) < group.rows
        self._place().set_html(group_html(group, may_ask=self._on_ask is not None))
        if self._more is not None:
            self._more.show(on=self._is_open and self._has_more)

    def forget(self) -> None:
        """Read it again when it is opened next."""
        self._is_read = False

    @property
    def is_open(self) -> bool:
        """Whether its content shows."""
        return self._is_open

    def set_open(self, on: bool) -> None:
        """Open or close it."""
        self._is_open = on
        self._button.set(aria_expanded=on)
        self._place().show(on=on)
        if self._more is not None:
            self._more.show(on=on and self._is_read and self._has_more)
        if on and not self._is_read:
            self._place().set_html(fragment("p", "lw-soft", _("Loading …")))
            fire(self, self._on_open, self.key)

    def _place(self) -> Tag:
        """Make the place of its content when it is first needed: a closed heading is three tags."""
        if self._body is None:
            with self:
                self._body = Tag("div", "lw-recbody")
                if (ask := self._on_ask) is not None:
                    self._body.on("click", lambda e: ask(str(e.args)), js_handler=_ASKED)
                self._more = Tag(
                    "button", "lw-btn lw-txt lw-recmore", _("Show more"), type_="button"
                ).show(on=False)
                self._more.on_click(lambda: fire(self, self._on_more, self.key))
            self._button.set(aria_controls=self._body.html_id)
        return self._body

    def _pressed(self) -> None:
        self.set_open(not self._is_open)


def _shown(group: RecordGroup) -> int:
    return len(group.lines) + len(group.series)


def _head_html(head: GroupHead) -> Safe:
    tile = fragment("span", "lw-ico", icon_svg(head.icon), aria_hidden=True)
    return join(tile, fragment("span", "lw-t", head.label), icon_svg("chevron-down"))


def group_html(group: RecordGroup, *, may_ask: bool) -> Safe:
    """Return what stands under a heading."""
    parts: list[Safe] = []
    if group.sentence:
        parts.append(fragment("p", "lw-b", group.sentence))
    elif not group.rows:
        parts.append(fragment("p", "lw-soft", _("Nothing here yet.")))
    parts += [_series_html(s, may_ask=may_ask) for s in group.series]
    lines = [fragment("li", "lw-recitem", *_line_parts(x, may_ask=may_ask)) for x in group.lines]
    if lines:
        parts.append(fragment("ul", "lw-reclist", *lines))
    if group.is_cut:
        words = _("Only the newest entries show here. The PDF holds all of them.")
        parts.append(fragment("p", "lw-soft lw-s14", words))
    return join(*parts)


def _line_parts(line: RecordLine, *, may_ask: bool) -> list[Safe]:
    when = " · ".join(w for w in (line.when, line.status) if w)
    parts = [fragment("p", "lw-b", line.title)]
    if when or line.is_corrected:
        fixed = fragment("span", "lw-chip", _("Corrected")) if line.is_corrected else Safe()
        parts.append(fragment("p", "lw-s14", when, " " if when else "", fixed))
    parts += [fragment("p", "lw-s14", f"{label}: {words}") for label, words in line.facts]
    if line.text:
        parts.append(fragment("p", "lw-s14 lw-recstory", line.text))
    if line.html:
        parts.append(_folded(_("Read it"), fragment("div", "lw-recstory", Safe(line.html))))
    if line.file:
        words = _("Download {name}").format(name=line.file_name or _("the file"))
        parts.append(
            fragment("p", "", fragment("a", "", words, href=f"/files/{line.file}", download=True))
        )
    if line.notice:
        parts.append(fragment("p", "lw-s13 lw-muted", line.notice))
    parts.append(_foot(line.source, line.id, may_ask=may_ask, what=line.title))
    if line.earlier:
        parts.append(_earlier(line))
    return parts


def _earlier(line: RecordLine) -> Safe:
    count = len(line.earlier)
    words = _("1 more time") if count == 1 else _("{count} more times").format(count=count)
    shown = line.earlier[:25]
    items = [
        fragment(
            "li",
            "",
            x.when or _("No date"),
            f" · {x.status}" if x.status else "",
            *(fragment("span", "lw-muted", f" · {w}") for _l, w in x.facts[:1]),
        )
        for x in shown
    ]
    if count > len(shown):
        items.append(fragment("li", "lw-muted", _("The PDF holds all of them.")))
    return _folded(words, fragment("ul", "lw-recearlier", *items))


def _folded(words: str, body: Safe) -> Safe:
    return fragment("details", "lw-recfold", fragment("summary", "", words), body)


def _foot(source: str, entry: str, *, may_ask: bool, what: str) -> Safe:
    ask = Safe()
    if may_ask:
        ask = fragment(
            "button",
            "lw-asklink",
            ASK,
            type_="button",
            data_ask=entry,
            data_no_replay=True,
            aria_label=f"{ASK}: {what}",
        )
    said = fragment("span", "", _("Source: {source}").format(source=source))
    return fragment("p", "lw-s13 lw-muted lw-recfoot", said, ask)


def _series_html(series: RecordSeries, *, may_ask: bool) -> Safe:
    newest = series.newest
    head = [
        fragment("span", "lw-b", series.name),
        fragment("span", "lw-recvalue", _value(newest)),
        _flag(newest),
    ]
    facts = [newest.when or _("No date")]
    if newest.range:
        facts.append(_("usual range {range}").format(range=newest.range))
    parts = [
        fragment("p", "lw-recmeasure", *head),
        fragment("p", "lw-s14", ", ".join(facts)),
    ]
    if series.notice:
        parts.append(fragment("p", "lw-s13 lw-muted", series.notice))
    parts.append(_foot(newest.source, newest.id, may_ask=may_ask, what=series.name))
    if len(series.points) > 1:
        words = _("See all {count} values").format(count=series.count)
        parts.append(_folded(words, join(trend_svg(series), _table(series))))
    return fragment("div", "lw-recitem", *parts)


def _value(point: RecordPoint) -> Safe:
    if not point.exact:
        return fragment("span", "", point.said)
    return fragment("data", "", point.said, value=point.exact, title=point.exact)


def _flag(point: RecordPoint) -> Safe:
    if not point.flag:
        return Safe()
    kind = "lw-chip lw-danger" if point.flag.startswith("Very") else "lw-chip lw-warn"
    return fragment("span", kind, point.flag)


def _table(series: RecordSeries) -> Safe:
    has_range = any(p.range for p in series.points)
    words = (_("Date"), _("Value"), _("Usual range"))[: 3 if has_range else 2]
    heads = [fragment("th", "", w, scope="col") for w in words]
    rows = [
        fragment(
            "tr",
            "",
            fragment("td", "", p.when or _("No date")),
            fragment("td", "", _value(p), " " if p.flag else "", _flag(p)),
            fragment("td", "", p.range) if has_range else Safe(),
        )
        for p in series.points
    ]
    caption = fragment("caption", "lw-sr", series.name)
    left = series.count - len(series.points)
    more = Safe()
    if left > 0:
        said = _("{count} older values stand in the PDF.").format(count=left)
        more = fragment("p", "lw-s13 lw-muted", said)
    table = fragment(
        "table",
        "lw-table lw-rectable",
        caption,
        fragment("thead", "", fragment("tr", "", *heads)),
        fragment("tbody", "", *rows),
    )
    return join(table, more)
