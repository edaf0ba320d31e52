"""Small clinical documents of our own making, one trap each."""

ROOT = "2.16.840.1.113883.10.20.22"
SNOMED = "2.16.840.1.113883.6.96"
LOINC = "2.16.840.1.113883.6.1"
PERSON = (
    '<recordTarget><patientRole><id root="1.2.3" extension="77"/>'
    "<addr use='HP'><streetAddressLine>1 Elm St</streetAddressLine><city>Ashby</city>"
    "<state>OR</state><postalCode>97099</postalCode></addr>"
    '<telecom value="tel:555-0100" use="HP"/><telecom value="tel:555-0102" use="MC"/>'
    '<telecom value="mailto:maria@test.example"/>'
    '<patient><name use="L"><given>María</given><given>null</given><family>Ibáñez</family></name>'
    '<administrativeGenderCode code="F"/><birthTime value="19850314"/>'
    '<languageCommunication><languageCode code="es"/></languageCommunication>'
    "</patient></patientRole></recordTarget>"
)


def document(*sections: str, person: str = PERSON, body: str = "", head: str = "") -> bytes:
    whole = body or f"<structuredBody>{''.join(sections)}</structuredBody>"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:sdtc="urn:hl7-org:sdtc" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        '<id root="1.2.3.4" extension="doc"/><title>Summary</title>'
        f'<effectiveTime value="20260102"/>{head}{person}'
        "<custodian><assignedCustodian><representedCustodianOrganization>"
        "<name>Ashby Clinic</name></representedCustodianOrganization></assignedCustodian></custodian>"
        f"<component>{whole}</component></ClinicalDocument>"
    ).encode()


def section(code: str, *entries: str, text: str = "", title: str = "A section") -> str:
    inside = "".join(f"<entry>{e}</entry>" for e in entries)
    return (
        f'<component><section><code code="{code}" codeSystem="{LOINC}"/><title>{title}</title>'
        f"<text>{text}</text>{inside}</section></component>"
    )


def problem(
    value: str, *, text: str = "", over: str = "", act: str = "active", more: str = ""
) -> str:
    return (
        f'<act classCode="ACT" moodCode="EVN"><templateId root="{ROOT}.4.3"/>'
        f'<statusCode code="{act}"/><entryRelationship typeCode="SUBJ">'
        f'<observation classCode="OBS" moodCode="EVN" {over}><templateId root="{ROOT}.4.4"/>'
        f"<text>{text}</text>"
        f'<effectiveTime><low value="20210304"/><high nullFlavor="UNK"/></effectiveTime>{value}{more}'
        "</observation></entryRelationship></act>"
    )


def coded(
    display: str = "", code: str = "1", original: str = "", more: str = "", system: str = SNOMED
) -> str:
    shown = f'displayName="{display}"' if display else ""
    words = f"<originalText>{original}</originalText>" if original else ""
    return f'<value xsi:type="CD" code="{code}" codeSystem="{system}" {shown}>{words}{more}</value>'


def result(
    value: str, *, name: str = "Sodium", more: str = "", time: str = "20260102083000-0800"
) -> str:
    return (
        '<organizer classCode="BATTERY" moodCode="EVN"><code displayName="Chemistry"/><component>'
        f'<observation classCode="OBS" moodCode="EVN"><templateId root="{ROOT}.4.2"/>'
        f'<code code="2951-2" codeSystem="{LOINC}" displayName="{name}"/>'
        f'<statusCode code="completed"/><effectiveTime value="{time}"/>{value}{more}'
        "</observation></component></organizer>"
    )


def vaccine(name: str, over: str = "", more: str = "") -> str:
    return (
        f'<substanceAdministration classCode="SBADM" moodCode="EVN" {over}>'
        f'<templateId root="{ROOT}.4.52"/><effectiveTime value="202510"/><consumable>'
        "<manufacturedProduct><manufacturedMaterial>"
        f'<code code="140" codeSystem="2.16.840.1.113883.12.292" displayName="{name}"/>'
        "<lotNumberText>L-1</lotNumberText></manufacturedMaterial></manufacturedProduct></consumable>"
        f"{more}</substanceAdministration>"
    )


def medicine(
    code: str, *, status: str = "active", more: str = "", over: str = "", template: str = ""
) -> str:
    return (
        f'<substanceAdministration classCode="SBADM" moodCode="EVN" {over}>'
        f'<templateId root="{ROOT}.4.16" {template}/><statusCode code="{status}"/>'
        f'<effectiveTime xsi:type="IVL_TS"><low value="20250101"/></effectiveTime>{more}'
        "<consumable><manufacturedProduct><manufacturedMaterial>"
        f"{code}</manufacturedMaterial></manufacturedProduct></consumable></substanceAdministration>"
    )


def allergy(thing: str, *, value: str = "", over: str = "", more: str = "") -> str:
    return (
        f'<act classCode="ACT" moodCode="EVN"><statusCode code="active"/><entryRelationship>'
        f'<observation classCode="OBS" moodCode="EVN" {over}><templateId root="{ROOT}.4.7"/>'
        f"{value or coded('Allergy to substance')}"
        f'<participant typeCode="CSM"><participantRole><playingEntity>{thing}</playingEntity>'
        f"</participantRole></participant>{more}</observation></entryRelationship></act>"
    )


PROBLEMS, MEDICINES, ALLERGIES, RESULTS = "11450-4", "10160-0", "48765-2", "30954-2"
VITALS, VACCINES, VISITS, PROCEDURES = "8716-3", "11369-6", "46240-8", "47519-4"
RICH = document(
    section(
        PROBLEMS,
        problem(coded("Asthma")),
        problem(
            coded("Problem", original='<reference value="#p2"/>'), text='<reference value="#p2"/>'
        ),
        text='<table><tbody><tr><td ID="p1">Asthma</td></tr><tr><td ID="p2">Migraine</td></tr></tbody></table>',
    ),
    section(
        MEDICINES, medicine('<code displayName="Sertraline 50 MG" code="5" codeSystem="1.2"/>')
    ),
    section(ALLERGIES, allergy('<code displayName="Penicillin"/>')),
    section(RESULTS, result('<value xsi:type="PQ" value="141" unit="mmol/L"/>')),
    section(VACCINES, vaccine("Influenza"), vaccine("Tetanus", 'negationInd="true"')),
    section("29762-2", text="<list><item>Never smoked</item></list>", title="Social history"),
)
