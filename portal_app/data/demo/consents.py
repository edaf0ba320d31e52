"""Starter consents in plain words, and who of the demo has signed them.

They are a place to begin, no legal advice: each says that it has to be reviewed.
"""

from dataclasses import dataclass

REVIEW = (
    "*These are starter words. Have them reviewed by somebody who knows the law of your state "
    "before you use them.*"
)


@dataclass(frozen=True)
class DemoConsent:
    """A consent that the practice begins with."""

    key: str
    title: str
    text: str
    countersign: bool = False


@dataclass(frozen=True)
class DemoSigned:
    """Somebody has signed a consent so many days ago."""

    consent: str
    login: str
    person: str
    clinician: str
    days: int


CONSENTS = (
    DemoConsent(
        "consent-privacy",
        "Notice of privacy practices",
        f"""I have received the notice of privacy practices of {{{{practice}}}}.

## What the notice says

How the practice uses and shares health information, which rights {{{{patient}}}} has, and whom to ask. I may ask for a copy on paper at any time, at no cost.

## What signing means

It means that I have received the notice. It does not mean that I agree with all of it. Care does not depend on this signature.

{REVIEW}""",
    ),
    DemoConsent(
        "consent-treatment",
        "Consent to treatment",
        f"""I agree that {{{{clinician}}}} of {{{{practice}}}} examines and treats {{{{patient}}}}.

## What treatment is

Talking, and where it helps, medicine. {{{{clinician}}}} explains what each is for, what it can do, what can go wrong, and what else there is.

## My choices

I can ask anything at any time. I can stop or say no to any part of it. What is talked about stays private, except where the law says otherwise: for example when somebody is in danger.

## Reaching us

Call {{{{phone}}}}. In an emergency call 911. In a crisis call or text 988.

{REVIEW}""",
        countersign=True,
    ),
    DemoConsent(
        "consent-video",
        "Consent to video visits",
        f"""## What a video visit is

{{{{patient}}}} and {{{{clinician}}}} meet by live video instead of in the office. We use a private, encrypted service. We do not record visits.

## What can go wrong

Video can freeze or drop. If it does, we call the phone number we have on file. Your clinician may ask you to come in if video is not right for your care.

---

## Your choices

You can say no to video at any time. You can ask for an office visit instead. Saying no does not change the care you get.

## In an emergency

At the start of each visit we ask where you are, so that we can send help if you need it.

{REVIEW}""",
    ),
)
SIGNED = (
    DemoSigned("consent-privacy", "dana", "dana", "osei", 520),
    DemoSigned("consent-treatment", "dana", "dana", "osei", 519),
    DemoSigned("consent-treatment", "dana", "dana", "ben", 330),
    DemoSigned("consent-privacy", "nora", "nora", "osei", 210),
    DemoSigned("consent-treatment", "omar", "omar", "ben", 150),
)
PENDING = (
    ("consent-video", "dana", "osei"),
    ("consent-video", "omar", "ben"),
    ("consent-treatment", "lily", "osei"),
)
