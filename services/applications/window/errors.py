"""Why something at the window could not be done.

WindowRefusal (ApplicationError)
├── ViewUnknown         no such view of one's own
├── TooManyViews        somebody keeps more views than anybody can tell apart
├── PhraseUnknown       no such phrase, or not one's own to change
├── FieldUnknown        a phrase names a field that no case has
├── NotOnYourDesk       only who holds a case hands it over or puts it back
├── ColleagueUnfit      nobody of the department with a post for what comes next, or oneself
├── PointUnknown        a check that the material has not
├── SignatureMissing    the applicant has not signed what was filled in
├── SignatureUnreadable what was drawn or scanned is no picture
└── CollectorMissing    a result is handed to somebody with a name and a number
"""

from services.applications.errors import ApplicationError


class WindowRefusal(ApplicationError):
    """The request was understood and refused."""


class ViewUnknown(WindowRefusal):
    pass


class TooManyViews(WindowRefusal):
    def __init__(self, most: int) -> None:
        super().__init__(f"more than {most} views")
        self.most = most


class PhraseUnknown(WindowRefusal):
    pass


class FieldUnknown(WindowRefusal):
    def __init__(self, name: str) -> None:
        super().__init__("no such field")
        self.name = name


class NotOnYourDesk(WindowRefusal):
    def __init__(self, number: str) -> None:
        super().__init__(f"{number} is on another desk")
        self.number = number


class ColleagueUnfit(WindowRefusal):
    pass


class PointUnknown(WindowRefusal):
    def __init__(self, target: str, point: str) -> None:
        super().__init__(f"{target} has no point {point}")
        self.target = target
        self.point = point


class SignatureMissing(WindowRefusal):
    pass


class SignatureUnreadable(WindowRefusal):
    pass


class CollectorMissing(WindowRefusal):
    pass
