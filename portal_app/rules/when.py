"""Moments in words, on the practice's wall clock, the way people say them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Wall:
    """The wall clock of a practice at one moment."""

    zone: ZoneInfo
    now: datetime

    @property
    def today(self) -> date:
        """The date on the wall."""
        return self.now.astimezone(self.zone).date()

    def clock(self, moment: datetime) -> str:
        """Say the time: 9:12 AM."""
        local = moment.astimezone(self.zone)
        return f"{local.hour % 12 or 12}:{local.minute:02} {'AM' if local.hour < 12 else 'PM'}"

    def short(self, moment: datetime, *, narrow: bool = False) -> str:
        """Say it in a list: the time today, the weekday this week (`narrow`: Fri), else the date."""
        day = moment.astimezone(self.zone).date()
        if day == self.today:
            return self.clock(moment)
        if self.today - timedelta(days=7) < day < self.today:
            return f"{day:%a}" if narrow else f"{day:%A}"
        year = "" if day.year == self.today.year else f", {day.year}"
        return f"{day:%b} {day.day}{year}"

    def day(self, moment: datetime) -> str:
        """Say the day above messages: Today, or Friday, November 20."""
        return self.date(moment.astimezone(self.zone).date())

    def date(self, day: date) -> str:
        """Say a date: Today, or Friday, November 20."""
        if day == self.today:
            return "Today"
        year = "" if day.year == self.today.year else f", {day.year}"
        return f"{day:%A}, {day:%B} {day.day}{year}"

    def calendar_day(self, moment: datetime) -> str:
        """Say the date in full, for what is kept: November 3, 2026."""
        return written_day(moment.astimezone(self.zone).date())

    def named_day(self, moment: datetime) -> str:
        """Say the day of a visit by its whole name, today's too: Wednesday, December 16."""
        day = moment.astimezone(self.zone).date()
        return f"{day:%A}, {day:%B} {day.day}"

    def short_day(self, moment: datetime) -> str:
        """Say the day where there is little room: Wed, Dec 16."""
        day = moment.astimezone(self.zone).date()
        return f"{day:%a}, {day:%b} {day.day}"

    def day_and_clock(self, moment: datetime) -> str:
        """Say day and time of a visit nearby: Wednesday, December 16, 4:00 PM."""
        return f"{self.named_day(moment)}, {self.clock(moment)}"

    def full(self, moment: datetime) -> str:
        """Say day and time: November 20, 9:12 AM."""
        day = moment.astimezone(self.zone).date()
        if day == self.today:
            return f"today, {self.clock(moment)}"
        return f"{day:%B} {day.day}, {self.clock(moment)}"

    def brief(self, moment: datetime) -> str:
        """Say day and time in few letters: Wed, Dec 9, 4:00 PM."""
        return f"{self.short_day(moment)}, {self.clock(moment)}"

    def ago(self, moment: datetime) -> str:
        """Say how long something has waited: 40 min, 3 hours, 2 days."""
        minutes = max(0, int((self.now - moment).total_seconds() // 60))
        if minutes < 60:
            return f"{minutes} min"
        hours = minutes // 60
        if hours < 24:
            return "1 hour" if hours == 1 else f"{hours} hours"
        days = hours // 24
        return "1 day" if days == 1 else f"{days} days"

    def greeting(self) -> str:
        """Greet by the time of day."""
        hour = self.now.astimezone(self.zone).hour
        if hour < 12:
            return "Good morning"
        return "Good afternoon" if hour < 18 else "Good evening"


def written_day(day: date) -> str:
    """Say a date in full: November 3, 2026."""
    return f"{day:%B} {day.day}, {day.year}"


def size(count: int) -> str:
    """Say how big a file is: 240 KB, 1.3 MB."""
    if (kilobytes := round(count / 1024)) < 1024:
        return f"{max(1, kilobytes)} KB"
    return f"{count / 1024 / 1024:.1f} MB"
