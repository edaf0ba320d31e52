"""Notes that the demo's clinicians have shared. Everybody and every word is invented."""

from dataclasses import dataclass


@dataclass(frozen=True)
class DemoNote:
    """A note of one clinician's chart of a person; ``days`` ago it was shared."""

    person: str
    clinician: str
    days: int
    title: str
    text: str
    steps: str = ""
    asks: bool = False


# a line break in Markdown is a line break for the reader, so each paragraph is one line
PLAN = """\
# What we are working on
Your low mood and worry are easing. Your score went from 18 in May to 9 this month. The next goal is to sleep through most nights.

# Your medicine
- Take **sertraline 75 mg** once a day, with food.
- Keep taking it on days you feel well.
- Do not stop it all at once. Call us first.

# Between visits
- Walk for 20 minutes on 4 days each week.
- Keep the same wake-up time, even on weekends.

# Call us the same day if
- You have a rash, or feel very restless.
- You can’t keep food or medicine down.

If you think about hurting yourself, call or text [988](tel:988) right away.
"""
FOOD = """\
Taking the tablet with a meal helps against an upset stomach.

- Breakfast is a good time. Put the box beside your cup.
- If you forget, take it when you remember, but not two at once.
- A dry mouth in the first weeks is common. Sip water.
"""
SLEEP = """\
Small changes, one at a time. Give each a week.

**Before bed**, dim the lights and put the phone in another room. **In bed**, if you are awake for 20 minutes, get up and read something dull until you are sleepy.
"""
SLEEP_STEPS = """\
Get up at the same time for 7 days
No coffee after noon
No screens in the last hour
A dark, cool bedroom
Write down how you slept"""
BREATHE = """\
When worry comes up:

1. Breathe in through your nose and count to 4.
2. Hold it and count to 2.
3. Breathe out slowly and count to 6.

Ten times, twice a day. It gets easier with practice.
"""
SCHOOL = """\
# At school
- Movement breaks of 5 minutes each hour.
- Homework in two short blocks, with a snack between them.

# At home
Praise what goes well, at once and by name. Keep evenings calm.
"""

NOTES = (
    DemoNote("dana", "osei", 21, "Treatment plan", PLAN, asks=True),
    DemoNote("dana", "osei", 21, "Taking your medicine with food", FOOD),
    DemoNote("dana", "ben", 35, "Better sleep: 5 steps", SLEEP, SLEEP_STEPS),
    DemoNote("dana", "ben", 63, "Breathing exercise", BREATHE),
    DemoNote("theo", "osei", 28, "School and evenings", SCHOOL),
    DemoNote("nora", "osei", 14, "Better sleep", SLEEP, SLEEP_STEPS),
    DemoNote("omar", "ben", 40, "Breathing exercise", BREATHE, asks=True),
)
