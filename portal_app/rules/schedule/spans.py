"""Stretches of time between two moments."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Self


@dataclass(frozen=True, order=True)
class Span:
    """From a moment up to another, the end exclusive."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        # two moments of one zone are compared and subtracted by the wall, so only UTC may come in
        if self.start.tzinfo is not UTC or self.end.tzinfo is not UTC:
            raise ValueError("A span stands in UTC.")
        if self.end < self.start:
            raise ValueError("A span does not end before it starts.")

    def overlaps(self, other: Self) -> bool:
        """Whether both share a moment; spans that only touch do not."""
        return max(self.start, other.start) < min(self.end, other.end)


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Give the same time in order and without overlaps; spans that touch become one."""
    whole: list[Span] = []
    for span in sorted(s for s in spans if s.start < s.end):
        if whole and span.start <= whole[-1].end:
            whole[-1] = Span(whole[-1].start, max(whole[-1].end, span.end))
        else:
            whole.append(span)
    return tuple(whole)


def without(spans: Iterable[Span], taken: Iterable[Span]) -> tuple[Span, ...]:
    """Cut what is taken out of each span; what is left stays apart, as the spans were."""
    cuts = merged(taken)
    begins, ends = [cut.start for cut in cuts], [cut.end for cut in cuts]
    left: list[Span] = []
    for span in spans:
        inside = cuts[bisect_right(ends, span.start) : bisect_left(begins, span.end)]
        bounds = [span.start, *(b for cut in inside for b in (cut.start, cut.end)), span.end]
        left += [Span(a, b) for a, b in list(pairwise(bounds))[::2] if a < b]
    return tuple(left)
