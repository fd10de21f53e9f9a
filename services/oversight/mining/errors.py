"""Why an event log could not be read.

MiningError
├── LogMalformed    not XES: the line and the reason
└── LogUnknown      no such imported log
"""


class MiningError(Exception):
    """The request was understood and refused."""


class LogMalformed(MiningError):
    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")
        self.line, self.reason = line, reason


class LogUnknown(MiningError):
    def __init__(self, log: str) -> None:
        super().__init__(f"no event log {log}")
        self.log = log
