"""The forms that a practice begins with: a start, to be read and changed before they are used."""

from portal_app.rules.documents import DocumentKind
from portal_app.rules.documents.questionnaire import (
    Condition,
    Item,
    ItemKind,
    Option,
    Questionnaire,
)
from portal_app.security.access import Work
from portal_app.services.documents import definitions

SCALES = ("phq-9", "gad-7")
AGREED = (Option("read", "I have read this and I agree."),)


def lay_starter_pack(work: Work) -> None:
    """Write the forms of a new practice, in use."""
    for form in (PRIVACY, TELEHEALTH, CARD):
        definitions.lay_form(work, DocumentKind.ADMIN_FORM, form)
    definitions.lay_form(work, DocumentKind.QUESTIONNAIRE, INTAKE)
    for key in SCALES:
        definitions.lay_scale(work, key)
    work.session.flush()


def _agreed(link: str = "agree", words: str = "Please confirm") -> Item:
    """A box to tick; FHIR has none, so it is one answer of which any may be chosen."""
    return Item(link, ItemKind.CHOICE, words, required=True, repeats=True, options=AGREED)


def _name() -> Item:
    words = "Your full name, as your signature"
    return Item("signed", ItemKind.STRING, words, required=True, most=120)


PRIVACY = Questionnaire(
    "Privacy practices acknowledgement",
    (
        Item(
            "notice",
            ItemKind.DISPLAY,
            "Our Notice of Privacy Practices says how we may use and share your health information, "
            "and which rights you have. Ask us for a copy at any time; you may take as long as you "
            "need to read it.\n\nBy confirming you only say that you have been given the notice. You "
            "do not have to, and your care does not depend on it.",
        ),
        _agreed(words="Have you been given the notice?"),
        _name(),
    ),
    description="That you have been told how we handle your health information.",
)
TELEHEALTH = Questionnaire(
    "Visits by video or phone",
    (
        Item(
            "about",
            ItemKind.DISPLAY,
            "A visit by video or phone is like one in the office, with some differences. The "
            "connection can fail, and we may then call you. Nobody records the visit without your "
            "word. Find a place where others do not hear you. You can ask for a visit in the office "
            "at any time.",
        ),
        Item(
            "where", ItemKind.STRING, "Where will you usually be during the visit?", required=True
        ),
        Item(
            "phone",
            ItemKind.STRING,
            "Phone number if the connection fails",
            required=True,
            prefill="patient.phone",
            most=40,
        ),
        Item(
            "nearby",
            ItemKind.STRING,
            "Whom may we call in an emergency?",
            help="Name and phone number of somebody close to where you are.",
            required=True,
        ),
        _agreed(),
        _name(),
    ),
    description="What to know before the first one.",
)
CARD = Questionnaire(
    "Card on file",
    (
        Item(
            "terms",
            ItemKind.DISPLAY,
            "You can leave a card with us under Billing. Its number is kept by our payment service "
            "and not by us. We charge it for what you owe after a visit, and for a late "
            "cancellation where our policy says so, and send a receipt each time. You can take the "
            "card away whenever you like.",
        ),
        Item(
            "charge",
            ItemKind.CHOICE,
            "When may we charge the card?",
            required=True,
            options=(
                Option("after", "After each visit"),
                Option("ask", "Only after you have asked me"),
            ),
        ),
        _agreed(),
        _name(),
    ),
    description="How a card that you leave with us is used. Do not write its number here.",
)
INTAKE = Questionnaire(
    "Intake form",
    (
        Item(
            "you",
            ItemKind.GROUP,
            "About you",
            items=(
                Item(
                    "name",
                    ItemKind.STRING,
                    "What should we call you?",
                    prefill="patient.preferred_name",
                    most=80,
                ),
                Item(
                    "phone",
                    ItemKind.STRING,
                    "Best phone number",
                    prefill="patient.phone",
                    required=True,
                    most=40,
                ),
            ),
        ),
        Item(
            "reason",
            ItemKind.GROUP,
            "Why you come",
            items=(
                Item("brings", ItemKind.TEXT, "What brings you here?", required=True),
                Item("goals", ItemKind.TEXT, "What would you like to be different?"),
                Item(
                    "before",
                    ItemKind.BOOLEAN,
                    "Have you been in treatment for this before?",
                    required=True,
                ),
                Item(
                    "before-what",
                    ItemKind.TEXT,
                    "What helped, and what did not?",
                    enable=(Condition("before", "=", answer=True),),
                ),
            ),
        ),
        Item(
            "health",
            ItemKind.GROUP,
            "Your health",
            items=(
                Item(
                    "medicines",
                    ItemKind.TEXT,
                    "Medicines and supplements you take, with the dose",
                    help="Write “none” if there are none.",
                    required=True,
                ),
                Item("allergies", ItemKind.TEXT, "Allergies", required=True),
                Item(
                    "sleep",
                    ItemKind.DECIMAL,
                    "Hours of sleep in a usual night",
                    low=0.0,
                    high=24.0,
                ),
                Item(
                    "uses",
                    ItemKind.CHOICE,
                    "Which of these do you use?",
                    repeats=True,
                    options=(
                        Option("tobacco", "Tobacco or nicotine"),
                        Option("alcohol", "Alcohol"),
                        Option("cannabis", "Cannabis"),
                        Option("other", "Other drugs"),
                    ),
                ),
            ),
        ),
        Item("more", ItemKind.TEXT, "Is there anything else we should know?"),
    ),
    description="It takes about ten minutes. What you write is saved as you go.",
)
