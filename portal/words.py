"""What codes are called on pages: the one place where an enumeration or a mistake becomes words.

Everything stands here in Chinese and goes through gettext, so English comes from `locale/en/layout.po`.
"""

from collections.abc import Mapping
from typing import Protocol

from portal.language import gettext
from portal.registers import REGISTERS

__all__ = ["MISTAKES", "WORDS", "mistake", "word"]


def _(text: str) -> str:
    """Marks a text for the word lists; it is translated when it is shown."""
    return text


WORDS: Mapping[str, Mapping[str, str]] = {
    "audience": {
        "person": _("个人"),
        "organisation": _("企业和其他组织"),
        "enterprise": _("企业"),
        "institution": _("事业单位"),
        "social-organisation": _("社会组织"),
        "authority": _("行政机关"),
        "other-organisation": _("个体工商户和其他组织"),
    },
    "item_type": {
        "01": _("行政许可"),
        "02": _("行政处罚"),
        "03": _("行政强制"),
        "04": _("行政征收"),
        "05": _("行政给付"),
        "06": _("行政检查"),
        "07": _("行政确认"),
        "08": _("行政奖励"),
        "09": _("行政裁决"),
        "10": _("其他行政权力"),
        "20": _("公共服务"),
    },
    "level": {
        "1": _("国家级"),
        "2": _("省级"),
        "3": _("市级"),
        "4": _("县级"),
        "5": _("镇（乡、街道）级"),
        "6": _("村（社区）级"),
        "7": _("分级管理"),
    },
    "source": {
        "licence": _("免交"),
        "hub": _("免交"),
        "upload": _("上传"),
        "commitment": _("承诺"),
    },
    "source_why": {
        "licence": _("系统从您的电子证照中调取，不用您提供。"),
        "hub": _("系统向保存这项信息的部门核对，不用您提供。"),
        "upload": _("请拍照或扫描后上传。"),
        "commitment": _("签署书面承诺即可，不用先交证明。"),
    },
    "light": {"green": _("绿灯"), "yellow": _("黄灯"), "red": _("红灯"), "paused": _("暂停计时")},
    "light_why": {
        "green": _("在时限内"),
        "yellow": _("即将到期"),
        "red": _("已经超期"),
        "paused": _("时限暂停计算"),
    },
    "role": {
        "citizen": _("办事人"),
        "window": _("窗口人员"),
        "reviewer": _("审查人员"),
        "approver": _("审批人员"),
        "supervisor": _("监察人员"),
        "catalogue": _("事项管理人员"),
        "legal": _("合法性审核人员"),
        "system-admin": _("系统管理员"),
        "security-admin": _("安全管理员"),
        "audit-admin": _("审计管理员"),
    },
    "party": {"person": _("个人"), "organisation": _("单位")},
    "step": {
        "accept": _("受理"),
        "inspect": _("现场核查"),
        "review": _("审查"),
        "decide": _("决定"),
        "deliver": _("送达"),
    },
    "online_depth": {
        "1": _("网上看指南"),
        "2": _("网上预约"),
        "3": _("网上申请，窗口核对"),
        "4": _("全程网上办"),
    },
    "necessity": {"required": _("必须有"), "optional": _("可以没有"), "may-follow": _("可以后补")},
    "format": {"pdf": "PDF", "jpg": "JPG", "png": "PNG", "heic": "HEIC", "docx": "DOCX"},
    "real_name": {
        "unverified": _("注册账号即可"),
        "registry": _("经部门数据核验"),
        "in-person": _("经窗口当面核验"),
    },
    "channel": {"sms": _("短信"), "email": _("电子邮件")},
    "undelivered": {
        "refused": _("对方拒收"),
        "given-up": _("多次发送没有成功"),
        "uncertain": _("发出后没有回音，可能没有收到"),
        "no-address": _("没有验证过的地址"),
        "no-door": _("这种方式已经停用"),
        "too-late": _("系统停用太久，没有再发"),
        "reported": _("运营商报告没有送达"),
    },
    "node": {
        "submitted": _("已收件"),
        "accepted": _("已受理"),
        "not-accepted": _("不予受理"),
        "not-needed": _("不需要许可"),
        "correction": _("要求补正"),
        "reminder": _("提醒补正"),
        "follow-due": _("提醒补交容缺的材料"),
        "check-due": _("提醒核查承诺"),
        "corrected": _("补正已收到"),
        "suspended": _("进入特别程序"),
        "resumed": _("特别程序结束"),
        "extended": _("延长期限"),
        "recounted": _("期限因放假调整"),
        "granted": _("准予"),
        "reviewed": _("人工审查有了结论"),
        "refused": _("不予"),
        "licence-ready": _("证照已制成"),
        "licence-ending": _("证照快到期"),
        "licence-suspended": _("证照被暂扣"),
        "licence-restored": _("证照恢复"),
        "licence-replaced": _("证照有了新版本"),
        "licence-ended": _("证照撤销或者注销"),
        "licence-found": _("原有证照归到名下"),
        "joint-moved": _("联办时限变化"),
        "delivered": _("已送达"),
        "withdrawn": _("已撤回"),
        "terminated": _("终止办理"),
        "annulled": _("撤销或者注销"),
        "hearing": _("听证告知"),
        "left": _("请您接着办"),
        "oversight": _("监察事项等待答复"),
    },
    "yes_no": {"yes": _("是"), "no": _("否")},
    "register": REGISTERS,
}

