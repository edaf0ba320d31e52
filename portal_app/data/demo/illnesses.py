"""What the demo's people live with, take and have been tested for. Everything is invented."""

from dataclasses import dataclass

SNOMED = "http://snomed.info/sct"
ICD10 = "http://hl7.org/fhir/sid/icd-10-cm"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
LOINC = "http://loinc.org"
CVX = "http://hl7.org/fhir/sid/cvx"


@dataclass(frozen=True)
class Illness:
    """A diagnosis."""

    name: str
    snomed: str
    icd10: str


@dataclass(frozen=True)
class Medicine:
    """A medicine and how it is taken; codes stand only where they are sure."""

    name: str
    dose: str
    reason: str
    rxnorm: str = ""
    amount: int = 30


@dataclass(frozen=True)
class Test:
    """A laboratory test: where a healthy value lies, and how many decimals are reported."""

    name: str
    loinc: str
    unit: str
    low: float
    high: float
    decimals: int = 0


@dataclass(frozen=True)
class Theme:
    """What one person comes for, with the medicines that were tried in order."""

    illnesses: tuple[Illness, ...]
    medicines: tuple[Medicine, ...]
    notes: tuple[str, ...]
    tests: tuple[str, ...] = ()


DEPRESSION = Illness("Major depressive disorder, recurrent, moderate", "370143000", "F33.1")
ANXIETY = Illness("Generalized anxiety disorder", "21897009", "F41.1")
ADHD = Illness("ADHD, combined presentation", "406506008", "F90.2")
BIPOLAR = Illness("Bipolar II disorder", "83225003", "F31.81")
PTSD = Illness("Post-traumatic stress disorder", "47505003", "F43.10")
INSOMNIA = Illness("Primary insomnia", "193462001", "F51.01")
SOCIAL = Illness("Social anxiety disorder", "25501002", "F40.10")
OCD = Illness("Obsessive-compulsive disorder", "191736004", "F42.2")
THYROID = Illness("Hypothyroidism", "40930008", "E03.9")
PRESSURE = Illness("High blood pressure", "59621000", "I10")
LIPIDS = Illness("High cholesterol", "55822004", "E78.5")
MIGRAINE = Illness("Migraine", "37796009", "G43.909")
ASTHMA = Illness("Asthma", "195967001", "J45.909")
BESIDES = (THYROID, PRESSURE, LIPIDS, MIGRAINE, ASTHMA)

SERTRALINE = Medicine(
    "Sertraline 50 mg tablet", "1 tablet every morning with food", "Depression", "312941"
)
FLUOXETINE = Medicine("Fluoxetine 20 mg capsule", "1 capsule every morning", "Mood", "310385")
ESCITALOPRAM = Medicine("Escitalopram 10 mg tablet", "1 tablet every morning", "Worry", "349332")
BUPROPION = Medicine(
    "Bupropion XL 150 mg tablet", "1 tablet every morning. Swallow it whole", "Depression"
)
TRAZODONE = Medicine("Trazodone 50 mg tablet", "Half a tablet at bedtime when needed", "Sleep")
HYDROXYZINE = Medicine(
    "Hydroxyzine 25 mg tablet", "1 tablet when worry gets strong, at most 3 a day", "Worry"
)
LAMOTRIGINE = Medicine("Lamotrigine 100 mg tablet", "1 tablet twice a day", "Mood swings")
LITHIUM = Medicine("Lithium carbonate 300 mg capsule", "1 capsule twice a day", "Mood swings")
PRAZOSIN = Medicine("Prazosin 1 mg capsule", "1 capsule at bedtime", "Bad dreams")
METHYLPHENIDATE = Medicine(
    "Methylphenidate ER 18 mg tablet", "1 tablet at breakfast on school days", "Attention"
)
GUANFACINE = Medicine("Guanfacine ER 1 mg tablet", "1 tablet in the evening", "Attention")
LEVOTHYROXINE = Medicine(
    "Levothyroxine 50 mcg tablet", "1 tablet on an empty stomach", "Thyroid", amount=90
)
LISINOPRIL = Medicine("Lisinopril 10 mg tablet", "1 tablet every day", "Blood pressure", "314076")
ATORVASTATIN = Medicine(
    "Atorvastatin 20 mg tablet", "1 tablet in the evening", "Cholesterol", "617310", 90
)
ALBUTEROL = Medicine("Albuterol 90 mcg inhaler", "2 puffs when breathing is hard", "Asthma")
SUMATRIPTAN = Medicine(
    "Sumatriptan 50 mg tablet", "1 tablet when a migraine begins, once a day", "Migraine", amount=9
)
FOR_BESIDES = {
    THYROID: LEVOTHYROXINE,
    PRESSURE: LISINOPRIL,
    LIPIDS: ATORVASTATIN,
    MIGRAINE: SUMATRIPTAN,
    ASTHMA: ALBUTEROL,
}

