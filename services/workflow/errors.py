"""Why time could not be counted, or a clock not be moved.

WorkflowError
├── LimitOutOfRange       a number of working days no law sets
├── ClockError            names the case and the kind of clock
│   ├── ClockRunning          a clock of this kind runs already
│   ├── NoClockRunning        none runs
│   ├── ClockStopped          it is stopped, so it cannot be stopped again
│   ├── ClockNotStopped       it is not stopped, so it cannot be resumed
│   ├── PauseNotAllowed       this clock does not stop for this reason (行政许可法 45)
│   ├── NotExtendable         the law extends no clock of this kind
│   ├── ExtensionTooLong      more days than the law allows (行政许可法 42)
│   ├── AlreadyExtended       an extension is granted once
│   ├── LimitPassed           the limit ended before the extension was asked for
│   └── OutOfOrder            the moment lies before something that happened already
└── NoticeError
    └── NoticeEmpty           a notice without a single day
"""

from datetime import date, datetime


class WorkflowError(Exception):
    """The request was understood and refused."""


class LimitOutOfRange(WorkflowError):
    def __init__(self, days: int) -> None:
        super().__init__(f"no limit of {days} working days")
        self.days = days


class ClockError(WorkflowError):
    """Base of what is wrong with one clock of one case."""

    def __init__(self, case_number: str, kind: str, why: str) -> None:
        super().__init__(f"{kind} clock of {case_number}: {why}")
        self.case_number = case_number
        self.kind = kind


class ClockRunning(ClockError):
    def __init__(self, case_number: str, kind: str) -> None:
        super().__init__(case_number, kind, "runs already")


class NoClockRunning(ClockError):
    def __init__(self, case_number: str, kind: str) -> None:
        super().__init__(case_number, kind, "does not run")


class ClockStopped(ClockError):
    def __init__(self, case_number: str, kind: str) -> None:
        super().__init__(case_number, kind, "is stopped already")


class ClockNotStopped(ClockError):
    def __init__(self, case_number: str, kind: str) -> None:
        super().__init__(case_number, kind, "is not stopped")


class PauseNotAllowed(ClockError):
    def __init__(self, case_number: str, kind: str, pause: str) -> None:
        super().__init__(case_number, kind, f"does not stop for {pause}")
        self.pause = pause


class NotExtendable(ClockError):
    def __init__(self, case_number: str, kind: str) -> None:
        super().__init__(case_number, kind, "cannot be extended")


class ExtensionTooLong(ClockError):
    def __init__(self, case_number: str, kind: str, days: int, most: int) -> None:
        super().__init__(case_number, kind, f"{days} days of extension, at most {most}")
        self.days = days
        self.most = most


class AlreadyExtended(ClockError):
    def __init__(self, case_number: str, kind: str) -> None:
        super().__init__(case_number, kind, "was extended already")


class LimitPassed(ClockError):
    def __init__(self, case_number: str, kind: str, due_on: date) -> None:
        super().__init__(case_number, kind, f"ended on {due_on}")
        self.due_on = due_on


class OutOfOrder(ClockError):
    def __init__(self, case_number: str, kind: str, at: datetime, after: datetime | date) -> None:
        super().__init__(case_number, kind, f"{at} is before {after}")
        self.at = at
        self.after = after


class NoticeError(WorkflowError):
    """Base of what is wrong with a holiday notice."""


class NoticeEmpty(NoticeError):
    def __init__(self, notice: str) -> None:
        super().__init__(f"no days in notice {notice}")
        self.notice = notice
