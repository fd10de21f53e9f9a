"""What the lint finds, in the words of an official, beside the field where it is put right."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from portal import language
from portal.admin.editing.fields import Field
from portal.language import gettext
from services.catalogue.editing.places import Steps, steps_of_path
from services.catalogue.problems import Problem, explain


def _(text: str) -> str:
    """Marks a text for the word lists below; it is translated when it is shown."""
    return text


SENTENCES: Mapping[str, str] = {
    "missing-key": _("请填写%(label)s"),
    "wrong-kind": _("%(label)s填得不对，请重新填写"),
    "invalid": _("%(label)s填得不对，请重新填写"),
    "unknown-key": _("有一项内容系统不认识，请联系技术人员"),
    "unknown-value": _("请在列出的选项中选择%(label)s"),
    "words-missing": _("%(label)s的中文和英文都要填"),
    "code-shape": _("%(label)s不符合编码规则，请检查"),
    "department-code": _("实施主体的统一社会信用代码有误，请重新选择"),
    "implementation-code": _("实施编码要重新生成：在“基本信息”里再保存一次"),
    "must-be-sensitive": _("这种回答必须隐藏：打开再保存一次，系统会自动标上"),
    "source-incomplete": _("选了这种来源，还要填%(label)s"),
    "source-excess": _("这种来源不需要%(label)s：打开再保存一次就会去掉"),
    "unknown-reference": _("%(label)s用到了已经没有的内容，请重新选择"),
    "looks-ahead": _("条件用到了后面才问的问题，请换成前面问过的"),
    "never-equal": _("条件里的答案，已经不是那个问题可能的回答"),
    "rule-misplaced": _("%(label)s不适用于这种问题：打开再保存一次就会去掉"),
    "can-be-supplied": _("“%(name)s”政府部门已经有，不得要求申请人提交，请改成免交（%(law)s）"),
    "result-licence": _("请选择发哪种电子证照；不发证照的，选决定文书"),
}
"""For the codes whose sentence in `problems` speaks of the file; the others are said as they stand there."""
ELEMENTS: Mapping[str, str] = {
    "key": _("标识"),
    "code": _("标识"),
    "implementation_code": _("实施编码"),
    "form": _("表单"),
    "sections": _("部分"),
    "pages": _("页"),
    "questions": _("问题"),
    "options": _("选项"),
    "basis": _("依据"),
    "conditions": _("办理条件"),
    "places": _("办理地点"),
    "materials": _("材料"),
    "steps": _("环节"),
    "result": _("办理结果"),
    "check": _("判断办法"),
    "when": _("出现的条件"),
    "ask_when": _("需要它的条件"),
    "fills": _("自动填写"),
    "fields": _("核对的内容"),
    "resource": _("数据库"),
    "licence_type": _("电子证照"),
    "commitment": _("承诺的内容"),
    "source": _("从哪里来"),
}
THIS = _("这一项")


@dataclass(frozen=True, slots=True)
class Told:
    """Findings on one page: by field, and those that belong to no field of it."""

    beside: dict[str, str]
    above: list[str]


def sentence(problem: Problem, label: str = "") -> str:
    """One finding; `label` is what its field is called."""
    own = SENTENCES.get(problem.code)
    if own is None:
        return explain(problem, language.current().language)
    words = {name: str(text) for name, text in problem.data.items()}
    return gettext(own) % ({"name": "", "law": ""} | words | {"label": label or element(problem)})


def element(problem: Problem) -> str:
    """What the innermost element that has a name for people is called."""
    key = str(problem.data.get("key", ""))
    names = [step for step in steps_of_path(problem.path) if isinstance(step, str)]
    known = next((one for one in (key, *reversed(names)) if one in ELEMENTS), None)
    return gettext(THIS if known is None else ELEMENTS[known])


def placed(fields: Sequence[Field], place: Steps, problems: Iterable[Problem]) -> Told:
    """The findings inside `place` beside the fields they are about; one sentence a field, the first."""
    told = Told({}, [])
    for problem in problems:
        rest = steps_of_path(problem.path)[len(place) :]
        field = _field(fields, rest, problem)
        if field is not None:
            told.beside.setdefault(field.name, sentence(problem, field.label))
        elif rest[:1] == ("options",):
            told.beside.setdefault(f"option-{rest[1] if len(rest) > 1 else 0}", sentence(problem))
        else:
            told.above.append(sentence(problem))
    return told


def _field(fields: Sequence[Field], rest: Steps, problem: Problem) -> Field | None:
    """The field of the longest path that leads to the finding, or the first one inside what is missing whole."""
    fits = [one for one in fields if rest[: len(one.path)] == one.path]
    if fits:
        return max(fits, key=lambda one: len(one.path))
    key = problem.data.get("key")
    named = [one for one in fields if one.path == (*rest, key)]
    inside = [one for one in fields if rest and one.path[: len(rest)] == rest]
    return next(iter((*named, *inside)), None)
