"""What the sandbox knows, in a database of its own that survives the end of the process."""

import json
import secrets
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Json = dict[str, Any]

FAULTS = (
    "drop_webhooks",
    "delay_webhooks",
    "duplicate_webhooks",
    "reorder_webhooks",
    "time_out_after_charge",
    "answer_500",
)
LOG_MOST = 2000
KEYS_LIVE = 24 * 3600
TABLES = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS objects (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL, kind TEXT NOT NULL,
  body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS objects_kind ON objects (kind, seq);
CREATE TABLE IF NOT EXISTS keys (
  key TEXT PRIMARY KEY, request TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL,
  at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS log (id INTEGER PRIMARY KEY AUTOINCREMENT, entry TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS faults (name TEXT PRIMARY KEY, count INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS deliveries (
  id INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT NOT NULL, due REAL NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0, held INTEGER NOT NULL DEFAULT 0);
"""


class State:
    """Objects, idempotency keys, faults, the log, and what is still to be delivered."""

    def __init__(self, path: Path) -> None:
        """Open the file, or make it."""
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = threading.RLock()
        self._open = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._open.execute("PRAGMA journal_mode=WAL")
        self._open.execute("PRAGMA synchronous=NORMAL")
        self._open.executescript(TABLES)
        self.woken = threading.Event()
        self.api_key = self._secret("api_key", "sk_test_")
        self.webhook_secret = self._secret("webhook_secret", "whsec_")

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._open.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, one at a time."""
        with self._lock:
            self._open.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._open.execute("ROLLBACK")
                raise
            self._open.execute("COMMIT")
        self.woken.set()

    def _secret(self, name: str, prefix: str) -> str:
        with self.transaction():
            value = prefix + secrets.token_hex(16)
            self._open.execute("INSERT OR IGNORE INTO meta VALUES (?, ?)", (name, value))
            row = self._open.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return str(row[0])

    # ------------------------------------------------------------ objects
    def put(self, kind: str, body: Json) -> Json:
        """Keep an object, new or changed."""
        self._open.execute(
            "INSERT INTO objects (id, kind, body) VALUES (?, ?, ?) "
            "ON CONFLICT (id) DO UPDATE SET body = excluded.body",
            (body["id"], kind, json.dumps(body)),
        )
        return body

    def get(self, kind: str, key: str) -> Json | None:
        """Find an object."""
        with self._lock:
            row = self._open.execute(
                "SELECT body FROM objects WHERE id = ? AND kind = ?", (key, kind)
            ).fetchone()
        return json.loads(row[0]) if row else None

    def all(self, kind: str) -> list[Json]:
        """List the objects of a kind, newest first."""
        with self._lock:
            rows = self._open.execute(
                "SELECT body FROM objects WHERE kind = ? ORDER BY seq DESC", (kind,)
            ).fetchall()
        return [json.loads(r[0]) for r in rows]

    # ------------------------------------------------------------ idempotency
    def answered(self, key: str) -> tuple[str, int, Json] | None:
        """Tell what was asked and answered under a key."""
        self._open.execute("DELETE FROM keys WHERE at < ?", (time.time() - KEYS_LIVE,))
        row = self._open.execute(
            "SELECT request, status, body FROM keys WHERE key = ?", (key,)
        ).fetchone()
        return (row[0], row[1], json.loads(row[2])) if row else None

    def remember(self, key: str, request: str, status: int, body: Json) -> None:
        """Keep an answer under its key."""
        self._open.execute(
            "INSERT INTO keys VALUES (?, ?, ?, ?, ?)",
            (key, request, status, json.dumps(body), time.time()),
        )

    # ------------------------------------------------------------ faults and log
    def order(self, wanted: dict[str, int]) -> dict[str, int]:
        """Order faults; returns all that stand."""
        with self.transaction():
            for name, count in wanted.items():
                self._open.execute(
                    "INSERT INTO faults VALUES (?, ?) "
                    "ON CONFLICT (name) DO UPDATE SET count = excluded.count",
                    (name, count),
                )
            if wanted.get("reorder_webhooks") == 0:
                self._open.execute("UPDATE deliveries SET held = 0, due = 0 WHERE held = 1")
        return {name: self.fault(name) for name in FAULTS}

    def fault(self, name: str) -> int:
        """Tell how often a fault is still to happen."""
        with self._lock:
            row = self._open.execute("SELECT count FROM faults WHERE name = ?", (name,)).fetchone()
        return int(row[0]) if row else 0

    def use(self, name: str) -> bool:
        """Use a fault up once, if one is left."""
        if self.fault(name) < 1:
            return False
        self._open.execute("UPDATE faults SET count = count - 1 WHERE name = ?", (name,))
        return True

    def note(self, entry: Json) -> None:
        """Add a request to the log."""
        with self._lock:
            done = self._open.execute("INSERT INTO log (entry) VALUES (?)", (json.dumps(entry),))
            self._open.execute("DELETE FROM log WHERE id <= ?", ((done.lastrowid or 0) - LOG_MOST,))

    def log(self) -> list[Json]:
        """List the requests that have come."""
        with self._lock:
            rows = self._open.execute("SELECT entry FROM log ORDER BY id").fetchall()
        return [json.loads(r[0]) for r in rows]

    # ------------------------------------------------------------ deliveries
    def announce(self, event: Json) -> None:
        """Plan the webhook of an event, with the faults that were ordered."""
        if self.use("drop_webhooks"):
            return
        due = time.time() + self.fault("delay_webhooks")
        held = 0
        if self.use("reorder_webhooks"):
            held, due = 1, time.time() + 3
        times = 2 if self.use("duplicate_webhooks") else 1
        for _ in range(times):
            self._open.execute(
                "INSERT INTO deliveries (event, due, held) VALUES (?, ?, ?)",
                (event["id"], due, held),
            )
        if held and not self.fault("reorder_webhooks"):
            self._open.execute("UPDATE deliveries SET due = 0 WHERE held = 1")

    def due(self) -> list[tuple[int, str, int]]:
        """List the deliveries that are due: id, event, tries; what was held back, backwards."""
        with self._lock:
            rows = self._open.execute(
                "SELECT id, event, tries FROM deliveries WHERE due <= ? "
                "ORDER BY CASE WHEN held THEN -id ELSE id END LIMIT 20",
                (time.time(),),
            ).fetchall()
        return [(int(r[0]), str(r[1]), int(r[2])) for r in rows]

    def delivered(self, delivery: int) -> None:
        """Forget a delivery that has arrived, or never will."""
        with self._lock:
            self._open.execute("DELETE FROM deliveries WHERE id = ?", (delivery,))

    def forget_deliveries(self) -> None:
        """Deliver nothing of what has happened so far."""
        with self._lock:
            self._open.execute("DELETE FROM deliveries")

    def postpone(self, delivery: int, seconds: float) -> None:
        """Try a delivery again later."""
        with self._lock:
            self._open.execute(
                "UPDATE deliveries SET tries = tries + 1, due = ?, held = 0 WHERE id = ?",
                (time.time() + seconds, delivery),
            )
