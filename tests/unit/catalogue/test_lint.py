from datetime import UTC, datetime

import msgspec
import pytest

from licensing.types import load_types
from portal.cli.demo.contracts import directory
from services.catalogue import commands
from services.catalogue.lint import Known, lint
from services.catalogue.loading import read
from services.catalogue.problems import SENTENCES, explain

NAMES = {item.code: item for item in commands.shipped()}
TEXTS = {code: (commands.ITEMS / f"{code}.yaml").read_text("utf-8") for code in NAMES}

KNOWN = Known(
    licences={slug: {field.key for field in one.fields} for slug, one in load_types().items()},
    resources={
        one.code: {field["name"] for field in one.fields}
        for one in directory(datetime(2026, 11, 21, tzinfo=UTC))
    },
)

UPLOADED = """    source: upload
    why: {zh: "印在优待证上", en: "Printed on the card"}"""

CASES = [
    # item, what stands there, what is written instead, the problem's path and code
    ("senior-card", "code: senior-card", "code: Senior_Card", "code", "code-shape"),
    ("hr-service", 'row: {zh: "工作人员", en: "Member of staff"}', "", "form.sections[1].pages[2].questions[0]", "group-questions"),
    ("hr-service", "staff_name\n                  type: name", "staff_name\n                  type: file", "form.sections[1].pages[2].questions[0].questions[0]", "inside-group"),
    ("senior-card", "handling_code: 11520100MADEM00381352051100100001", "handling_code: 11520100MADEM0038135205110010001", "handling_code", "handling-code"),
    ("senior-card", "power_source: own", "power_source: entrusted-from-above", "power_source", "entrusted-by"),
    ("food-business", "    days: 10\n", "    days: 11\n", "procedures[0].days", "extension-too-long"),
    ("road-freight", "    months: 12\n", "    months: 0\n", "regular_checks[0].months", "out-of-range"),
    ("enterprise-registration", "  - code: 11520100MADEM0054N\n", "  - code: 11520100MADEM0054M\n", "joint[0].code", "department-code"),
    ("senior-card", "online: {depth: 4, express: true}", "online: {depth: 4, payment: true}", "online.payment", "payment-without-fee"),
    ("senior-card", "ways: [window, computer", "ways: [window, window, computer", "ways", "duplicate"),
    ("senior-card", "    subject: person\n", "    subject: person\n    copies: 99\n", "materials[0].copies", "out-of-range"),
    ("senior-card", 'zh: "{item}：已经办好"', 'zh: "{person}：已经办好"', "messages[0].title", "placeholder"),
    ("senior-card", 'zh: "{item}：已经办好"', 'zh: "{item：已经办好"', "messages[0].title", "placeholder"),
    ("senior-card", "    text:\n      zh: \"您的申请 {number}", "    sms: {zh: \"{item} {due}\", en: \"{item}\"}\n    text:\n      zh: \"您的申请 {number}", "messages[0].sms", "placeholder"),
    ("old-age-allowance", "      check: {on_or_before: [born_on, today-70y]}\n", "      check: {always: true}\n", "instant.rules[2].check", "rule-empty"),
    ("old-age-allowance", "              source: hub:population.household\n", "", "unasked", "not-known-already"),
    ("old-age-allowance", "      check: {on_or_before: [born_on, today-70y]}\n", "      check: {present: gone}\n", "instant.rules[2].check", "unknown-reference"),
    ("senior-card", "region: 520100", "region: 5201", "region", "code-shape"),
    ("senior-card", "code: 11520100MADEM00381\n", "code: 11520100MADEM00382\n", "department.code", "department-code"),
    ("senior-card", "basic_code: 520511001000", "basic_code: 52051100100", "basic_code", "code-shape"),
    ("senior-card", "item_type: 05", "item_type: 20", "basic_code", "basic-code-type"),
    ("senior-card", "level: 3", "level: 4", "implementation_code", "implementation-code"),
    ("senior-card", 'en: "Senior card"', 'en: " "', "short_name", "words-missing"),
    ("senior-card", "  - 老年证\n", "  - 老年证\n  - 老年证\n", "aliases", "duplicate"),
    ("senior-card", "  - 老年证\n", '  - " "\n', "aliases[0]", "words-missing"),
    ("senior-card", "themes: [elderly]", "themes: []", "themes", "none"),
    ("senior-card", "themes: [elderly]", "themes: [old-age]", "themes[0]", "unknown-reference"),
    ("senior-card", "audiences: [person]", "audiences: []", "audiences", "none"),
    ("senior-card", "  days: 10", "  days: 0", "statutory_limit", "limit-missing"),
    ("senior-card", "  days: 10", "  days: 2", "promised_limit", "promise-too-long"),
    ("senior-card", "  days: 3", "  days: 0", "promised_limit", "promise-on-the-spot"),
    ("individual-registration", "  days: 0\n", "  days: 1\n", "promised_limit", "promise-on-the-spot"),
    ("senior-card", "fee: {charged: false}", "fee: {charged: true}", "fee", "fee-without-basis"),
    ("senior-card", "phone: 0851-0000 0301", "phone: ask", "contact.phone", "phone-missing"),
    ("senior-card", 'phone: "12345"', 'phone: ""', "complaint.phone", "phone-missing"),
    ("senior-card", "visits: {count: 0}", "visits: {count: 1}", "visits", "visit-without-reason"),
    ("senior-card", "visits: {count: 0}", "visits: {count: 99}", "visits.count", "out-of-range"),
    ("senior-card", "近期免冠照片", "法律法规规定的其他材料", "materials[1].name", "catch-all"),
    ("senior-card", "近期免冠照片", "照片等相关材料", "materials[1].name", "catch-all"),
    ("senior-card", "Recent photo", "Photo and other documents", "materials[1].name", "catch-all"),
    ("senior-card", "近期免冠照片", "居民身份证复印件", "materials[1].source", "can-be-supplied"),
    ("senior-card", "近期免冠照片", "户口簿", "materials[1].source", "can-be-supplied"),
    ("food-business", "授权委托书", "营业执照副本", "materials[5].source", "can-be-supplied"),
    ("individual-registration", "经营场所使用证明", "不动产权证", "materials[1].source", "can-be-supplied"),
    ("senior-card", "code: photo\n", "code: identity\n", "materials", "duplicate"),
    ("senior-card", "    resource: population\n", "", "materials[0]", "source-incomplete"),
    ("senior-card", "    source: hub\n", "    source: licence\n", "materials[0]", "source-incomplete"),
    ("senior-card", UPLOADED, f"{UPLOADED}\n    fields: [name]", "materials[1].fields", "source-excess"),
    ("senior-card", "max_mb: 5", "max_mb: 500", "materials[1].max_mb", "out-of-range"),
    ("senior-card", "formats: [jpg, png]", "formats: []", "materials[1].formats", "none"),
    ("senior-card", "max_files: 1\n", "max_files: 1\n    ask_when: {present: x}\n", "materials[1].ask_when", "unknown-reference"),
    ("senior-card", "resource: population", "resource: people", "materials[0].resource", "unknown-reference"),
    ("senior-card", "born_on, address]", "birthday, address]", "materials[0].fields", "unknown-reference"),
    ("senior-card", "fields: [name,", "fills: {name: nobody}\n    fields: [name,", "materials[0].fills.name", "unknown-reference"),
    ("senior-card", "version: 1", "version: 0", "form.version", "out-of-range"),
    ("senior-card", "key: holder_name", "key: Holder-Name", "form.sections[0].pages[0].questions[0].key", "code-shape"),
    ("senior-card", "key: holder_name", "key: residence", "form.sections", "duplicate"),
    ("senior-card", "type: yes_no", "type: choice", "form.sections[1].pages[0].questions[1].options", "options"),
    ("senior-card", "{min_length: 5, max_length: 120}", "{min_length: 5, max_length: 3}", "form.sections[0].pages[0].questions[2].rules", "rule-contradiction"),
    ("senior-card", "{min_length: 5, max_length: 120}", "{minimum: 5}", "form.sections[0].pages[0].questions[2].rules.minimum", "rule-misplaced"),
    ("senior-card", "{min_length: 5, max_length: 120}", "{pattern: .*}", "form.sections[0].pages[0].questions[2].rules.pattern", "unknown-reference"),
    ("senior-card", "latest: today-60y}", "latest: sixty}", "form.sections[0].pages[0].questions[1].rules.latest", "code-shape"),
    ("senior-card", "earliest: today-130y", "earliest: today", "form.sections[0].pages[0].questions[1].rules", "rule-contradiction"),
    ("unemployment-benefit", "              sensitive: true\nsteps:", "steps:", "form.sections[2].pages[0].questions[1]", "must-be-sensitive"),
    ("senior-card", "source: hub:population.name", "source: hub:business-register.name", "form.sections[0].pages[0].questions[0].source", "unknown-reference"),
    ("senior-card", "source: profile:phone", "source: profile:shoe_size", "form.sections[1].pages[0].questions[0].source", "unknown-reference"),
    ("senior-card", "type: yes_no", "type: file", "form.sections[1].pages[0].questions[1].material", "unknown-reference"),
    ("senior-card", "when: {eq: [has_contact, true]}", "when: {eq: [has_contact, yes-please]}", "form.sections[1].pages[0].questions[2].when", "never-equal"),
    ("senior-card", "when: {eq: [has_contact, true]}", "when: {present: contact_phone}", "form.sections[1].pages[0].questions[2].when", "looks-ahead"),
    ("senior-card", "when: {eq: [has_contact, true]}", "when: {present: nothing}", "form.sections[1].pages[0].questions[2].when", "unknown-reference"),
    ("senior-card", "when: {eq: [has_contact, true]}", "when: {gt: [has_contact, 1]}", "form.sections[1].pages[0].questions[2].when", "never-equal"),
    ("food-business", "when: {in: [business_kind, [catering, canteen]]}", "when: {in: [business_kind, [catering, bar]]}", "form.sections[1].pages[1].when", "never-equal"),
    ("food-business", "value: catering", "value: Catering!", "form.sections[1].pages[0].questions[0].options[0].value", "code-shape"),
    ("senior-card", "check: {on_or_before: [hub:population.born_on", "check: {on_or_before: [hub:registry.born_on", "conditions[0].check", "unknown-reference"),
    ("senior-card", "- key: resident", "- key: sixty", "conditions", "duplicate"),
    ("senior-card", "role: window", "role: reviewer", "steps", "steps-order"),
    ("senior-card", "kind: decide", "kind: review", "steps", "steps-order"),
    ("senior-card", "    limit: 3", "    limit: 4", "steps", "steps-too-long"),
    ("senior-card", "    limit: 1", "    limit: 90", "steps[0].limit", "out-of-range"),
    ("food-business", "    two_persons: true\n", "", "steps[1]", "two-persons"),
    ("senior-card", "  licence_type: senior-card\n", "", "result", "result-licence"),
    ("senior-card", "licence_type: senior-card", "licence_type: junior-card", "result.licence_type", "unknown-reference"),
    ("senior-card", "    photo: material:photo", "    photo: material:portrait", "result.fields.photo", "unknown-reference"),
    ("senior-card", "    photo: material:photo", "    portrait: material:photo", "result.fields.portrait", "unknown-reference"),
    ("unemployment-benefit", "    bank: bank", "    bank: banks", "result.fields.bank", "unknown-reference"),
    ("senior-card", "- key: contact\n          title", "- key: Contact\n          title", "form.sections[1].pages[0].key", "code-shape"),
    ("senior-card", "when: {eq: [has_contact, true]}", "when: {present: hub:nothing.x}", "form.sections[1].pages[0].questions[2].when", "unknown-reference"),
    ("food-business", "when: {eq: [sells_online, true]}", "when: {before: [area, today]}", "form.sections[1].pages[3].questions[1].when", "never-equal"),
    ("food-business", "when: {eq: [sells_online, true]}", "when: {eq: [area, many]}", "form.sections[1].pages[3].questions[1].when", "never-equal"),
    ("food-business", "when: {eq: [sells_online, true]}", "when: {eq: [firm_name, 5]}", "form.sections[1].pages[3].questions[1].when", "never-equal"),
    ("senior-card", "code: photo\n", "code: Photo\n", "materials[1].code", "code-shape"),
    ("senior-card", "fields: [name,", "fills: {sex: holder_name}\n    fields: [name,", "materials[0].fills.sex", "unknown-reference"),
    ("senior-card", "source: hub\n", "source: hub\n    licence_type: identity-card\n", "materials[0].licence_type", "unknown-reference"),
    ("senior-card", "check: {on_or_before: [hub:population.born_on", "check: {on_or_before: [born:on", "conditions[0].check", "unknown-reference"),
    ("senior-card", "  - key: accept", "  - key: Accept", "steps[0].key", "code-shape"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "old", "new", "path", "problem"), CASES)
