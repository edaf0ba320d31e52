"""Who there is in the demo practice. Everybody is invented."""

from dataclasses import dataclass, field

PASSWORD = "latchwell-demo-2026"  # noqa: S105 - the demo's, and it is printed on its first page


@dataclass(frozen=True)
class DemoStaff:
    """A member of the demo practice."""

    key: str
    name: str
    title: str
    role: str
    short: str = ""
    credentials: str = ""
    boxes: tuple[str, ...] = ()
    message: str = ""


@dataclass(frozen=True)
class DemoPerson:
    """A patient of the demo practice; ``clinicians`` are keys of staff."""

    key: str
    given: str
    family: str
    born: str
    gender: str
    clinicians: tuple[str, ...]
    contact: tuple[str, str, str] = ("", "", "")
    off: tuple[str, ...] = ()


@dataclass(frozen=True)
class DemoGrant:
    """A login's way to a patient; empty scopes mean all."""

    login: str
    patient: str
    relationship: str
    scopes: tuple[str, ...] = field(default=())


STAFF = (
    DemoStaff(
        "osei",
        "Dr. Amara Osei",
        "Psychiatrist, owner",
        "owner",
        "Dr. Osei",
        "MD",
        message=(
            "We are closed on Thursday and Friday of next week. If you need a refill before "
            "then, **message Priya by noon on Wednesday**.\n\nFor anything urgent, call the "
            "office. In a crisis, call or text 988 at any time."
        ),
    ),
    DemoStaff(
        "ben",
        "Ben Castellano",
        "Therapist, LCSW",
        "clinician",
        "Ben",
        "LCSW",
        message=(
            "I keep two early mornings open for people who work. **Ask me for a 7:30 time** if "
            "the daytime does not fit.\n\nPlease bring your worksheet to each session, finished "
            "or not."
        ),
    ),
    DemoStaff(
        "lena",
        "Dr. Lena Park",
        "Child and adolescent psychiatrist",
        "clinician",
        "Dr. Park",
        "MD",
        message=(
            "School forms take me **three work days**. Send them as a file with your message, "
            "and say which date the school has given you."
        ),
    ),
    DemoStaff(
        "priya",
        "Priya Nair",
        "Assistant",
        "assistant",
        boxes=(
            "practice.roster",
            "practice.demographics",
            "practice.schedule",
            "practice.messages",
            "practice.forms",
            "practice.records",
        ),
    ),
    DemoStaff("sam", "Sam Ortiz", "Billing", "biller"),
)

