"""Why a deed of oversight could not be done.

OversightError
├── OrderNotFound       no such supervision order, or not yours to see
├── CardNotFound        no such card, or not yours to see
├── OfficerNotFound     nothing is known of such an officer, or they are not yours to see
├── MeasureNotFound     no such finding of a measure, or not yours to answer
├── MeasureAnswered     the officer has answered this finding
├── RuleUnknown         no such rule in the catalogue
├── ThresholdWrong      the rule has no such threshold, or it is beyond reason
├── WarningNotFound     no such warning, or not yours to see
├── WarningClosed       the warning has ended
├── WarningNotOpenTo    this step is not its turn: answered already, or not disposed of yet
├── AppealTooLate       the days for an appeal are over
├── OwnDisposal         an appeal is decided by another supervisor than the one who disposed
├── ExportNotFound      no such export, not yours, or its file is not there
├── TooManyExports      so many exports of one's own wait already
├── ReportNotFound      no such report, or not of a department one supervises
├── NotForOversight     this deed is for supervisors, or for the officers of the department concerned
├── TextMissing         an order, a reply, a closing remark without words
├── DueTooSoon          an order must leave at least until tomorrow
├── AddresseeUnknown    the officer named does not serve the case's department
├── OrderAnswered       the order has its reply
├── OrderNotAnswered    an order without a reply is closed only with the reason why none is needed
└── OrderClosed         the order is closed
"""

from datetime import date


class OversightError(Exception):
    """The request was understood and refused."""


class OrderNotFound(OversightError):
    def __init__(self, order: str) -> None:
        super().__init__(f"no supervision order {order}")
        self.order = order


class CardNotFound(OversightError):
    def __init__(self, card: str) -> None:
        super().__init__(f"no card {card}")
        self.card = card


class OfficerNotFound(OversightError):
    def __init__(self, officer: str) -> None:
        super().__init__(f"no officer {officer}")
        self.officer = officer


class MeasureNotFound(OversightError):
    def __init__(self, measure: str) -> None:
        super().__init__(f"no finding {measure}")
        self.measure = measure


class MeasureAnswered(OversightError):
    def __init__(self, measure: str) -> None:
        super().__init__(f"finding {measure} is answered")
        self.measure = measure


class RuleUnknown(OversightError):
    def __init__(self, rule: str) -> None:
        super().__init__(f"no rule {rule}")
        self.rule = rule


class ThresholdWrong(OversightError):
    def __init__(self, rule: str, name: str) -> None:
        super().__init__(f"{rule} has no such {name}")
        self.rule, self.name = rule, name


class WarningNotFound(OversightError):
    def __init__(self, warning: str) -> None:
        super().__init__(f"no warning {warning}")
        self.warning = warning


class WarningClosed(OversightError):
    def __init__(self, number: str) -> None:
        super().__init__(f"the warning on {number} has ended")
        self.number = number


class WarningNotOpenTo(OversightError):
    def __init__(self, number: str, step: str) -> None:
        super().__init__(f"the warning on {number} is not open to {step}")
        self.number, self.step = number, step


class AppealTooLate(OversightError):
    def __init__(self, last: date) -> None:
        super().__init__(f"appeals were taken until {last}")
        self.last = last


class OwnDisposal(OversightError):
    def __init__(self, number: str) -> None:
        super().__init__(f"the disposal on {number} is one's own")
        self.number = number


class NotForOversight(OversightError):
    def __init__(self, deed: str) -> None:
        super().__init__(f"not the one to {deed}")
        self.deed = deed


class TextMissing(OversightError):
    def __init__(self, field: str) -> None:
        super().__init__(f"{field} needs words")
        self.field = field


class DueTooSoon(OversightError):
    def __init__(self, due_on: date) -> None:
        super().__init__(f"{due_on} leaves no time")
        self.due_on = due_on


class AddresseeUnknown(OversightError):
    def __init__(self, department: str) -> None:
        super().__init__(f"nobody of that name serves {department}")
        self.department = department


class OrderAnswered(OversightError):
    def __init__(self, number: str) -> None:
        super().__init__(f"{number} is answered")
        self.number = number


class OrderNotAnswered(OversightError):
    def __init__(self, number: str) -> None:
        super().__init__(f"{number} has no reply")
        self.number = number


class OrderClosed(OversightError):
    def __init__(self, number: str) -> None:
        super().__init__(f"{number} is closed")
        self.number = number


class ExportNotFound(OversightError):
    def __init__(self, export: str) -> None:
        super().__init__(f"no file of export {export}")
        self.export = export


class TooManyExports(OversightError):
    def __init__(self, most: int) -> None:
        super().__init__(f"{most} exports wait already")
        self.most = most


class ReportNotFound(OversightError):
    def __init__(self, report: str) -> None:
        super().__init__(f"no report {report}")
        self.report = report
