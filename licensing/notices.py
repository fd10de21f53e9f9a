"""What the notices of a case say: limits that stop or grow, hearings, delivery, and how a grant or a case ends otherwise.

Each says what the law wants told in writing, with the article. What is the deed's own (`told`) comes as it is to be read.
"""

from collections.abc import Callable, Mapping

from markupsafe import Markup

from licensing.papers import (
    DocumentData,
    DocumentKind,
    asked,
    basis,
    facts,
    heading,
    listed,
    paragraph,
    remedies,
)

LAW = "《中华人民共和国行政许可法》"


def _not_needed(data: DocumentData) -> Markup:
    text = f"{asked(data)}，经审查，依法不需要取得{data.matter}。根据{LAW}第三十二条第一款第一项的规定，现即时告知不受理。"
    return paragraph(text) + _reasons(data) + remedies(data)


def _extension(data: DocumentData) -> Markup:
    text = (
        f"{asked(data)}，不能在规定期限内作出决定。根据{LAW}第四十二条的规定，经本机关负责人批准，"
        f"办理期限延长{data.told['days']}个工作日，至{data.told['due']}。"
    )
    return paragraph(text) + _reasons(data)


def _special_procedure(data: DocumentData) -> Markup:
    text = (
        f"{asked(data)}，依法需要进行{data.told['procedure']}。根据{LAW}第四十五条的规定，所需时间不计算在办理期限内。"
        f"本次{data.told['procedure']}所需时间为{data.told['days']}个工作日，自{data.told['since']}起停止计算办理期限，"
        "结束后继续计算。"
    )
    return paragraph(text) + _reasons(data)


def _hearing_right(data: DocumentData) -> Markup:
    text = (
        f"{asked(data)}，涉及{data.told['interest']}。根据{LAW}第三十六条、第四十七条的规定，"
        f"{data.told['to']}有权陈述、申辩，并有权要求听证。"
    )
    until = (
        f"要求听证的，请于{data.told['ask_by']}前向本机关提出；逾期未提出的，视为放弃听证的权利。"
        "本机关自收到听证申请之日起二十个工作日内组织听证。组织听证不收取任何费用。"
    )
    return paragraph(text) + paragraph(until)


def _hearing_call(data: DocumentData) -> Markup:
    public = "公开举行" if data.told["public"] else "不公开举行"
    text = (
        f"{asked(data)}，根据{LAW}第四十八条的规定，定于{data.told['when']}在{data.told['place']}{public}听证，"
        f"由{data.told['chair']}主持。"
    )
    after = (
        "您认为主持人与本事项有直接利害关系的，有权申请回避。听证时可以提出证据，进行申辩和质证；听证笔录交您确认后签字。"
        f"根据{LAW}第四十五条的规定，听证所需时间不计算在办理期限内。组织听证不收取任何费用。"
    )
    return paragraph(text) + paragraph(after)


def _delivery(data: DocumentData) -> Markup:
    text = f"{asked(data)}已经办结，根据{LAW}第四十四条的规定送达下列文书、证件："
    signing = "受送达人（代收人）签名：　　　　　　　　　　　　　　年　　月　　日"
    carrier = f"送达人：{data.told['by']}　　送达方式：直接送达　　送达日期：{data.told['on']}"
    return paragraph(text) + facts(data) + paragraph(carrier) + paragraph(signing)


def _termination(data: DocumentData) -> Markup:
    text = f"{asked(data)}，{data.told['ground']}，决定终止办理。再次符合条件的，可以重新提出申请。"
    return paragraph(text) + _reasons(data) + remedies(data)


def _revocation(data: DocumentData) -> Markup:
    text = f"{asked(data)}已经准予。经查，{data.told['ground']}，决定撤销该{data.matter}决定。"
    return paragraph(text) + facts(data) + _reasons(data) + basis(data) + remedies(data)


def _cancellation(data: DocumentData) -> Markup:
    text = f"{asked(data)}已经准予。因{data.told['ground']}，现依法办理注销手续。"
    return paragraph(text) + facts(data) + _reasons(data) + basis(data) + remedies(data)


def by_rules(data: DocumentData) -> Markup:
    """秒批: that no person decided, by which rules, and how to ask for one (个人信息保护法 24); nothing otherwise."""
    if "rules" not in data.told:
        return Markup("")
    how = (
        f"本决定由系统按照事项公布的规则自动作出，没有经过工作人员审查（依据：{data.told['rules_basis']}）。"
        f"所依据的规则是：{data.told['rules']}。"
    )
    ask = (
        f"您认为决定有误的，可以在{data.told['ask_by']}前要求人工审查：登录后在办件页面选择“请人工审查”，"
        "或者到政务服务窗口提出。"
    )
    return heading("决定方式") + paragraph(how) + paragraph(ask)


def _reasons(data: DocumentData) -> Markup:
    return heading("理由") + listed(data.reasons) if data.reasons else Markup("")


BODIES: Mapping[DocumentKind, Callable[[DocumentData], Markup]] = {
    DocumentKind.NOT_NEEDED: _not_needed,
    DocumentKind.EXTENSION: _extension,
    DocumentKind.SPECIAL_PROCEDURE: _special_procedure,
    DocumentKind.HEARING_RIGHT: _hearing_right,
    DocumentKind.HEARING_CALL: _hearing_call,
    DocumentKind.DELIVERY: _delivery,
    DocumentKind.TERMINATION: _termination,
    DocumentKind.REVOCATION: _revocation,
    DocumentKind.CANCELLATION: _cancellation,
}