PEOPLE = (
    DemoPerson(
        "dana",
        "Dana",
        "Whitfield",
        "1985-03-14",
        "female",
        ("osei", "ben"),
        ("Mark Whitfield", "Husband", "(541) 555-0119"),
    ),
    DemoPerson(
        "theo",
        "Theo",
        "Whitfield",
        "2014-05-02",
        "male",
        ("osei",),
        ("Dana Whitfield", "Mother", "(541) 555-0117"),
    ),
    DemoPerson(
        "ruth",
        "Ruth",
        "Whitfield",
        "1952-08-21",
        "female",
        ("osei",),
        ("Dana Whitfield", "Daughter", "(541) 555-0117"),
    ),
    DemoPerson(
        "nora",
        "Nora",
        "Blum",
        "1988-11-30",
        "female",
        ("osei",),
        ("Elias Blum", "Brother", "(541) 555-0123"),
    ),
    DemoPerson(
        "lily",
        "Lily",
        "Blum",
        "2018-02-11",
        "female",
        ("osei",),
        ("Nora Blum", "Mother", "(541) 555-0121"),
    ),
    DemoPerson(
        "omar",
        "Omar",
        "Farouk",
        "1979-07-08",
        "male",
        ("ben",),
        ("Salma Farouk", "Wife", "(541) 555-0131"),
        (
            "billing.view",
            "billing.pay",
            "billing.cards",
            "billing.superbill",
            "schedule.book",
            "schedule.change",
        ),
    ),
    DemoPerson(
        "june",
        "June",
        "Abbott",
        "1993-01-19",
        "female",
        ("osei",),
        ("Carol Abbott", "Mother", "(541) 555-0133"),
    ),
    DemoPerson(
        "maya",
        "Maya",
        "Lindqvist",
        "2010-09-03",
        "female",
        ("lena",),
        ("Erik Lindqvist", "Father", "(541) 555-0135"),
    ),
    DemoPerson(
        "hugo",
        "Hugo",
        "Vega",
        "1990-06-17",
        "male",
        ("ben",),
        ("Ana Vega", "Sister", "(541) 555-0137"),
    ),
    DemoPerson("luis", "Luis", "Herrera", "1971-12-05", "male", ("osei",)),
    DemoPerson("grace", "Grace", "Kim", "1996-04-27", "female", ("osei",)),
    DemoPerson("ivy", "Ivy", "Okafor", "1983-10-10", "female", ("osei",)),
    DemoPerson("peter", "Peter", "Novák", "1966-02-28", "male", ("osei",)),
    DemoPerson("rosa", "Rosa", "Delgado", "1958-05-15", "female", ("osei",)),
    DemoPerson("amir", "Amir", "Haddad", "1987-08-01", "male", ("osei",)),
    DemoPerson("zoe", "Zoë", "Marchand", "1999-03-22", "female", ("osei",)),
    DemoPerson("karl", "Karl", "Brandt", "1975-09-09", "male", ("osei",)),
    DemoPerson("tess", "Tess", "O’Connor", "1992-07-14", "female", ("osei",)),
    DemoPerson("wen", "Wen", "Zhao", "1981-11-02", "male", ("osei",)),
    DemoPerson("fay", "Fay", "Adeyemi", "2001-01-25", "female", ("osei",)),
    DemoPerson("gil", "Gil", "Santos", "1969-06-06", "male", ("ben",)),
    DemoPerson("ines", "Inês", "Carvalho", "1984-12-12", "female", ("ben",)),
    DemoPerson("noel", "Noel", "Fischer", "1995-10-30", "male", ("ben",)),
    DemoPerson("anja", "Anja", "Petrovic", "1977-04-04", "female", ("ben",)),
    DemoPerson("dale", "Dale", "Mercer", "1962-08-18", "male", ("ben",)),
    DemoPerson("prue", "Prue", "Langley", "1989-02-07", "female", ("ben",)),
    DemoPerson("juan", "Juan", "Ibáñez", "1998-05-29", "male", ("ben",)),
    DemoPerson("lois", "Lois", "Tanner", "1955-03-03", "female", ("ben",)),
    DemoPerson("eva", "Eva", "Sørensen", "2003-09-21", "female", ("ben",)),
    DemoPerson("max", "Max", "Whitaker", "2012-07-07", "male", ("lena",)),
    DemoPerson("ruby", "Ruby", "Nguyen", "2015-11-16", "female", ("lena",)),
    DemoPerson("otto", "Otto", "Keller", "2016-01-31", "male", ("lena",)),
    DemoPerson("ella", "Ella", "Brooks", "2009-04-12", "female", ("lena",)),
    DemoPerson("sami", "Sami", "Rahman", "2011-10-05", "male", ("lena",)),
    DemoPerson("cleo", "Cleo", "Baptiste", "2013-06-24", "female", ("lena",)),
    DemoPerson("finn", "Finn", "Gallagher", "2008-12-19", "male", ("lena",)),
    DemoPerson("aiko", "Aiko", "Tanaka", "2014-08-08", "female", ("lena",)),
    DemoPerson("leon", "Leon", "Müller", "2010-02-14", "male", ("lena",)),
    DemoPerson("mina", "Mina", "Jovanović", "1986-09-27", "female", ("osei",)),
    DemoPerson("cole", "Cole", "Ramsey", "1973-03-11", "male", ("ben",)),
)

LOGINS = {
    "dana": "Dana Whitfield",
    "nora": "Nora Blum",
    "omar": "Omar Farouk",
    "maya": "Maya Lindqvist",
    "erik": "Erik Lindqvist",
}
BILLING = ("billing.view", "billing.pay", "billing.cards", "billing.superbill")
PARENT_OF_TEEN = (
    "schedule.view",
    "schedule.book",
    "schedule.change",
    "demographics.edit",
    *BILLING,
)
GRANTS = (
    DemoGrant("dana", "dana", "self"),
    DemoGrant("dana", "theo", "parent"),
    DemoGrant("dana", "ruth", "child", BILLING),
    DemoGrant("nora", "nora", "self"),
    DemoGrant("nora", "lily", "parent"),
    DemoGrant("omar", "omar", "self"),
    DemoGrant("maya", "maya", "self"),
    DemoGrant("erik", "maya", "parent", PARENT_OF_TEEN),
)
INVITED = ("june", "june.abbott@demo.example")
