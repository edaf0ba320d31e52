"""Adds patients of Dr. Osei, each with a sign-in, beside the served demo; prints their addresses.

What one patient may write in an hour is limited, so a test that writes takes somebody of its own.
"""

import json
import secrets
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from sqlmodel import select  # noqa: E402 - after the path

from portal_app.config import Settings  # noqa: E402
from portal_app.data.demo.people import PASSWORD  # noqa: E402
from portal_app.data.models import Chart, Grant, User  # noqa: E402
from portal_app.rules.permissions import PORTAL  # noqa: E402
from portal_app.security import passwords  # noqa: E402
from portal_app.security.system import open_system  # noqa: E402
from portal_app.services.foundation import lay  # noqa: E402
from portal_app.services.records.importing import import_file  # noqa: E402

CLINICIAN = "osei@demo.example"


def bundle(name: str) -> bytes:
    patient = {
        "resourceType": "Patient",
        "name": [{"use": "official", "family": name.capitalize(), "given": ["Robin"]}],
        "gender": "other",
        "birthDate": "1990-02-03",
    }
    return json.dumps(
        {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": patient}]}
    ).encode()


def main(number: int) -> None:
    store = lay(Settings(), create=False).store
    names = [f"newcomer{secrets.token_hex(3)}" for _ in range(number)]
    target = f"new:{CLINICIAN}"
    charts = {n: import_file(store, target, "person.json", bundle(n)).chart for n in names}
    with open_system("newcomers get their sign-ins") as work:
        stored = passwords.hash_password(PASSWORD, work.keyring)
        for name, chart in charts.items():
            email = f"{name}@demo.example"
            user = User(
                email=email,
                email_index=work.keyring.index(email),
                name=f"Robin {name.capitalize()}",
                password_hash=stored,
            )
            work.session.add(user)
            work.session.flush()
            row = work.session.exec(select(Chart).where(Chart.public_id == chart)).one()
            grant = Grant(
                user_id=user.id,
                patient_id=row.patient_id,
                relationship="self",
                basis="test",
                scopes=sorted(p.value for p in PORTAL),
                valid_from=work.now,
            )
            work.session.add(grant)
            sys.stdout.write(f"{email}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]))
