"""What a process was killed over: nothing acknowledged is lost, nothing is there twice."""

import hashlib
import json
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from sqlmodel import col, select

from portal_app.data.models import Message, StoredFile, Thread
from portal_app.security import access
from portal_app.security.system import open_system
from portal_app.services import files, maintenance
from tests.world import World

SCRIPT = Path(__file__).with_name("sender_process.py")
ROOT = Path(__file__).resolve().parents[3]
KILLS = 50


@pytest.mark.sqlite_only
def test_killed_while_sending(world: World):
    folder, store = world.foundation.settings.data_dir, world.foundation.store
    alice = world["alice"]
    command = [sys.executable, str(SCRIPT), str(folder), str(alice.user_id), alice.session_id]
    command += [
        world.charts["alice"],
        str(KILLS),
        world.clock.now.isoformat(),
    ]
    done = subprocess.run(
        command,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout)
    assert len(told["sent"]) > KILLS
    assert len(told["files"]) > KILLS / 4

    with open_system("look", writes=False) as work:
        rows_of = select(Message).where(col(Message.is_automatic).is_(False))
        written = work.session.exec(rows_of).all()
        by_key = {m.client_key: m for m in written}
        # one message a press of the button, and at most the last one without an answer
        assert len(by_key) == len(written)
        assert 0 <= len(written) - len(told["sent"]) <= 1
        for number, public_id in told["sent"]:
            assert by_key[f"key{number}"].public_id == public_id
            assert by_key[f"key{number}"].body == f"Message {number}"
        threads = work.session.exec(select(Thread)).all()
        counts = Counter(m.thread_id for m in work.session.exec(select(Message)).all())
        assert {t.id: t.seq for t in threads} == counts
        rows = work.session.exec(select(StoredFile)).all()
        assert work.session.connection().exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    assert set(told["files"]) <= {r.public_id for r in rows}
    for row in rows:
        data = store.read(row.id.hex, str(row.patient_id), row.wrapped_key)
        assert hashlib.sha256(data).digest() == row.sha256
    assert maintenance.verify_log()[1] is None

    kept = {p.name for p in (folder / "files").glob("??/*")}
    known = {r.id.hex for r in rows}
    assert known <= kept
    old = time.time() - 7200
    for path in (folder / "files").glob("??/*"):
        os.utime(path, (old, old))
    assert files.sweep_orphans(store) == len(kept - known)
    assert {p.name for p in (folder / "files").glob("??/*")} == known
    access.database().close()
