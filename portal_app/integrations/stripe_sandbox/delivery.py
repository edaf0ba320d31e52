"""Signed webhooks over the loopback, again and again until they are taken."""

import hashlib
import hmac
import http.client
import json
import logging
import threading
import time

from portal_app.integrations.stripe_sandbox.state import State

log = logging.getLogger(__name__)
GIVE_UP = 14
LONGEST = 600.0
TIMEOUT = 20.0


def signature(payload: str, secret: str, at: int | None = None) -> str:
    """Sign a body as Stripe does."""
    moment = at if at is not None else int(time.time())
    mac = hmac.new(secret.encode(), f"{moment}.{payload}".encode(), hashlib.sha256)
    return f"t={moment},v1={mac.hexdigest()}"


class Deliveries:
    """The thread that delivers."""

    def __init__(self, state: State, host: str, port: int, path: str = "/webhooks/stripe") -> None:
        """Deliver to that address."""
        self._state, self._host, self._port, self._path = state, host, port, path
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sandbox webhooks", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Deliver no more; what is left is delivered after the next start."""
        self._stop.set()
        self._state.woken.set()
        if self._thread.is_alive():
            self._thread.join(timeout=TIMEOUT)

    def _run(self) -> None:
        while not self._stop.is_set():
            self._state.woken.wait(0.5)
            self._state.woken.clear()
            if not self._stop.is_set():
                self.deliver_due()

    def deliver_due(self) -> int:
        """Deliver what is due now; returns how many were taken."""
        taken = 0
        for delivery, event, tries in self._state.due():
            found = self._state.get("event", event)
            if found is None or tries >= GIVE_UP:
                self._state.delivered(delivery)
            elif self._post(json.dumps(found)):
                self._state.delivered(delivery)
                taken += 1
            else:
                self._state.postpone(delivery, min(LONGEST, 0.5 * 2**tries))
        return taken

    def _post(self, payload: str) -> bool:
        line = http.client.HTTPConnection(self._host, self._port, timeout=TIMEOUT)
        headers = {
            "Content-Type": "application/json",
            "Stripe-Signature": signature(payload, self._state.webhook_secret),
        }
        try:
            line.request("POST", self._path, payload.encode(), headers)
            return 200 <= line.getresponse().status < 300
        except (OSError, http.client.HTTPException):
            return False
        finally:
            line.close()
