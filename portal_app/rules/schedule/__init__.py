"""The exact rules of booking: moments in UTC, days and office hours on the practice's wall clock."""
