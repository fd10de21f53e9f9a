"""How a tour ends early.

TourError
├── StepFailed   a step did not hold
├── AnswerLost   a request was sent and no answer came: it may have been done or not
└── PortalAway   nothing answered for as long as we were willing to wait
"""

from portal.cli.errors import CommandError


class TourError(CommandError):
    """Base of what ends a step of the tour."""


class StepFailed(TourError):
    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.sentence = why


class AnswerLost(TourError):
    def __init__(self, call: str) -> None:
        super().__init__(call)
        self.sentence = f"no answer to {call}"


class PortalAway(TourError):
    def __init__(self, url: str, seconds: float) -> None:
        super().__init__(url)
        self.sentence = f"{url} did not answer for {seconds:.0f} seconds"
