"""Forms of the practice: nobody's record, and only for whoever may assign them."""

import contextlib
import json

from portal_app.data.instruments import scales
from portal_app.data.models import DocumentDefinition
from portal_app.data.schemas.definitions import FormInput, ItemInput, NewFormInput
from portal_app.rules.errors import ConflictError
from portal_app.services.documents import (
    definitions,
    form_files,
    form_items,
    form_scores,
    occasion_rules,
)
from tests.world import World

FORMS = {"owner", "own", "other", "desk"}
"""Who may make and assign forms."""
WRITTEN = (DocumentDefinition,)
NEW = NewFormInput(title="Form")
ITEM = ItemInput(words="Question")
FILE = json.dumps(scales()["gad-7"].questionnaire).encode()


class Papers:
    """A draft, a form in use, and one that came from elsewhere."""

    def __init__(self, world: World) -> None:
        self.who = world["own"]
        self.draft = definitions.create(self.who, NEW)
        view = form_items.add_item(self.who, self.draft, ITEM)
        form_items.add_item(self.who, self.draft, ITEM)
        self.link = view.form.items[0].link_id
        self.active = definitions.create(self.who, NEW)
        form_items.add_item(self.who, self.active, ITEM)
        definitions.publish(self.who, self.active)
        with contextlib.suppress(ConflictError):  # another scene may have brought it
            definitions.add_scale(self.who, "phq-9")
        self.scale = form_scores.scored(self.who)[0].key


STAGED = {
    "documents.definitions.": Papers,
    "documents.form_": Papers,
    "documents.occasion_rules.": Papers,
    "GET /form-files": Papers,
}
SECTIONS = {
    "/practice/documents": (FORMS, {}),
    "/practice/documents/{definition}": (FORMS, {"definition": lambda _, s: s.of(Papers).draft}),
    "/practice/settings/forms-and-consents": (FORMS, {}),
}
ACTIONS = {
    "documents.definitions.create": (FORMS, lambda a, _w, _s: definitions.create(a, NEW)),
    "documents.definitions.begin": (
        FORMS,
        lambda a, _w, s: definitions.begin(a, s.of(Papers).active),
    ),
    "documents.definitions.publish": (
        FORMS,
        lambda a, _w, s: definitions.publish(a, s.of(Papers).draft),
    ),
    "documents.definitions.discard": (
        FORMS,
        lambda a, _w, s: definitions.discard(a, s.of(Papers).draft),
    ),
    "documents.definitions.set_retired": (
        FORMS,
        lambda a, _w, s: definitions.set_retired(a, s.of(Papers).active, retired=True),
    ),
    "documents.definitions.add_scale": (
        FORMS,
        lambda a, _w, _s: definitions.add_scale(a, "gad-7"),
    ),
    "documents.form_items.save_head": (
        FORMS,
        lambda a, _w, s: form_items.save_head(a, s.of(Papers).draft, FormInput(title="Title")),
    ),
    "documents.form_items.add_item": (
        FORMS,
        lambda a, _w, s: form_items.add_item(a, s.of(Papers).draft, ITEM),
    ),
    "documents.form_items.change_item": (
        FORMS,
        lambda a, _w, s: form_items.change_item(a, s.of(Papers).draft, s.of(Papers).link, ITEM),
    ),
    "documents.form_items.move_item": (
        FORMS,
        lambda a, _w, s: form_items.move_item(a, s.of(Papers).draft, s.of(Papers).link, 1),
    ),
    "documents.form_items.remove_item": (
        FORMS,
        lambda a, _w, s: form_items.remove_item(a, s.of(Papers).draft, s.of(Papers).link),
    ),
    "documents.form_files.confirm_rights": (
        FORMS,
        lambda a, _w, s: form_files.confirm_rights(a, s.of(Papers).draft),
    ),
    "documents.form_scores.set_score_shown": (
        FORMS,
        lambda a, _w, s: form_scores.set_score_shown(a, s.of(Papers).scale, shown=True),
    ),
    "documents.form_scores.set_skips": (
        FORMS,
        lambda a, _w, s: form_scores.set_skips(a, s.of(Papers).scale, allowed=True),
    ),
    "documents.occasion_rules.add_occasion": (
        FORMS,
        lambda a, _w, s: occasion_rules.add_occasion(a, "first", s.of(Papers).scale),
    ),
    "documents.occasion_rules.remove_occasion": (
        FORMS,
        lambda a, _w, s: occasion_rules.remove_occasion(a, "first", s.of(Papers).scale),
    ),
}
ROUTES = {
    "POST /form-files/new": (FORMS, lambda a, _w, _s: form_files.take_over(a, FILE)),
    "GET /form-files/{definition}": (
        FORMS,
        lambda a, _w, s: form_files.export(a, s.of(Papers).active),
    ),
}
