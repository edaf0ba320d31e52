"""A stand-in for Stripe on this machine: its API for the real SDK, its pages, its webhooks.

It keeps its own state in the data folder. It is served only in the demo, where nothing is charged.
"""

from portal_app.integrations.stripe_sandbox.delivery import Deliveries
from portal_app.integrations.stripe_sandbox.direct import Direct
from portal_app.integrations.stripe_sandbox.state import State
from portal_app.integrations.stripe_sandbox.web import PREFIX, router

__all__ = ["PREFIX", "Deliveries", "Direct", "State", "router"]