THEMES = (
    Theme(
        (DEPRESSION, ANXIETY),
        (SERTRALINE, HYDROXYZINE, BUPROPION),
        (
            "Mornings are easier than a month ago. Appetite is back. We keep the dose.",
            "Sleep broke up again in the last two weeks. We looked at evenings and screens.",
            "First full week at work since the spring. Energy holds until about four.",
            "Mood dipped after the move. No thoughts of death. Walks helped, so we planned more.",
        ),
    ),
    Theme(
        (ANXIETY, INSOMNIA),
        (ESCITALOPRAM, TRAZODONE),
        (
            "Worry is down to an hour in the evening. The list by the bed is used most nights.",
            "Two nights a week without sleep before one. Coffee ends at noon from now on.",
            "Drove over the bridge twice without stopping. Next step is the highway.",
        ),
    ),
    Theme(
        (BIPOLAR,),
        (LAMOTRIGINE, LITHIUM),
        (
            "Steady for six weeks. Tremor is slight and does not disturb the handwriting.",
            "Slept four hours for three nights and felt quick. Dose raised, call in five days.",
            "Level is where we want it. Kidneys and thyroid are fine. Drink enough in the heat.",
        ),
        ("lithium", "tsh", "creatinine"),
    ),
    Theme(
        (PTSD, DEPRESSION),
        (PRAZOSIN, SERTRALINE),
        (
            "Bad dreams are down to one a week. The alarm at night is off again.",
            "The anniversary went better than feared. We wrote down what helped.",
            "Shops are possible at quiet hours. Crowds are for later.",
        ),
    ),
    Theme(
        (SOCIAL,),
        (ESCITALOPRAM,),
        (
            "Spoke in the team meeting once, in two sentences, and nothing happened.",
            "Ate in the canteen on three days. The step for next week is to sit with others.",
        ),
    ),
    Theme(
        (OCD,),
        (FLUOXETINE,),
        (
            "Checking the stove takes four minutes now, down from twenty.",
            "Left the house without going back on five of seven days.",
        ),
    ),
)
YOUNG = (
    Theme(
        (ADHD,),
        (METHYLPHENIDATE, GUANFACINE),
        (
            "Teacher sees fewer missed lines. Lunch is left over, so breakfast gets bigger.",
            "Homework in two short rounds works. Growth and pulse are as they should be.",
            "No tablets in the holidays, as agreed. Bedtime slid to ten and comes back slowly.",
        ),
    ),
    Theme(
        (SOCIAL, ANXIETY),
        (FLUOXETINE,),
        (
            "Back at school for half days. Stomach aches only on Mondays.",
            "Went to a birthday party and stayed to the end.",
        ),
    ),
)
TESTS = {
    "glucose": Test("Glucose", "2345-7", "mg/dL", 70, 99),
    "a1c": Test("Hemoglobin A1c", "4548-4", "%", 4.0, 5.6, 1),
    "tsh": Test("TSH", "3016-3", "mIU/L", 0.4, 4.0, 2),
    "sodium": Test("Sodium", "2951-2", "mmol/L", 135, 145),
    "potassium": Test("Potassium", "2823-3", "mmol/L", 3.5, 5.1, 1),
    "creatinine": Test("Creatinine", "2160-0", "mg/dL", 0.5, 1.1, 2),
    "alt": Test("ALT", "1742-6", "U/L", 7, 56),
    "cholesterol": Test("Cholesterol, total", "2093-3", "mg/dL", 120, 199),
    "ldl": Test("LDL cholesterol", "13457-7", "mg/dL", 40, 129),
    "hemoglobin": Test("Hemoglobin", "718-7", "g/dL", 12.0, 16.0, 1),
    "lithium": Test("Lithium", "14334-7", "mmol/L", 0.6, 1.0, 2),
    "vitamin_d": Test("Vitamin D, 25-hydroxy", "1989-3", "ng/mL", 30, 100),
}
PANEL = ("glucose", "a1c", "tsh", "sodium", "potassium", "creatinine", "alt", "cholesterol", "ldl")
VACCINES_ADULT = (
    ("Influenza, seasonal", "140"),
    ("Tdap", "115"),
    ("COVID-19, mRNA", "208"),
    ("Hepatitis B, adult", "43"),
)
VACCINES_YOUNG = (
    ("Influenza, seasonal", "140"),
    ("MMR", "03"),
    ("Varicella", "21"),
    ("Tdap", "115"),
    ("HPV, 9-valent", "165"),
)
ALLERGIES = (
    ("Penicillin", "91936005", "Rash", "mild"),
    ("Peanuts", "91935009", "Swelling of the lips", "moderate"),
    ("Grass pollen", "418689008", "Runny nose", "mild"),
    ("Latex", "300916003", "Itching", "mild"),
    ("Sulfa medicines", "91939003", "Hives", "moderate"),
)
NO_ALLERGY = ("No known allergies", "716186003")