MISTAKES: Mapping[str, str] = {
    # answers of an item's form (services.catalogue) and what portal.forms itself finds
    "missing": _("请填写%(label)s"),
    "not-chosen": _("请选择%(label)s"),
    "one-only": _("%(label)s只能填一个"),
    "too-short": _("%(label)s太短，请填写完整"),
    "too-long": _("%(label)s太长，请缩短"),
    "too-few": _("%(label)s选得太少"),
    "too-many": _("%(label)s选得太多"),
    "control-characters": _("%(label)s里有看不见的控制字符，请删除后重新填写"),
    "pattern": _("%(label)s的格式不对，请检查"),
    "name": _("%(label)s只能填写姓名用字，中间的点用“·”"),
    "not-an-option": _("请在列出的选项中选择%(label)s"),
    "date-incomplete": _("%(label)s要填写完整的年、月、日"),
    "not-a-date": _("%(label)s不是真实的日期，请检查年、月、日"),
    "too-early": _("%(label)s太早，请检查"),
    "too-late": _("%(label)s太晚，请检查"),
    "not-a-number": _("%(label)s请填写数字"),
    "too-many-decimals": _("%(label)s的小数位数太多"),
    "too-small": _("%(label)s太小，请检查"),
    "too-large": _("%(label)s太大，请检查"),
    "address-region": _("请选择%(label)s所在的地区"),
    "address-detail": _("请填写%(label)s的详细地址"),
    "not-rows": _("%(label)s请一项一项填写"),
    "too-few-rows": _("%(label)s填得太少"),
    "too-many-rows": _("%(label)s填得太多"),
    "not-a-file": _("请重新上传%(label)s"),
    "oversize": _("%(label)s太长，请缩短"),
    "nul": _("%(label)s里有看不见的控制字符，请删除后重新填写"),
    # the kinds of mistakes Pydantic reports for HTML forms
    "string_too_short": _("%(label)s太短，请填写完整"),
    "string_too_long": _("%(label)s太长，请缩短"),
    "string_type": _("请填写%(label)s"),
    "string_pattern_mismatch": _("%(label)s的格式不对，请检查"),
    "enum": _("请在列出的选项中选择%(label)s"),
    "literal_error": _("请在列出的选项中选择%(label)s"),
    "bool_parsing": _("请选择%(label)s"),
    "int_parsing": _("%(label)s请填写数字"),
    "decimal_parsing": _("%(label)s请填写数字"),
    "greater_than": _("%(label)s太小，请检查"),
    "greater_than_equal": _("%(label)s太小，请检查"),
    "less_than": _("%(label)s太大，请检查"),
    "less_than_equal": _("%(label)s太大，请检查"),
    "date_parsing": _("%(label)s不是真实的日期，请检查年、月、日"),
    "date_from_datetime_parsing": _("%(label)s不是真实的日期，请检查年、月、日"),
    "extra_forbidden": _("页面已经更新，请刷新后重新填写"),
    # numbers by which the state knows people and firms (identity.numbers): kind:why
    "id-number:length": _("身份证号码是 18 位，请检查有没有漏填或者多填"),
    "id-number:characters": _("身份证号码只有数字，最后一位可以是 X"),
    "id-number:date": _("身份证号码中的出生日期不存在，请对照证件检查"),
    "id-number:region": _("身份证号码的前六位不是有效的地区代码，请对照证件检查"),
    "id-number:check": _("身份证号码的最后一位对不上，请对照证件逐位检查"),
    "credit-code:length": _("统一社会信用代码是 18 位，请检查有没有漏填或者多填"),
    "credit-code:characters": _("统一社会信用代码里没有字母 I、O、S、V、Z 和符号，请对照营业执照检查"),
    "credit-code:region": _("统一社会信用代码中的地区代码不对，请对照营业执照检查"),
    "credit-code:check": _("统一社会信用代码的最后一位对不上，请对照营业执照逐位检查"),
    "phone:length": _("手机号码是 11 位，请检查"),
    "phone:characters": _("手机号码只有数字"),
    "phone:region": _("没有这样的手机号段，请检查前三位"),
    "email:length": _("电子邮箱太长，请检查"),
    "email:characters": _("电子邮箱的格式不对，例如 name@example.cn"),
    "bank-card:length": _("银行卡号的位数不对，请检查"),
    "bank-card:characters": _("银行卡号只有数字"),
    "bank-card:check": _("银行卡号对不上，请对照银行卡逐位检查"),
    "licence-number:segments": _("证照标识由小数点分成五段，请对照证照上的标识检查"),
    "licence-number:characters": _("证照标识中有一段的位数或者字符不对，请对照证照检查"),
    "licence-number:check": _("证照标识的最后一位对不上，请对照证照逐位检查"),
    # uploaded files
    "file-missing": _("请上传%(label)s"),
    "file-too-large": _("文件太大，请压缩后再上传"),
    "file-kind": _("这种文件不能上传，请换成列出的格式"),
    "file-damaged": _("文件打不开，请检查后重新上传"),
}

