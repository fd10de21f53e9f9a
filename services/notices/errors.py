"""What is refused about messages.

NoticesError
├── ReportForged    a delivery report that the gateway did not sign, or signed too long ago
└── ReportReplayed  a delivery report that was taken before
"""


class NoticesError(Exception):
    """The request was understood and refused."""


class ReportForged(NoticesError):
    """`why` is for the log: signature, time, shape."""

    def __init__(self, why: str) -> None:
        super().__init__(f"delivery report not believed: {why}")
        self.why = why


class ReportReplayed(NoticesError):
    def __init__(self, identifier: str) -> None:
        super().__init__("delivery report taken before")
        self.identifier = identifier
