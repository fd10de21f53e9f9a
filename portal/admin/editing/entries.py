"""What is asked about one entry of an item's lists, and about its result."""

from collections.abc import Mapping
from typing import Any

from portal.admin.editing.fields import Field, Options
from portal.admin.editing.groups import Fields, words_of
from portal.admin.editing.supplies import Supplies, register
from portal.language import gettext as _
from portal.language import pick
from services.catalogue.codes import (
    Format,
    Issuer,
    Necessity,
    QuestionType,
    Source,
    StepKind,
    StepRole,
    Subject,
)
from services.catalogue.editing import terms
from services.catalogue.editing.places import Definition, entries
from services.catalogue.editing.values import Kind

Entry = Mapping[str, Any]


def basis(_d: Definition, _e: Entry, _s: Supplies) -> Fields:
    return (
        Field(("law",), Kind.WORDS, _("法律、法规或者文件的名称")),
        Field(("article",), Kind.WORDS, _("第几条")),
        Field(("text",), Kind.LONG_WORDS, _("条文内容"), _("原文，或者简要说明它规定了什么。"), rows=5),
    )


def condition(_d: Definition, _e: Entry, _s: Supplies) -> Fields:
    return (Field(("text",), Kind.LONG_WORDS, _("条件"), _("一条只写一个条件。")),)


def place(_d: Definition, _e: Entry, _s: Supplies) -> Fields:
    return (
        Field(("name",), Kind.WORDS, _("地点名称")),
        Field(("address",), Kind.WORDS, _("地址")),
        Field(("hours",), Kind.WORDS, _("办理时间")),
        Field(("in_centre",), Kind.YES_NO, _("在政务大厅里"), optional=True),
    )


def step(_d: Definition, _e: Entry, _s: Supplies) -> Fields:
    return (
        Field(("name",), Kind.WORDS, _("环节名称"), _("例如受理、审查、决定。")),
        Field(("kind",), Kind.CHOICE, _("做什么"), options=words_of("step", list(StepKind))),
        Field(
            ("role",),
            Kind.CHOICE,
            _("谁来做"),
            _("第一个环节由窗口人员受理，最后一个由审批人员决定。"),
            options=words_of("role", list(StepRole)),
        ),
        Field(
            ("limit",),
            Kind.WHOLE,
            _("期限"),
            _("当场完成的填 0。受理以后各环节加起来不能超过承诺时限。"),
            suffix=_("个工作日"),
        ),
        Field(
            ("two_persons",),
            Kind.YES_NO,
            _("要两人以上"),
            _("现场核查必须两人以上。"),
            optional=True,
        ),
        Field(("guidance",), Kind.LONG_WORDS, _("给群众的说明"), optional=True),
    )


def question_and_answer(_d: Definition, _e: Entry, _s: Supplies) -> Fields:
    return (
        Field(("question",), Kind.WORDS, _("问题")),
        Field(("answer",), Kind.LONG_WORDS, _("回答")),
    )


def section(_d: Definition, _e: Entry, _s: Supplies) -> Fields:
    return (Field(("title",), Kind.WORDS, _("这一部分叫什么"), _("例如申请人、经营场所、联系方式。")),)


def page(_d: Definition, _e: Entry, _s: Supplies) -> Fields:
    return (
        Field(("title",), Kind.WORDS, _("这一页的标题"), _("一页最好只问一件事。")),
        Field(("guidance",), Kind.LONG_WORDS, _("标题下面的说明"), optional=True),
    )


def sources() -> Options:
    return (
        (Source.UPLOAD.value, _("由申请人上传")),
        (Source.HUB.value, _("免交：向别的部门核对")),
        (Source.LICENCE.value, _("免交：用电子证照")),
        (Source.COMMITMENT.value, _("签承诺书代替（告知承诺）")),
    )


