"""The rules of money: what was taken against what was due, as the record of each deed says it. Pure."""

from services.oversight.checks.facts import GRANTS, Facts, Inputs, Thresholds

TAKEN, REFUNDED, WAIVED = "fee taken", "fee refunded", "fee waived"


def charged_though_free(facts: Facts, _thresholds: Thresholds) -> Inputs | None:
    """擅自收费: a payment where nothing was due. Giving it back later does not undo that it was taken."""
    for event in facts.events:
        if event.deed == TAKEN and event.details.get("due") == 0:
            return {
                "amount": event.details.get("amount"),
                "receipt": event.details.get("receipt"),
                "officer": event.name,
            }
    return None


def granted_unpaid(facts: Facts, thresholds: Thresholds) -> Inputs | None:
    """Due by the published rate, neither let off nor taken when it was granted."""
    taken, waived = 0, False
    for event in facts.events:
        amount = int(event.details.get("amount") or 0)
        if event.deed == TAKEN:
            taken += amount
        elif event.deed == REFUNDED:
            taken -= amount
        elif event.deed == WAIVED:
            waived = True
        elif event.deed in GRANTS:
            due = int(event.details.get("fee") or 0)
            if not waived and due - taken > thresholds["fen"]:
                return {"due": due, "taken": taken}
    return None
