"""The visit that is being chosen, beside the picker: what, where, when, what it costs, and go."""

from datetime import datetime

from portal_app.components.button import Button
from portal_app.components.safe import Safe, fragment, join
from portal_app.components.schedule.picker import facts_html
from portal_app.components.schedule.words import (
    MODES,
    free_words,
    own_clock,
    policy_words,
    soon_words,
    wall,
)
from portal_app.components.tag import Handler, Tag
from portal_app.components.text import h2
from portal_app.data.schemas.schedule import BookView, Held, TypeOption

NOTHING_YET = "Choose a time"


class BookingPanel:
    """Facts, the policy's consequence, how long the time is kept, and the button."""

    def __init__(
        self, view: BookView, kind: TypeOption, mode: str, base: str, on_go: Handler
    ) -> None:
        """Draw it without a time; `base` is the address of the picker."""
        self._view, self._kind, self._mode, self._base = view, kind, mode, base
        self._act = "Send request" if view.by_request else "Confirm booking"
        self.policy_now = ""
        with Tag("aside", "lw-panel lw-pad lw-sum lw-bookside", aria_label="Your booking"):
            h2("Your visit")
            self._facts = Tag("dl")
            self._policy = Tag("p", "lw-policy1")
            self._kept = Tag("p", "lw-policy1", role="status")
            with Tag("div", "lw-actions lw-sticky-act"):
                self._short = Tag("span", "lw-only-m lw-chosen1")
                self.go = Button("", on_go)
        self.set_last(last=not view.acknowledges)

    def set_last(self, *, last: bool) -> None:
        """Let the button say what it does: book, or lead to the last step."""
        self.go.set_words(self._act if last else "Continue")

    def show_time(self, chosen: datetime | None, held: Held | None) -> None:
        """Show the time that is chosen, and how long it is kept."""
        view = self._view
        at = wall(view.zone, chosen or view.read_at)
        kept = held if held is not None and held.starts_at == chosen else None
        self._facts.set_html(facts_html(self._lines(chosen)))
        short = (
            join(at.short_day(chosen), fragment("br"), at.clock(chosen))
            if chosen
            else join(NOTHING_YET)
        )
        self._short.set_html(short)
        self.policy_now = self._policy_words(kept)
        self._policy.set_text(self.policy_now)
        until = f"We keep this time for you until {at.clock(kept.until)}." if kept else ""
        self._kept.set_text(until)

    def _lines(self, chosen: datetime | None) -> list[tuple[str, str | Safe]]:
        view, kind = self._view, self._kind
        at = wall(view.zone, view.read_at)
        when: str | Safe = NOTHING_YET
        if chosen:
            when = join(
                fragment("b", "", at.day_and_clock(chosen)), " ", own_clock(chosen, view.zone)
            )
        return [
            ("Visit", join(f"{kind.name}, {kind.minutes} minutes", self._other_kind())),
            ("With", view.clinician),
            ("Where", join(self.where, self._other_modes())),
            ("Until now", at.day_and_clock(view.moving.starts_at) if view.moving else ""),
            ("When", when),
            ("Fee", f"{kind.price}, billed after the visit" if kind.price else ""),
        ]

    @property
    def where(self) -> str:
        """Where the visit is."""
        return self._view.place if self._mode == "in_person" else MODES[self._mode]

    def _policy_words(self, kept: Held | None) -> str:
        policy = self._view.policy
        if kept is None:
            return policy_words(policy)
        at = wall(self._view.zone, kept.until)
        if kept.free_until < self._view.read_at:
            return soon_words(policy)
        if policy.mode == "block":
            return f"You can change or cancel until {at.day_and_clock(kept.free_until)}."
        return free_words(kept.free_until, policy.fee, at)

    def _other_kind(self) -> Safe:
        if self._view.moving or len(self._view.types) < 2:
            return Safe()
        href = f"{self._base}?kind=all"
        return join(" ", fragment("a", "", "Change", href=href, aria_label="Change the visit type"))

    def _other_modes(self) -> Safe:
        if self._view.moving:
            return Safe()
        base = f"{self._base}?kind={self._kind.id}&mode="
        others = [m for m in self._kind.modes if m != self._mode]
        return join(
            *(
                join(fragment("br"), fragment("a", "", f"{MODES[m]} instead", href=base + m))
                for m in others
            )
        )
