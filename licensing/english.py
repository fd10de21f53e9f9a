"""The English half of a paper, for an applicant who asked for it: what the Chinese half says, which alone is binding.

The same kinds as `documents` and `notices`, said from values that are English already (`DocumentData.english`). What an
officer wrote (reasons, defects, findings) stands in the officer's own words, which are Chinese.
"""

from collections.abc import Callable, Mapping
from datetime import date

from markupsafe import Markup

from licensing.papers import DocumentData, DocumentKind, facts, heading, listed, paragraph, table
from licensing.rules import local_day

LAW = "the Administrative Licensing Law"
TITLES: Mapping[DocumentKind, str] = {
    DocumentKind.RECEIPT: "Receipt of an application",
    DocumentKind.ACCEPTANCE: "Notice of acceptance",
    DocumentKind.CORRECTION: "Notice of everything to be corrected",
    DocumentKind.NOT_ACCEPTED: "Decision not to accept",
    DocumentKind.GRANT: "Decision to grant",
    DocumentKind.REFUSAL: "Decision to refuse",
    DocumentKind.NOT_NEEDED: "Notice that nothing has to be granted",
    DocumentKind.EXTENSION: "Notice of a longer time limit",
    DocumentKind.SPECIAL_PROCEDURE: "Notice of a special procedure",
    DocumentKind.HEARING_RIGHT: "Notice of the right to a hearing",
    DocumentKind.HEARING_CALL: "Notice of a hearing",
    DocumentKind.DELIVERY: "Proof of delivery",
    DocumentKind.TERMINATION: "Decision to end the procedure",
    DocumentKind.REVOCATION: "Decision to revoke",
    DocumentKind.CANCELLATION: "Decision to cancel",
}
NOTE = "This is a translation for your information. The Chinese text above, which bears the seal, is the binding one."
OWN_WORDS = "In the officer's own words:"
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def day(on: date) -> str:
    """4 December 2026."""
    return f"{on.day} {MONTHS[on.month - 1]} {on.year}"


def half(kind: DocumentKind, data: DocumentData) -> Markup:
    """The second page of a paper; nothing where no English was asked for. `data` is the Chinese half's."""
    said = data.english
    if said is None:
        return Markup("")
    contact = f"Questions: {said.contact}" if said.contact else ""
    closing = [one for one in (said.extra, contact) if one]
    return Markup('<section class="english" lang="en">{}</section>').format(
        Markup("<h1>{}</h1>").format(said.title or TITLES[kind])
        + Markup('<p class="number">{}</p>').format(said.number)
        + Markup('<p class="addressee">To {}</p>').format(said.applicant)
        + Markup('<div class="body">{}</div>').format(BODIES[kind](said))
        + Markup('<div class="closing">{}</div>').format(Markup("").join(paragraph(one) for one in closing))
        + Markup('<p class="issued">{}<br>{}</p>').format(said.department, day(local_day(said.at)))
        + Markup('<p class="note">{}</p>').format(NOTE)
    )


def asked(data: DocumentData) -> str:
    """How every paper begins."""
    return f'Your application for "{data.item_name}" of {day(data.received_on or local_day(data.at))}'


def _reasons(data: DocumentData) -> Markup:
    if not data.reasons:
        return Markup("")
    return (
        heading("Reasons")
        + paragraph(OWN_WORDS)
        + Markup('<div lang="zh-CN">{}</div>').format(listed(data.reasons))
    )


def _basis(data: DocumentData) -> Markup:
    return heading("Legal basis") + listed(data.basis) if data.basis else Markup("")


def _remedies(data: DocumentData) -> Markup:
    text = (
        f"If you disagree, you may apply for administrative reconsideration to {data.reconsideration} within sixty days, "
        f"or bring an action before {data.court} within six months, counted from the day you receive this decision."
    )
    return heading("Remedies") + paragraph(text)


def _materials(data: DocumentData) -> Markup:
    if not data.materials:
        return paragraph("Nothing had to be handed in: what was needed came through data sharing.")
    rows = [(each.name, each.manner) for each in data.materials]
    return paragraph("What was received:") + table(
        ("Document", "How it came"), rows, ("", "side"), first="No."
    )


def _receipt(data: DocumentData) -> Markup:
    text = f"{asked(data)} was received. Its number is {data.application_number}."
    parts = (
        paragraph("Received together, each with its own number:") + facts(data) if data.facts else Markup("")
    )
    after = (
        "Within five working days you will be told whether it is accepted; if you are told nothing, it counts as accepted "
        "from the day it was received."
    )
    return paragraph(text) + parts + _materials(data) + paragraph(after)


def _acceptance(data: DocumentData) -> Markup:
    parts = paragraph(f"{asked(data)} {_why_accepted(data)}")
    if data.limit:
        due = f", that is by {day(data.due_on)}" if data.due_on else ""
        parts += paragraph(f"The decision is made within {data.limit} of acceptance{due}.")
    if "follow_by" in data.told:
        parts += paragraph(
            f"As you undertook, please hand in by {data.told['follow_by']}: {data.told['follow']}. Nothing is granted "
            "before; if it does not come, the procedure ends or the application is refused."
        )
    return parts + _materials(data)


def _why_accepted(data: DocumentData) -> str:
    if "deemed" in data.told:
        return (
            f"counts as accepted from {data.told['deemed']}, because you were not told otherwise within five working days "
            f"(Article 32 of {LAW})."
        )
    if "follow_by" in data.told:
        return "is accepted: the main documents are complete and in proper form, minor ones follow as undertaken."
    return f"is complete and in proper form and is accepted (Article 32 of {LAW})."