MEASURED: Mapping[str, str] = {
    "too-short": _("%(label)s至少要 %(min)s 个字"),
    "too-long": _("%(label)s最多 %(max)s 个字，现在有 %(length)s 个"),
    "too-few": _("%(label)s至少要选 %(min)s 项"),
    "too-many": _("%(label)s最多选 %(max)s 项"),
    "too-few-rows": _("%(label)s至少要填 %(min)s 项"),
    "too-many-rows": _("%(label)s最多填 %(max)s 项"),
    "too-early": _("%(label)s不能早于 %(earliest)s"),
    "too-late": _("%(label)s不能晚于 %(latest)s"),
    "too-many-decimals": _("%(label)s最多 %(max)s 位小数"),
    "too-small": _("%(label)s不能小于 %(min)s"),
    "too-large": _("%(label)s不能大于 %(max)s"),
}
"""The same with the measure, for mistakes that carry it in their data."""

OTHERWISE = _("%(label)s有误，请检查")
THIS = _("这一项")


class Mistake(Protocol):
    """A mistake as services.catalogue reports it: `data` holds the measure or, for numbers, `why`."""

    @property
    def code(self) -> str: ...

    @property
    def data(self) -> Mapping[str, object]: ...


def word(code: object, kind: str) -> str:
    """What `code` of the enumeration `kind` is called; the code itself where nothing is written down for it."""
    text = WORDS[kind].get(str(code))
    return str(code) if text is None else gettext(text)


def mistake(error: str | Mistake, label: str = "") -> str:
    """One sentence for a mistake (its code, or an object with code and data) in the field called `label`.

    A text that is no known code and holds a blank or Chinese is a sentence already and stays as it is.
    """
    code, data = (error, {}) if isinstance(error, str) else (error.code, error.data)
    names = {"label": label or gettext(THIS)} | {key: str(value) for key, value in data.items()}
    whole = f"{code}:{names.get('why')}"
    if code not in MISTAKES and whole not in MISTAKES and _is_sentence(code):
        return code
    try:
        return gettext(MEASURED[code]) % names
    except KeyError:
        return gettext(MISTAKES.get(whole) or MISTAKES.get(code, OTHERWISE)) % names


def _is_sentence(text: str) -> bool:
    return " " in text or not text.isascii()
