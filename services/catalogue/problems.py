"""What is wrong with an item file, for the official who wrote it: where, what, and by which law."""

from collections.abc import Mapping

from msgspec import Struct

from services.catalogue.form import Pair


class Problem(Struct, frozen=True):
    """One mistake in an item file.

    `line` counts from 1 (0: the whole file), `path` is like `form.sections[0].pages[1].title`, `code` is a key of
    `SENTENCES`, `data` fills its sentence; `data["law"]`, where there is one, is the article behind the rule.
    """

    file: str
    line: int
    path: str
    code: str
    data: dict[str, str | int] = {}


def place(places: Mapping[str, int], path: str) -> int:
    """The line of `path`, or of the nearest thing around it that has one; 0 if nothing does."""
    while path not in places and path:
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    return places.get(path, 0)


SENTENCES: dict[str, Pair] = {
    "yaml": Pair("不是有效的 YAML：{detail}", "not valid YAML: {detail}"),
    "too-large": Pair("文件超过 {max} 字节", "the file is larger than {max} bytes"),
    "too-deep": Pair("嵌套层数过多", "nested too deeply"),
    "alias": Pair("不能使用 YAML 锚点引用", "YAML aliases are not allowed"),
    "duplicate-key": Pair("“{key}”写了两次", "“{key}” is written twice"),
    "unknown-key": Pair("没有“{key}”这个要素{meant}", "there is no element “{key}”{meant}"),
    "missing-key": Pair("缺少“{key}”", "“{key}” is missing"),
    "wrong-kind": Pair("此处应为{wanted}，实为{found}", "{wanted} is wanted here, not {found}"),
    "unknown-value": Pair("没有“{value}”这个取值，可选：{allowed}", "“{value}” is not one of {allowed}"),
    "invalid": Pair("取值不成立：{detail}", "does not hold: {detail}"),
    "words-missing": Pair("中文或英文为空", "the Chinese or the English is empty"),
    "words-too-long": Pair("超过 {max} 个字", "longer than {max} characters"),
    "code-shape": Pair("“{value}”不符合编码规则：{wanted}", "“{value}” is not of the form {wanted}"),
    "department-code": Pair("统一社会信用代码有误（{why}）", "the credit code is wrong ({why})"),
    "basic-code-type": Pair(
        "基本编码第3、4位应为事项类型 {wanted}", "digits 3 and 4 of the basic code must be {wanted}"
    ),
    "implementation-code": Pair(
        "实施编码应为 {wanted}（部门代码＋层级＋基本编码）", "the implementation code must be {wanted}"
    ),
    "duplicate": Pair("“{value}”重复", "“{value}” occurs twice"),
    "none": Pair("至少要有一项（{law}）", "at least one is needed ({law})"),
    "basis-missing": Pair("缺少法定依据（{law}）", "no legal basis ({law})"),
    "limit-missing": Pair("时限须为正数并写明依据（{law}）", "the limit needs days and a basis ({law})"),
    "promise-too-long": Pair(
        "承诺时限 {days} 日长于法定时限 {max} 日（{law}）",
        "the promise of {days} days is longer than the statutory {max} ({law})",
    ),
    "promise-on-the-spot": Pair(
        "当场办结的事项承诺时限为 0，其余至少为 1",
        "a promise of 0 days means decided on the spot, and only that",
    ),
    "steps-too-long": Pair(
        "受理后各环节共 {days} 日，超过承诺的 {max} 日",
        "the steps after acceptance take {days} days, the promise is {max}",
    ),
    "fee-without-basis": Pair("收费须写明标准和依据（{law}）", "a fee needs its rate and its law ({law})"),
    "phone-missing": Pair("缺少可拨打的电话（{law}）", "no telephone number ({law})"),
    "visit-without-reason": Pair("要求到场须写明理由（{law}）", "a visit needs its reason ({law})"),
    "catch-all": Pair(
        "“{name}”是兜底性材料，须逐项列明（{law}）", "“{name}” is a catch-all: name each material ({law})"
    ),
    "can-be-supplied": Pair(
        "“{name}”可由{by}取得，不得要求申请人提交（{law}）",
        "“{name}” can be had from {by} and may not be demanded ({law})",
    ),
    "source-incomplete": Pair(
        "来源为 {source} 的材料须写明“{key}”", "a material from {source} needs “{key}”"
    ),
    "source-excess": Pair("来源为 {source} 的材料不应有“{key}”", "a material from {source} has no “{key}”"),
    "out-of-range": Pair("应在 {min} 到 {max} 之间", "must lie between {min} and {max}"),
    "unknown-reference": Pair("找不到“{value}”", "there is no “{value}”"),
    "looks-ahead": Pair(
        "条件引用了后面的问题“{value}”", "the condition looks at the later question “{value}”"
    ),
    "never-equal": Pair("“{value}”不是问题“{key}”可能的回答", "“{value}” is no possible answer to “{key}”"),
    "options": Pair("选择题至少两个选项，其他问题没有选项", "a choice has two options or more, others none"),
    "group-questions": Pair(
        "可重复填写的一组须写明其中的问题（questions）和一行的叫法（row），其他问题没有这两项",
        "a group needs its questions and the name of a row (row); other questions have neither",
    ),
    "inside-group": Pair(
        "“{key}”在一组之中，不能是文件或者另一组，也不能自动填写",
        "“{key}” is in a group: no file, no group, no source",
    ),
    "rule-misplaced": Pair(
        "“{key}”不适用于 {type} 类问题", "“{key}” means nothing for a question of type {type}"
    ),
    "rule-contradiction": Pair("最小值大于最大值", "the least is greater than the most"),
    "must-be-sensitive": Pair("{type} 须标为 sensitive（{law}）", "{type} must be sensitive ({law})"),
    "steps-order": Pair(
        "首个环节须为窗口受理，最后须为审批人决定，且各一个（{law}）",
        "the first step is accept by the window, the last decide by the approver, once each ({law})",
    ),
    "two-persons": Pair("现场核查须两人以上（{law}）", "an inspection needs two persons ({law})"),
    "handling-code": Pair(
        "业务办理项编码应为实施编码加两位数字", "the handling code is the implementation code and two digits"
    ),
    "entrusted-by": Pair(
        "委托行使的须写明委托部门 entrusted_by，其他的不写（{law}）",
        "entrusted powers name who entrusts them, others do not ({law})",
    ),
    "extension-too-long": Pair(
        "延长审批不得超过 {max} 个工作日（{law}）", "an extension is at most {max} working days ({law})"
    ),
    "payment-without-fee": Pair(
        "不收费的事项没有网上支付和收费项目", "an item without a fee has no payment and no lines of fees"
    ),
    "placeholder": Pair(
        "花括号里的“{value}”不能用，可以用：{allowed}",
        "“{value}” may not stand in braces here, only {allowed}",
    ),
    "rule-empty": Pair(
        "规则要写明看什么、怎样才成立（{law}）", "a rule says what it looks at and when it holds ({law})"
    ),
    "not-known-already": Pair(
        "免申即享的事项不能再要求填写或者提交“{key}”",
        "an item offered without applying may not ask for “{key}”",
    ),
    "result-licence": Pair("结果为证照时须写明 licence_type", "a licence as result needs its licence_type"),
}


def explain(problem: Problem, language: str = "zh") -> str:
    """The problem as one sentence in Chinese or English."""
    pair = SENTENCES[problem.code]
    return (pair.zh if language == "zh" else pair.en).format_map(problem.data)
