"""What the people of the demo practice have written to each other."""

from dataclasses import dataclass

P, C, D = "patient", "clinician", "desk"
"""Who speaks: the patient's side, the clinician, the front desk."""


@dataclass(frozen=True)
class Script:
    """One conversation: lines of (who, days before the newest line, words)."""

    subject: str
    category: str
    lines: tuple[tuple[str, float, str], ...]
    note: str = ""
    done: bool = False
    unread: bool = False


DANA_OSEI = (
    Script(
        "About your new dose",
        "clinical",
        (
            (
                P,
                3.7,
                "Hi Dr. Osei. I have been on the 75 mg dose for two weeks. My mood is steadier and I am sleeping better, but I feel a little sick most mornings until about 10.\n\nShould I change anything before our visit?",
            ),
            (
                C,
                0,
                "Thanks for the update, Dana. I’m glad your mood and sleep are better.\n\nMorning nausea is common early on and often fades. Let’s stay at 75 mg for two more weeks. Take it with food, or with dinner if mornings are hard. If you throw up or can’t keep food down, call the office the same day.",
            ),
        ),
        unread=True,
    ),
    Script(
        "Insurance card",
        "billing",
        (
            (
                P,
                4.2,
                "My insurance changed this month. I sent a photo of the front of the new card.",
            ),
            (D, 0, "Thank you, Dana. Could you add a photo of the back of your card?"),
        ),
        unread=True,
    ),
    Script(
        "Lab results are normal",
        "clinical",
        (
            (
                C,
                0,
                "Your thyroid and vitamin D results came back in the usual range. Nothing to change. We can talk about them at your next visit.",
            ),
        ),
        done=True,
    ),
    Script(
        "Superbill for October",
        "billing",
        (
            (P, 1.1, "Can I get a superbill for October? My plan pays part of it back."),
            (D, 0, "Your superbill is ready. Let us know if your plan asks for anything else."),
        ),
        done=True,
    ),
    Script(
        "Refill before the trip",
        "prescription",
        (
            (
                P,
                2.0,
                "We leave on the 14th for two weeks. May I pick up my refill a few days early?",
            ),
            (C, 1.4, "Yes. I sent it to your pharmacy with a note about the trip."),
            (P, 0, "Thank you. They had it ready this morning."),
        ),
        done=True,
    ),
)
DANA_BEN = (
    Script(
        "Sleep worksheet",
        "form",
        (
            (
                P,
                1.0,
                "I filled in the first week of the sleep diary. Is it fine that two nights are missing?",
            ),
            (
                C,
                0,
                "That is fine. Here is what to look at: the nights after a walk. Bring the pages on Wednesday and we will go through them.",
            ),
        ),
    ),
    Script(
        "Moving next week’s session",
        "appointment",
        (
            (P, 0.8, "I have a school meeting on Wednesday at 3. Could we meet later that day?"),
            (C, 0, "No problem at all. I have you down for 4:00 PM."),
        ),
        done=True,
    ),
    Script(
        "The breathing exercise",
        "clinical",
        (
            (P, 2.3, "The breathing exercise helps at home but not at work. I feel watched."),
            (
                C,
                0,
                "Try the version with your eyes open and your hands flat on the desk. Nobody will see it. Three minutes are enough.",
            ),
        ),
        unread=True,
    ),
    Script(
        "Homework for this week",
        "clinical",
        (
            (
                C,
                0,
                "For this week: one walk a day, ten minutes, no phone. Write down one thing you noticed on each of them.",
            ),
        ),
        done=True,
    ),
)
THEO = (
    Script(
        "Note for the school",
        "form",
        (
            (
                P,
                1.5,
                "Theo’s school asks for a note that he may leave class for five minutes when he needs a break.",
            ),
            (
                D,
                0,
                "Dr. Osei has signed the note. You can pick it up, or we can mail it to the school.",
            ),
        ),
        unread=True,
    ),
    Script(
        "How the first week went",
        "clinical",
        (
            (
                P,
                0.9,
                "Theo had a good first week. He eats less at lunch but makes up for it at dinner.",
            ),
            (
                C,
                0,
                "That is what we hoped for. Keep the bigger dinner and a snack before bed. We will check his weight at the next visit.",
            ),
        ),
        done=True,
    ),
    Script(
        "Soccer camp",
        "other",
        (
            (P, 1.2, "Can Theo take his medicine at noon during soccer camp? They start at 8."),
            (
                C,
                0,
                "Yes, for camp days noon is fine. Send the pills in the bottle from the pharmacy, so that the camp can see the label.",
            ),
        ),
        done=True,
    ),
    Script(
        "Next visit",
        "appointment",
        ((D, 0, "It is time for Theo’s next visit. Which afternoons work for you?"),),
        unread=True,
    ),
)
POOL = (
    Script(
        "The pharmacy says my refill was denied",
        "prescription",
        (
            (
                P,
                0,
                "The pharmacy says my refill was denied. I have four pills left. Can you look into it?",
            ),
        ),
    ),
    Script(
        "Can I move next Monday’s visit?",
        "appointment",
        (
            (
                P,
                0,
                "Something came up at work. Can I move Monday’s visit to any day after Wednesday?",
            ),
        ),
    ),
    Script(
        "Form for my employer",
        "form",
        (
            (
                P,
                0,
                "My employer sent a form about working from home two days a week. Who fills that in?",
            ),
        ),
    ),
    Script(
        "Question about the bill",
        "billing",
        (
            (P, 1.1, "I was charged twice for the visit on the 3rd, or so it looks to me."),
            (
                D,
                0,
                "You are right, and the second charge is taken back. You will see it within five days.",
            ),
        ),
        done=True,
    ),
    Script(
        "Feeling better",
        "clinical",
        (
            (P, 1.6, "A short note to say that the last two weeks were the best in a long time."),
            (
                C,
                0,
                "That is very good to read. Keep the morning routine, and tell me at the visit what made the difference.",
            ),
        ),
        done=True,
    ),
    Script(
        "Side effects",
        "clinical",
        (
            (P, 0.7, "I feel tired until noon since we changed the dose. Is that normal?"),
            (
                C,
                0,
                "It can be, for the first ten days. Take it two hours earlier in the evening, and write to me on Friday about how it goes.",
            ),
        ),
    ),
    Script(
        "New address",
        "other",
        (
            (P, 0.9, "We have moved. Where do I put the new address?"),
            (D, 0, "Thank you. Send it here and we will change it for you."),
        ),
        done=True,
    ),
    Script(
        "Video visit link",
        "appointment",
        (
            (P, 0.4, "Is next week’s visit by video or in person?"),
            (D, 0, "By video. The link opens fifteen minutes before."),
        ),
    ),
    Script(
        "Letter for the insurance",
        "billing",
        (
            (
                P,
                0,
                "My insurance wants a letter about why I need weekly sessions. Could you write one?",
            ),
        ),
        note="Ben writes these. Two days.",
    ),
    Script(
        "Before our next session",
        "clinical",
        (
            (
                C,
                0,
                "Please think of one situation this week that went better than you expected. We will start with it.",
            ),
        ),
    ),
    Script(
        "Missed call",
        "other",
        ((D, 0, "We tried to call you about your next visit. Is this number still right?"),),
    ),
    Script(
        "Blood test",
        "clinical",
        (
            (P, 1.3, "Do I have to fast before the blood test?"),
            (D, 0, "Yes, for eight hours. Water is fine."),
        ),
        done=True,
    ),
    Script(
        "A question before I start",
        "clinical",
        (
            (
                P,
                0,
                "I have the new medicine here. Can I start it on a day when I work late, or should I wait for the weekend?",
            ),
        ),
    ),
)
SAVED_REPLIES = (
    (
        "Refill is on its way",
        "Hi {{first name}}. Your refill was sent to your pharmacy. Call them before you go.",
    ),
    (
        "Call us to book",
        "Hi {{first name}}. Please call {{practice phone}} so that we find a time with {{clinician}}.",
    ),
    (
        "We have your form",
        "Hi {{first name}}. We have your form. {{clinician}} looks at it within three work days.",
    ),
)
