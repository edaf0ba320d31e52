"""Who tries every entrance, and who may use which."""

ACTORS = [
    "anonymous",
    "half",
    "alice",
    "bob",
    "bea",
    "exbob",
    "carol",
    "disabled",
    "ended",
    "owner",
    "own",
    "other",
    "nothing",
    "desk",
    "biller",
]
READERS = {"alice", "bob"}
HOME = {"alice", "bob", "bea"}
INBOX = {"owner", "own", "desk"}
ROSTER = {"owner", "own", "desk", "biller"}
STAFF = {"owner", "own", "other", "nothing", "desk", "biller"}
OWNER = {"owner"}
PLANNERS = {"owner", "own", "desk"}
"""Who plans the visits of Dr. Own."""
HERS = {"alice"}
"""Alice herself alone."""
