"""Ticks of the scheduler: find due rows, call a service; no truth lives here."""
