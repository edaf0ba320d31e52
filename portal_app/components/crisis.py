"""Where help is, at once: shown when an answer says that somebody may need it now."""

from portal_app.components.icons import icon_svg
from portal_app.components.safe import Safe, fragment, join
from portal_app.components.tag import Tag


class CrisisPanel(Tag):
    """Calm words and the numbers to call or text; hidden until it is needed."""

    def __init__(self, line: str, emergency: str, *, level: int = 2) -> None:
        """Create it hidden; the numbers are the practice's."""
        super().__init__("section", "lw-panel lw-pad lw-helpnow", role="status")
        heading = f"{self.html_id}-h"
        self._words = _words(line, emergency, level, heading)
        self._heading = heading
        self.show(on=False)

    def appear(self, on: bool) -> None:
        """Show it, and say it aloud; or take it away."""
        # filled when it appears: what stands there from the start is not said aloud
        self.set_html(self._words if on else Safe())
        self.set(aria_labelledby=self._heading if on else None)
        self.show(on=on)


def _words(line: str, emergency: str, level: int, heading: str) -> Safe:
    dial = "".join(c for c in line if c.isdigit() or c == "+")
    return join(
        fragment("span", "lw-ico lw-da", icon_svg("life-buoy"), aria_hidden=True),
        fragment(
            "div",
            "lw-grow",
            fragment(f"h{level}", "lw-h2", "You do not have to carry this alone", id=heading),
            fragment(
                "p",
                "",
                "Some of what you answered can be very hard. Somebody is there for you right now, "
                "day and night.",
            ),
            fragment(
                "p",
                "lw-wrap lw-actions",
                fragment("a", "lw-btn", f"Call {line}", href=f"tel:{dial}"),
                fragment("a", "lw-btn lw-sec", f"Text {line}", href=f"sms:{dial}"),
            ),
            fragment(
                "p",
                "lw-soft",
                "In danger right now? Call ",
                fragment("a", "", emergency, href=f"tel:{emergency}"),
                ". The practice may not see this at once.",
            ),
        ),
    )