def material(definition: Definition, entry: Entry, supplies: Supplies) -> Fields:
    return (
        Field(("name",), Kind.WORDS, _("材料名称"), _("写具体的名称，不能写“其他材料”“相关证明”。")),
        Field(
            ("source",),
            Kind.CHOICE,
            _("从哪里来"),
            _("政府已经有的，不能要求申请人交。"),
            options=sources(),
        ),
        *_by_source(definition, entry, supplies),
        Field(
            ("necessity",),
            Kind.CHOICE,
            _("是否必须"),
            options=words_of("necessity", list(Necessity)),
            optional=True,
        ),
        Field(
            ("issuer",),
            Kind.CHOICE,
            _("由谁出具"),
            options=(
                (Issuer.APPLICANT.value, _("申请人自备")),
                (Issuer.AUTHORITY.value, _("政府部门核发")),
                (Issuer.AGENCY.value, _("中介机构出具")),
            ),
            optional=True,
        ),
        Field(("why",), Kind.LONG_WORDS, _("为什么要它")),
        Field(("basis",), Kind.WORDS, _("要它的依据"), _("哪部法律或者文件第几条。")),
        Field(("guidance",), Kind.LONG_WORDS, _("怎么准备"), optional=True),
        Field(
            ("formats",),
            Kind.CHOICES,
            _("接收哪些文件格式"),
            options=words_of("format", list(Format)),
            optional=True,
        ),
        Field(("max_mb",), Kind.WHOLE, _("每个文件最大"), suffix="MB", optional=True),
        Field(("max_files",), Kind.WHOLE, _("最多几个文件"), suffix=_("个"), optional=True),
        *_on_paper(),
    )


def _on_paper() -> Fields:
    """What counts where the material comes on paper or from others; all may stay empty."""
    return (
        Field(("standard",), Kind.LONG_WORDS, _("受理标准"), optional=True),
        Field(("issued_by",), Kind.WORDS, _("出具单位"), optional=True),
        Field(("issued_within",), Kind.WORDS, _("多久以内出具的"), optional=True),
        Field(("where",), Kind.WORDS, _("到哪里开"), optional=True),
        Field(("paper",), Kind.WORDS, _("纸质材料的规格"), optional=True),
        Field(("originals",), Kind.WHOLE, _("原件份数"), suffix=_("份"), optional=True),
        Field(("copies",), Kind.WHOLE, _("复印件份数"), suffix=_("份"), optional=True),
    )


def _by_source(definition: Definition, entry: Entry, supplies: Supplies) -> Fields:
    """What one source needs and the others must not have."""
    kind = entry.get("source")
    if kind == Source.COMMITMENT:
        return (
            Field(("commitment", "text"), Kind.LONG_WORDS, _("承诺什么")),
            Field(("commitment", "consequences"), Kind.LONG_WORDS, _("承诺不实有什么后果")),
            Field(("commitment", "verification"), Kind.LONG_WORDS, _("以后怎么核查")),
        )
    if kind == Source.HUB:
        return _from_register(definition, entry, supplies, optional=False)
    if kind == Source.LICENCE:
        licence = Field(("licence_type",), Kind.CHOICE, _("哪种电子证照"), options=supplies.licence_options())
        return (licence, *_from_register(definition, entry, supplies, optional=True))
    return ()


def _from_register(definition: Definition, entry: Entry, supplies: Supplies, *, optional: bool) -> Fields:
    resource = entry.get("resource")
    chosen = resource if isinstance(resource, str) and resource else None
    hint = _("查不到电子证照时，再向这里核对。") if optional else ""
    found: Fields = (
        Field(
            ("resource",),
            Kind.CHOICE,
            _("向哪个数据库核对"),
            hint,
            options=supplies.register_options(chosen),
            optional=optional,
        ),
    )
    if chosen is None:
        return found
    kept = tuple(str(one) for one in entry.get("fields") or ())
    whose = ((Subject.APPLICANT.value, _("申请人的")), (Subject.PERSON.value, _("办事人本人的")))
    return (
        *found,
        Field(
            ("fields",),
            Kind.CHOICES,
            _("核对哪几项"),
            _("只选办这件事必须知道的。"),
            options=supplies.field_options(chosen, kept),
        ),
        Field(("subject",), Kind.CHOICE, _("核对谁的信息"), options=whose, optional=True),
        *_fills(definition, supplies, chosen, kept),
    )