def test_what_the_law_or_the_portal_refuses_is_told_at_its_line(code, old, new, path, problem):
    text = TEXTS[code].replace(old, new, 1)
    assert text != TEXTS[code]
    reading = read(text, f"{code}.yaml")
    assert reading.problems == ()
    problems = lint(reading.definition, known=KNOWN, file=reading.file, places=reading.places)
    assert (path, problem) in {(one.path, one.code) for one in problems}
    for one in problems:
        assert one.line > 0
        assert explain(one)
        assert explain(one, "en")


@pytest.mark.parametrize("code", NAMES)
def test_the_shipped_items_name_only_what_the_house_knows(code):
    assert lint(NAMES[code], known=KNOWN) == []


@pytest.mark.parametrize(
    ("name", "problem"), [("basis", "basis-missing"), ("conditions", "none"), ("places", "none")]
)
def test_a_guide_without_what_must_be_published_is_refused_with_its_article(name, problem):
    item = msgspec.structs.replace(NAMES["senior-card"], **{name: ()})
    found = [one for one in lint(item) if one.code == problem]
    assert [one.path for one in found] == [name]
    assert found[0].data["law"] == "行政许可法 第30条"


def test_names_and_texts_are_no_books():
    item = NAMES["senior-card"]
    long = msgspec.structs.replace(item, name=msgspec.structs.replace(item.name, zh="长" * 201))
    assert [one.code for one in lint(long)] == ["words-too-long"]
    longer = msgspec.structs.replace(item, summary=msgspec.structs.replace(item.name, zh="长" * 2001))
    assert [one.code for one in lint(longer)] == ["words-too-long"]


def test_a_page_without_questions_is_refused():
    text = TEXTS["senior-card"]
    questions = text[
        text.index("          questions:\n            - key: holder_phone") : text.index("steps:\n")
    ]
    reading = read(text.replace(questions, "          questions: []\n"))
    found = {(one.path, one.code) for one in lint(reading.definition, places=reading.places)}
    assert ("form.sections[1].pages[0].questions", "none") in found


def test_a_form_without_questions_is_refused():
    item = NAMES["senior-card"]
    empty = msgspec.structs.replace(item, form=msgspec.structs.replace(item.form, sections=()))
    assert ("form.sections", "none") in {(one.path, one.code) for one in lint(empty)}


def test_every_problem_the_rules_can_find_has_its_sentence_tried():
    tried = {problem for *_, problem in CASES} | {"basis-missing", "words-too-long"}
    loading = {
        *("yaml", "too-large", "too-deep", "alias", "duplicate-key", "unknown-key", "missing-key"),
        *("wrong-kind", "unknown-value", "invalid"),
    }
    assert tried | loading == set(SENTENCES)
