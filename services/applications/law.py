"""行政许可法, rule by rule: which article, what it asks, and the one place in the code that keeps it.

The table is read by a test, which finds every place and proves that it refuses what the article forbids; refusals
named here are what the clerk is shown, with the article, where the rule bites (portal/templates/window/words.html).
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LawRule:
    """`place` is `module:name` of what keeps the rule; `refusals` are the errors by which it is told."""

    articles: tuple[int, ...]
    asks: str
    place: str
    refusals: tuple[str, ...] = ()


_CASE = "services.applications.rules"
_HEARING = "services.applications.hearing.rules"
_TIMING = "services.applications.commands.timing"

LAW: Mapping[str, LawRule] = {
    "L1": LawRule(
        (29, 31),
        "电子数据可以申请，代理人可以代为申请；不得要求与事项无关的材料",
        "services.catalogue.lint.materials:named",
    ),
    "L2": LawRule(
        (30,), "公示事项、依据、条件、程序、期限和全部材料目录", "services.catalogue.lint.elements:law"
    ),
    "L3": LawRule(
        (32,),
        "收到申请的五种处理；一次告知全部补正内容；逾期不告知，自收到之日起即为受理",
        f"{_CASE}:lapsed",
        ("NothingToCorrect", "AuthorityMissing"),
    ),
    "L4": LawRule(
        (32,), "受理或者不予受理，出具加盖专用印章、注明日期的书面凭证", "licensing.documents:sealed"
    ),
    "L5": LawRule((34,), "能够当场决定的，应当当场作出书面决定", "services.catalogue.lint.elements:limits"),
    "L6": LawRule(
        (34,), "核查实质内容，应当指派两名以上工作人员", f"{_CASE}:persons_needed", ("AlreadySpoke",)
    ),
    "L7": LawRule(
        (35, 43), "上级不得要求申请人重复提供材料；审查逐级进行", f"{_CASE}:step_before", ("NothingBefore",)
    ),
    "L8": LawRule(
        (36,), "直接关系他人重大利益的，告知利害关系人", "services.applications.hearing.commands:offer"
    ),
    "L9": LawRule((38,), "不予许可，说明理由并告知救济途径", f"{_CASE}:require_reason", ("ReasonMissing",)),
    "L10": LawRule((39, 40), "证件加盖本机关印章；准予决定公开", "licensing.sealing:SoftwareSealer"),
    "L11": LawRule(
        (42,),
        "自受理之日起二十日内决定；经批准可以延长十日，告知理由",
        f"{_TIMING}:decision_limit",
        ("AlreadyExtended", "LimitPassed"),
    ),
    "L12": LawRule((26, 42), "统一、联合办理不超过四十五日，可以延长十五日", f"{_TIMING}:extension_days"),
    "L13": LawRule((44,), "自决定之日起十日内颁发、送达", f"{_TIMING}:decide"),
    "L14": LawRule(
        (45,),
        "听证、招标、拍卖、检验、检测、检疫、鉴定、专家评审所需时间不计入期限，并书面告知",
        f"{_CASE}:require_time",
        ("TimeNotStated", "PauseNotAllowed"),
    ),
    "L15": LawRule(
        (46, 47, 48),
        "听证：五日内提出，二十日内组织，七日前通知，审查人员以外的人主持，根据笔录决定",
        f"{_HEARING}:require_over",
        ("HearingOpen", "HearingNotOpen", "HearingDateWrong", "ChairNotFree"),
    ),
    "L16": LawRule(
        (50,), "有效期届满三十日前申请延续", "licensing.rules:require_renewal", ("RenewalNotOpen",)
    ),
    "L17": LawRule(
        (58, 59), "不得收费，法律、行政法规另有规定的除外", "services.catalogue.lint.elements:fee"
    ),
    "L18": LawRule((82,), "期限以工作日计算，不含法定节假日", "services.workflow.rules:due_on"),
}
"""L1–L18, in the order of the articles they come from."""