def _correction(data: DocumentData) -> Markup:
    text = (
        f"{asked(data)} is incomplete or not in proper form. Under Article 32 of {LAW} this notice names, once, "
        "everything that has to be corrected:"
    )
    rows = [(each.about, each.wrong) for each in data.corrections]
    due = (
        f"Please correct it by {day(data.due_on)}."
        if data.due_on
        else "Please correct it and hand it in again."
    )
    after = f"{due} Nothing else has to be handed in again; once it is complete it will be accepted."
    lines = table(("About", "What to correct (officer's own words)"), rows, ("side", ""), first="No.")
    return paragraph(text) + lines + paragraph(after)


def _not_accepted(data: DocumentData) -> Markup:
    where = f"Please apply to {data.proper_authority}." if data.proper_authority else ""
    parts = paragraph(f"{asked(data)} is not accepted.") + _reasons(data) + _basis(data)
    return parts + (paragraph(where) if where else Markup("")) + _remedies(data)


def _grant(data: DocumentData) -> Markup:
    by_rules = "rules" in data.told
    how = "was checked by the system against the published rules" if by_rules else "was examined"
    parts = paragraph(f"{asked(data)} {how}, meets the conditions and standards of the law, and is granted.")
    parts += facts(data) + _basis(data)
    if by_rules:
        ask = f"No person took part in this decision. Until {data.told['ask_by']} you may ask for a person to examine it."
        parts += heading("How it was decided") + paragraph(ask)
    return parts


def _refusal(data: DocumentData) -> Markup:
    text = (
        f"{asked(data)} was examined, does not meet the conditions and standards of the law, and is refused."
    )
    return paragraph(text) + _reasons(data) + _basis(data) + _remedies(data)


def _not_needed(data: DocumentData) -> Markup:
    text = f"{asked(data)}: by law nothing has to be granted, so it is not accepted (Article 32 of {LAW})."
    return paragraph(text) + _reasons(data) + _remedies(data)


def _extension(data: DocumentData) -> Markup:
    text = (
        f"{asked(data)} cannot be decided within the limit. With approval under Article 42 of {LAW} the limit is longer by "
        f"{data.told['days']} working days, until {data.told['due']}."
    )
    return paragraph(text) + _reasons(data)


def _special_procedure(data: DocumentData) -> Markup:
    text = (
        f"{asked(data)} needs {data.told['procedure']}. The time it takes, {data.told['days']} working days, is not counted "
        f"(Article 45 of {LAW}): the limit stands still from {data.told['since']} and goes on afterwards."
    )
    return paragraph(text) + _reasons(data)


def _hearing_right(data: DocumentData) -> Markup:
    text = (
        f"{asked(data)} touches an interest of importance. Under Articles 36 and 47 of {LAW} the applicant and those "
        "concerned may be heard and may ask for a hearing."
    )
    until = (
        f"Please ask for it before {data.told['ask_by']}; later the right is taken as given up. The hearing is held within "
        "twenty working days of your asking and costs nothing."
    )
    own = Markup('<p lang="zh-CN">{}</p>').format(data.told["interest"])
    return paragraph(text) + paragraph(OWN_WORDS) + own + paragraph(until)


def _hearing_call(data: DocumentData) -> Markup:
    manner = "in public" if data.told["public"] else "not in public"
    text = (
        f"{asked(data)}: a hearing is held {manner} (Article 48 of {LAW}) on {data.told['when']}, at {data.told['place']}, "
        f"chaired by {data.told['chair']}."
    )
    after = (
        "You may object to a chair who has an interest in the matter, bring evidence and question it. The minutes are "
        "signed after you confirm them. The time is not counted (Article 45), and it costs nothing."
    )
    return paragraph(text) + paragraph(after)


def _delivery(data: DocumentData) -> Markup:
    text = f"{asked(data)} is finished. Delivered under Article 44 of {LAW}:"
    carrier = f"Delivered by {data.told['by']}, in person, on {data.told['on']}. The signature is on the Chinese half."
    return paragraph(text) + facts(data) + paragraph(carrier)


def _termination(data: DocumentData) -> Markup:
    text = f"{asked(data)} is ended without a decision. You may apply again when the conditions are met."
    own = Markup('<p lang="zh-CN">{}</p>').format(data.told["ground"])
    return paragraph(text) + heading("Ground") + own + _reasons(data) + _remedies(data)


def _taken_back(data: DocumentData) -> Markup:
    own = Markup('<p lang="zh-CN">{}</p>').format(data.told["ground"])
    text = paragraph(f"{asked(data)} was granted. What was granted is taken back, on this ground:")
    return text + own + facts(data) + _reasons(data) + _basis(data) + _remedies(data)


BODIES: Mapping[DocumentKind, Callable[[DocumentData], Markup]] = {
    DocumentKind.RECEIPT: _receipt,
    DocumentKind.ACCEPTANCE: _acceptance,
    DocumentKind.CORRECTION: _correction,
    DocumentKind.NOT_ACCEPTED: _not_accepted,
    DocumentKind.GRANT: _grant,
    DocumentKind.REFUSAL: _refusal,
    DocumentKind.NOT_NEEDED: _not_needed,
    DocumentKind.EXTENSION: _extension,
    DocumentKind.SPECIAL_PROCEDURE: _special_procedure,
    DocumentKind.HEARING_RIGHT: _hearing_right,
    DocumentKind.HEARING_CALL: _hearing_call,
    DocumentKind.DELIVERY: _delivery,
    DocumentKind.TERMINATION: _termination,
    DocumentKind.REVOCATION: _taken_back,
    DocumentKind.CANCELLATION: _taken_back,
}
