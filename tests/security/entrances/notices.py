"""What a person is told by mail, and the most that the practice tells."""

from portal_app.data.models import NoticeChoice, PlainEmailChoice
from portal_app.rules.notices import TEXT_VERSION
from portal_app.services.notices import choices, plain_email
from tests.security.actors import ACTORS, HOME, OWNER

WRITTEN = (NoticeChoice, PlainEmailChoice)
SIGNED_IN = set(ACTORS) - {"anonymous", "half", "disabled", "ended"}
STAGED = {
    "notices.plain_email.withdraw": lambda w: [
        plain_email.agree(a, TEXT_VERSION) for n, a in w.actors.items() if n in SIGNED_IN
    ]
}
SECTIONS = {"/practice/settings/notices": (OWNER, {})}
ACTIONS = {
    "notices.choices.view": (HOME, lambda a, w, _: choices.view(a, w.charts["alice"])),
    "notices.choices.choose": (SIGNED_IN, lambda a, *_: choices.choose(a, "message", "none")),
    "notices.choices.save_settings": (
        OWNER,
        lambda a, *_: choices.save_settings(a, {"message": "news"}),
    ),
    "notices.plain_email.agree": (SIGNED_IN, lambda a, *_: plain_email.agree(a, TEXT_VERSION)),
    "notices.plain_email.withdraw": (SIGNED_IN, lambda a, *_: plain_email.withdraw(a)),
}
ROUTES: dict[str, object] = {}
