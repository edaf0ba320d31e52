import re

import pytest

from tests.architecture.source import PACKAGE, modules, named, texts

# The unfinished marks are put together here, so that this file holds none of them.
MARKS = "|".join(a + b for a, b in (("TO", "DO"), ("FIX", "ME"), ("X", "XX"), ("HA", "CK")))
FORBIDDEN = {
    "a promise nobody can keep": r"HIPAA[- ]complian[t]|legally bindin[g]|100% secur[e]|military[- ]grad[e]",
    "an unfinished mark": rf"\b({MARKS})\b|lorem ipsu[m]|coming soo[n]|not implemented ye[t]",
    "a path of one machine": r"(?<![\w.])/(home|root|Users|farm|work)/[\w.-]+",
    "a secret": r"sk_live_\w{10}|AKIA[0-9A-Z]{16}|BEGIN (RSA |EC |OPENSSH )?PRIVATE KE[Y]|ghp_\w{30}",
    "a place outside the project": r"\bshare[d]/(spec|design|data|acceptance)\b",
}
SAMPLES = {
    "a promise nobody can keep": "HIPAA-" + "compliant",
    "an unfinished mark": "# TO" + "DO",
    "a path of one machine": " /" + "root/x",
    "a secret": "sk_live_" + "0123456789ab",
    "a place outside the project": "shared/" + "spec",
}
MOST_LINES = 420  # "about 400": past it a module becomes a package of the same name


@pytest.mark.parametrize("kind", FORBIDDEN)
def test_no_file_holds(kind: str):
    assert re.search(FORBIDDEN[kind], SAMPLES[kind])
    hits = {
        name: found[0]
        for name, text in texts().items()
        if name != ".ci/run" and (found := re.search(FORBIDDEN[kind], text))
    }
    assert hits == {}


def test_no_module_is_too_long():
    lengths = {named(p): p.read_text().count("\n") for p in modules(PACKAGE)}
    written = {n: count for n, count in lengths.items() if "/migrations/versions/" not in n}
    assert {n: count for n, count in written.items() if count > MOST_LINES} == {}
