"""Assigned documents in lists, on both sides; scores over time; files that were given."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from portal_app.components.badge import chip_html
from portal_app.components.button import link_button
from portal_app.components.icons import icon_svg
from portal_app.components.panel import icon_tile
from portal_app.components.safe import Safe, fragment, join
from portal_app.components.tag import Tag
from portal_app.components.trend import Line, Point, Range, trend_html
from portal_app.data.schemas.papers import (
    AnswerLine,
    AssignmentRow,
    PaperRow,
    TrendView,
    UploadRow,
)
from portal_app.rules.documents import WORDS, DocumentKind
from portal_app.rules.documents.states import PaperStatus, weeks
from portal_app.rules.when import Wall, size

S, K = PaperStatus, DocumentKind
ICONS = {
    K.ADMIN_FORM: "contact-round",
    K.QUESTIONNAIRE: "clipboard-list",
    K.RATING_SCALE: "activity",
    K.E_CONSENT: "pen-line",
}
STATES = {
    S.ASSIGNED: ("Not begun", ""),
    S.IN_PROGRESS: ("In progress", "info"),
    S.SUBMITTED: ("To review", "warn"),
    S.REVIEWED: ("Reviewed", "ok"),
    S.RETURNED: ("Returned", "info"),
    S.DECLINED: ("Declined", "danger"),
    S.EXPIRED: ("Ended", ""),
    S.WITHDRAWN: ("Withdrawn", ""),
}
"""How the practice calls a state, and its colour."""
WHO = {
    "patient": "by the patient",
    "guardian": "by a guardian",
    "both": "by the patient and a guardian",
}


def kind_words(kind: str) -> str:
    """Say what kind of document it is."""
    return WORDS[DocumentKind(kind)]


class PaperList(Tag):
    """Documents of a person; rows change in place."""

    def __init__(self, base: str) -> None:
        """Create it empty; `base` is the address of the section."""
        super().__init__("ul", "lw-panel")
        self._base = base

    def fill(self, rows: Sequence[PaperRow], wall: Wall) -> None:
        """Show these documents."""
        self.set_html(
            join(*(fragment("li", "lw-row", _row(r, wall, f"{self._base}/{r.id}")) for r in rows))
        )
        self.show(on=bool(rows))


def _row(row: PaperRow, wall: Wall, href: str) -> Safe:
    waits = PaperStatus(row.status) in {S.ASSIGNED, S.IN_PROGRESS, S.RETURNED}
    words, tone = _chip(row)
    icon = ICONS[DocumentKind(row.kind)]
    if row.kind == K.E_CONSENT and not waits:
        icon = "file-check"
    return join(
        icon_tile(icon, "wa" if waits else ""),
        fragment(
            "div",
            "lw-grow",
            fragment("a", "lw-t", row.title, href=href),
            fragment("p", "lw-m", _meta(row, wall)),
        ),
        chip_html(words, tone),
        icon_svg("chevron-right"),
    )


CHIPS = {
    S.ASSIGNED: ("Fill out", "warn"),
    S.IN_PROGRESS: ("In progress", "info"),
    S.RETURNED: ("Came back", "warn"),
    S.DECLINED: ("Declined", ""),
    S.EXPIRED: ("Ended", ""),
    S.SUBMITTED: ("Sent", "ok"),
    S.REVIEWED: ("Sent", "ok"),
}
CONSENT_CHIPS = CHIPS | {
    S.ASSIGNED: ("Sign", "warn"),
    S.IN_PROGRESS: ("Sign", "warn"),
    S.SUBMITTED: ("Signed", "ok"),
    S.REVIEWED: ("Signed", "ok"),
}


def _chip(row: PaperRow) -> tuple[str, str]:
    if row.corrects:
        return "Correction not sent", "warn"
    return (CONSENT_CHIPS if row.kind == K.E_CONSENT else CHIPS)[PaperStatus(row.status)]


def _meta(row: PaperRow, wall: Wall) -> str:
    parts = [kind_words(row.kind)]
    if PaperStatus(row.status) in {S.ASSIGNED, S.IN_PROGRESS, S.RETURNED}:
        parts.append(_begun(row, wall))
        if row.due_on:
            late = row.due_on < wall.today
            parts.append("Late" if late else f"Due {_date(row, wall)}")
    elif row.finished_at is not None:
        word = {S.DECLINED: "Declined", S.EXPIRED: "Not sent, ended"}.get(
            PaperStatus(row.status), "Signed" if row.kind == K.E_CONSENT else "Sent"
        )
        parts.append(f"{word} {_moment(row, wall)}")
    return ". ".join(p for p in parts if p)


def _begun(row: PaperRow, wall: Wall) -> str:
    if row.kind == K.E_CONSENT:
        return "Read and sign"
    if row.saved_at is None or row.status == S.ASSIGNED:
        return f"{row.asked} question{'' if row.asked == 1 else 's'}" if row.asked else ""
    return f"{row.answered} of {row.asked} answered, saved {wall.short(row.saved_at)}"


def _date(row: PaperRow, wall: Wall) -> str:
    day = row.due_on
    return "" if day is None else "today" if day == wall.today else f"{day:%B} {day.day}"


def _moment(row: PaperRow, wall: Wall) -> str:
    if row.finished_at is None:
        return ""
    day = row.finished_at.astimezone(wall.zone).date()
    if day == wall.today:
        return f"today, {wall.clock(row.finished_at)}"
    year = "" if day.year == wall.today.year else f", {day.year}"
    return f"{day:%B} {day.day}{year}"


# ---------------------------------------------------------------- the practice's list
def assignment_row(row: AssignmentRow, wall: Wall, href: str) -> Safe:
    """Return an assigned document as the practice lists it."""
    words, tone = ("Look today", "danger") if row.look_today else STATES[PaperStatus(row.status)]
    if row.kind == K.E_CONSENT and row.status == S.SUBMITTED:
        words, tone = "Signed", "ok"
    title = f"{row.patient}: {row.title}" if row.patient else row.title
    return join(
        icon_tile(ICONS[DocumentKind(row.kind)], "da" if row.look_today else ""),
        fragment(
            "div",
            "lw-grow",
            fragment("a", "lw-t", title, href=href),
            fragment("p", "lw-m", assignment_words(row, wall)),
        ),
        chip_html(words, tone),
    )


def assignment_words(row: AssignmentRow, wall: Wall) -> str:
    """Say when it was asked for and sent, by when, how often, of whom, and the score."""
    parts = [kind_words(row.kind)]
    if row.finished_at and row.status in {S.SUBMITTED, S.REVIEWED}:
        parts.append(f"Sent {wall.short(row.finished_at)}")
    else:
        parts.append(f"Asked for {wall.short(row.assigned_at)}")
    if row.due_on and row.status in {S.ASSIGNED, S.IN_PROGRESS, S.RETURNED}:
        parts.append(
            f"{'Late since' if row.due_on < wall.today else 'Due'} {wall.date(row.due_on)}"
        )
    if row.completed_by in WHO:
        parts.append(f"Completed {WHO[row.completed_by]}")
    if row.every:
        parts.append(every_words(row))
    if row.score:
        parts.append(row.score)
    return ". ".join(parts)


def every_words(row: AssignmentRow) -> str:
    """Say how often it is asked for."""
    number = weeks(row.every)
    often = f"every {number} weeks" if number > 1 else "every week" if number else ""
    often = often or "before every visit"
    return f"Again {often}" + (f" until {row.until:%B} {row.until.day}" if row.until else "")


# ---------------------------------------------------------------- scores and files
def trends_html(views: Sequence[TrendView], zone: ZoneInfo) -> Safe:
    """Return scores over time, one figure for each version of a scale."""
    return join(
        *(fragment("figure", "lw-trend lw-panel lw-pad", trend_html(_line(v, zone))) for v in views)
    )


def scores_link(href: str) -> None:
    """Draw the link to the same scores as a file for spreadsheets."""
    with Tag("p", "lw-after"):
        link_button("Download scores as CSV", href, kind="txt", icon="download", download=True)


def _line(view: TrendView, zone: ZoneInfo) -> Line:
    return Line(
        title=view.title,
        points=[Point(p.at.astimezone(zone).date(), p.value, p.band) for p in view.points],
        low=view.low,
        high=view.high,
        ranges=[Range(b.low, b.high, b.label) for b in view.bands],
    )


def uploads_html(rows: Sequence[UploadRow], wall: Wall) -> Safe:
    """Return files as a list with links to download them."""
    return fragment(
        "ul",
        "lw-panel",
        *(
            fragment(
                "li",
                "lw-row",
                icon_tile("paperclip", ""),
                fragment(
                    "div",
                    "lw-grow",
                    fragment(
                        "a",
                        "lw-t",
                        f.name,
                        href=f"/files/{f.id}",
                        download=True,
                        aria_label=f"Download {f.name}",
                    ),
                    fragment("p", "lw-m", f"{size(f.size)}, {f.by}, {wall.short(f.at)}"),
                ),
                icon_svg("download"),
            )
            for f in rows
        ),
    )


def answers_html(lines: Sequence[AnswerLine]) -> Safe:
    """Return questions with their answers, as a person reads them."""
    parts = []
    for line in lines:
        if line.heading:
            parts.append(fragment("h3", "lw-h3", line.text))
            continue
        mark = chip_html("Look at this", "danger") if line.flagged else Safe()
        parts.append(
            fragment(
                "dl",
                "lw-answer",
                fragment("dt", "", line.text),
                fragment("dd", "", *_broken(line.answer), " ", mark),
            )
        )
    return fragment("div", "lw-read", *parts)


def _broken(text: str) -> list[Safe]:
    parts: list[Safe] = []
    for number, line in enumerate(text.split("\n")):
        if number:
            parts.append(fragment("br"))
        parts.append(join(line))
    return parts