def _fills(definition: Definition, supplies: Supplies, resource: str, kept: tuple[str, ...]) -> Fields:
    """Into which question each field that is asked for goes, beside the questions that name it as their source."""
    names = dict(supplies.field_options(resource, kept))
    asked = tuple(
        (one.key, pick(one.label))
        for one in terms.questions(definition)
        if one.type not in {QuestionType.GROUP, QuestionType.FILE}
    )
    if not asked:
        return ()
    label, hint = _("“%(name)s”还填进哪个问题"), _("问题自己写了自动填写的，这里不用选。")
    return tuple(
        Field(("fills", key), Kind.CHOICE, label % {"name": names[key]}, hint, asked, optional=True)
        for key in kept
    )


def result(definition: Definition, supplies: Supplies) -> Fields:
    entry = definition.get("result")
    entry = entry if isinstance(entry, Mapping) else {}
    found: Fields = (
        Field(
            ("result", "kind"),
            Kind.CHOICE,
            _("发什么"),
            options=(("licence", _("电子证照")), ("decision", _("决定文书"))),
        ),
        Field(("result", "name"), Kind.WORDS, _("结果名称")),
        Field(("result", "validity"), Kind.WORDS, _("有效期"), _("例如长期、五年。"), optional=True),
    )
    if entry.get("kind") != "licence":
        return (*found, _decided(definition, entry))
    chosen = Field(
        ("result", "licence_type"), Kind.CHOICE, _("哪种电子证照"), options=supplies.licence_options()
    )
    return (*found, chosen, *_licence_fields(definition, str(entry.get("licence_type")), supplies))


def _decided(definition: Definition, entry: Entry) -> Field:
    """Which answers a decision fixes; what an imported item names beyond the questions stays on offer."""
    fields = entry.get("fields")
    now = [str(one) for one in fields.values()] if isinstance(fields, Mapping) else []
    options = {one.key: pick(one.label) for one in terms.questions(definition)}
    options |= {one: one for one in now if one not in options}
    return Field(
        ("result", "fields"),
        Kind.SELECTION,
        _("决定书上写明哪些回答"),
        _("决定确定下来的内容，例如金额、期限；申请人的名字总会写上。"),
        options=tuple(options.items()),
        optional=True,
    )


def _licence_fields(definition: Definition, slug: str, supplies: Supplies) -> Fields:
    licence = supplies.licences.get(slug)
    if licence is None:
        return ()
    options = origins(definition, supplies)
    return tuple(
        Field(
            ("result", "fields", field.key),
            Kind.CHOICE,
            _("证照上的“%(name)s”填什么") % {"name": pick(field.name)},
            options=options,
            optional=not field.required or field.default is not None,
        )
        for field in licence.fields
    )


def origins(definition: Definition, supplies: Supplies) -> Options:
    """What a field of the result may be filled with: answers, facts, and uploaded pictures."""
    asked = terms.questions(definition)
    answer, picture = _("回答：%(label)s"), _("上传的：%(label)s")
    in_words = _("回答（换成中文说法）：%(label)s")
    materials = [one for one in entries(definition, ("materials",)) if isinstance(one, Mapping)]
    return (
        *((one.key, answer % {"label": pick(one.label)}) for one in asked),
        *((f"words:{one.key}", in_words % {"label": pick(one.label)}) for one in asked if one.options),
        *((one.key, pick(one.label)) for one in facts(definition, supplies)),
        *(
            (f"material:{one.get('code')}", picture % {"label": pick(terms.words(one.get("name")))})
            for one in materials
        ),
    )


def facts(definition: Definition, supplies: Supplies) -> list[terms.Term]:
    return terms.facts(definition, supplies.names, supplies.licence_fields)


__all__ = [
    "basis",
    "condition",
    "facts",
    "material",
    "origins",
    "page",
    "place",
    "register",
    "result",
    "section",
]
