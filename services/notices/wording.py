"""What is said at each node, in both languages, unless the item has words of its own. Pure.

Mail and short messages leave the portal: they name the item and the number of the case, never a person, never an
address to sign in at (a message with a link is what fraud looks like). The particulars stand in the portal.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from identity.means.rules import News
from services.catalogue.form import Pair
from services.catalogue.messages import OF_LICENCES, ItemMessage, Node
from services.notices import licence_wording

LATER = Pair("另行告知", "to be told separately")
SMS = Pair(
    "【一网】您申请的{item}（{number}）%s，请登录一网查看。",
    "Your application {number} (%s): please sign in to Yiwang to read it.",
)

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


@dataclass(frozen=True, slots=True)
class Values:
    """What the placeholders stand for."""

    item: Pair
    number: str
    office: Pair
    due: date | None


Said = tuple[Pair, Pair, Pair]
"""Title, text, and the few words of the short message."""

OF_CASES: Mapping[Node, Said] = {
    Node.SUBMITTED: (
        Pair("{item}：已经收到您的申请", "{item}: we have your application"),
        Pair(
            "申请编号 {number}。{office}会在五个工作日内告诉您是否受理，或者一次性告诉您要补什么。",
            "Number {number}. Within five working days {office} will accept it or tell you once what is missing.",
        ),
        Pair("已经收到", "received"),
    ),
    Node.ACCEPTED: (
        Pair("{item}：已经受理", "{item}: accepted"),
        Pair(
            "{office}已经受理您的申请 {number}，最晚 {due} 作出决定。受理通知书可以在办件页面下载。",
            "{office} has accepted your application {number} and will decide by {due}. The certificate is on its page.",
        ),
        Pair("已经受理", "accepted"),
    ),
    Node.NOT_ACCEPTED: (
        Pair("{item}：不予受理", "{item}: not accepted"),
        Pair(
            "{office}没有受理您的申请 {number}。理由和救济途径写在不予受理决定书里。",
            "{office} did not accept your application {number}. Reasons and remedies are in the decision on its page.",
        ),
        Pair("没有受理", "not accepted"),
    ),
    Node.NOT_NEEDED: (
        Pair("{item}：不需要许可", "{item}: no permit is needed"),
        Pair(
            "{office}已经看过您的申请 {number}：这件事依法不需要许可，您不用再办。",
            "{office} has looked at your application {number}: by law no permit is needed, there is nothing more to do.",
        ),
        Pair("有了答复", "answered"),
    ),
    Node.CORRECTION: (
        Pair("{item}：请补正", "{item}: please correct it"),
        Pair(
            "您的申请 {number} 有内容要补正，{office}已经一次列明。改好再次提交之前，时限不计算。",
            "Your application {number} needs corrections; {office} has listed all of them. The limit waits for you.",
        ),
        Pair("需要补正", "needs corrections"),
    ),
    Node.REMINDER: (
        Pair("{item}：还有内容等您补正", "{item}: still waiting for your corrections"),
        Pair(
            "您的申请 {number} 的补正内容还没有提交。不补正，就不能继续办理。",
            "The corrections of your application {number} have not been handed in. It cannot go on without them.",
        ),
        Pair("还等您补正", "waits for your corrections"),
    ),
    Node.FOLLOW_DUE: (
        Pair("{item}：承诺后补的材料快到期", "{item}: what was to follow is due"),
        Pair(
            "您的申请 {number} 受理时承诺后补的材料，请在 {due} 前补交。逾期没有补交的，会终止办理或者不予许可。",
            "Please hand in by {due} what was to follow your application {number}. Without it the case is ended or refused.",
        ),
        Pair("承诺后补的材料快到期", "materials that were to follow are due"),
    ),
    Node.CHECK_DUE: (
        Pair("{item}：承诺核查快到期", "{item}: a commitment is to be verified"),
        Pair(
            "办件 {number} 以告知承诺方式办理，请{office}在 {due} 前核查承诺内容是否属实。",
            "{number} was granted on a commitment. {office} has to verify it by {due}.",
        ),
        Pair("承诺核查快到期", "a commitment is to be verified"),
    ),
    Node.OVERSIGHT: (
        Pair("{item}：监察事项等您处理", "{item}: oversight waits for you"),
        Pair(
            "办件 {number} 有监察预警或者督办等待答复，请在{due}前答复。到期没有答复的，会报上一级并给予黄牌、红牌。",
            "A warning or supervision order about {number} waits for an answer by {due}. What is not answered goes one "
            "level up and becomes a yellow or red card.",
        ),
        Pair("监察事项等待答复", "oversight waits for an answer"),
    ),
    Node.CORRECTED: (
        Pair("{item}：已经收到补正", "{item}: corrections received"),
        Pair(
            "您的申请 {number} 已经再次提交，{office}会在五个工作日内答复。",
            "Your application {number} was handed in again; {office} will answer within five working days.",
        ),
        Pair("补正已经收到", "corrections received"),
    ),
    Node.SUSPENDED: (
        Pair("{item}：进入特别程序，暂停计时", "{item}: special procedure, the limit is paused"),
        Pair(
            "您的申请 {number} 正在进行检验、听证等特别程序，所需时间不计入办理时限，写在告知书里。",
            "A special procedure has begun for your application {number}. The time it takes, told in writing, does not count.",
        ),
        Pair("进入特别程序", "special procedure begun"),
    ),
    Node.RESUMED: (
        Pair("{item}：特别程序结束，继续计时", "{item}: special procedure ended, the limit runs again"),
        Pair(
            "您的申请 {number} 的特别程序已经结束，最晚 {due} 作出决定。",
            "The special procedure for your application {number} has ended. The decision is due by {due}.",
        ),
        Pair("特别程序已经结束", "special procedure ended"),
    ),
    Node.EXTENDED: (
        Pair("{item}：延长了办理期限", "{item}: the limit was extended"),
        Pair(
            "{office}延长了您的申请 {number} 的办理期限，现在最晚 {due} 作出决定。理由写在延期通知书里。",
            "{office} has extended the limit of your application {number} to {due}. The reason is in the notice.",
        ),
        Pair("延长了办理期限", "limit extended"),
    ),
    Node.RECOUNTED: (
        Pair("{item}：办理期限因放假安排调整", "{item}: the limit moved with the holidays"),
        Pair(
            "国务院公布了放假安排，您的申请 {number} 的最后期限现在是 {due}。",
            "With the published holidays the limit of your application {number} is now {due}.",
        ),
        Pair("期限因放假调整", "limit moved with the holidays"),
    ),
    Node.GRANTED: (
        Pair("{item}：已经同意", "{item}: granted"),
        Pair(
            "{office}同意了您的申请 {number}，正在制作决定书和结果。",
            "{office} has granted your application {number}. The decision and the result are being made.",
        ),
        Pair("已经作出决定", "decided"),
    ),
    Node.REVIEWED: (
        Pair("{item}：人工审查有了结论", "{item}: a person has looked at it again"),
        Pair(
            "您请求人工审查的申请 {number}，{office}已经有了结论，结论和理由在办件页面。",
            "{office} has looked again at your application {number}. What was found, and why, stands on its page.",
        ),
        Pair("人工审查有了结论", "looked at again"),
    ),
    Node.REFUSED: (
        Pair("{item}：没有同意", "{item}: refused"),
        Pair(
            "{office}没有同意您的申请 {number}。理由，以及申请行政复议、提起行政诉讼的途径和期限，写在决定书里。",
            "{office} has refused your application {number}. The decision gives the reasons and the remedies.",
        ),
        Pair("已经作出决定", "decided"),
    ),
    Node.LICENCE_READY: (
        Pair("{item}：证照已经制成", "{item}: the licence is ready"),
        Pair(
            "您的申请 {number} 的证照已经制成，请到窗口领取；电子证照已经放进“我的证照”。",
            "The licence for your application {number} is ready to collect; the e-licence is in your library.",
        ),
        Pair("证照已经制成", "licence ready"),
    ),
    Node.LICENCE_ENDING: (
        Pair("{item}：证照快到期了", "{item}: the licence ends soon"),
        Pair(
            "您由申请 {number} 取得的证照有效期到{due}。还要继续的，请在届满三十日前提出延续申请（行政许可法第五十条）。",
            "The licence you received for application {number} is good until {due}. To go on, ask for its renewal "
            "thirty days before it ends (Administrative Licensing Law, Article 50).",
        ),
        Pair("证照快到期了", "licence ends soon"),
    ),
    Node.DELIVERED: (
        Pair("{item}：结果已经送达", "{item}: the result was delivered"),
        Pair(
            "您的申请 {number} 已经办结，结果可以在办件页面查看和下载。欢迎评价。",
            "Your application {number} is finished. The result is on its page; you are welcome to rate it.",
        ),
        Pair("已经办结", "finished"),
    ),
    Node.WITHDRAWN: (
        Pair("{item}：已经撤回", "{item}: withdrawn"),
        Pair(
            "申请 {number} 已经撤回，不再办理。需要时可以重新申请。",
            "Application {number} was withdrawn. You may apply again at any time.",
        ),
        Pair("已经撤回", "withdrawn"),
    ),
    Node.TERMINATED: (
        Pair("{item}：终止办理", "{item}: terminated"),
        Pair(
            "您的申请 {number} 已经终止办理。原因和您可以做什么，写在文书里。",
            "Your application {number} was terminated. The notice gives the reason and what you can do.",
        ),
        Pair("已经终止办理", "terminated"),
    ),
    Node.ANNULLED: (
        Pair("{item}：许可被撤销或者注销", "{item}: the permit was annulled"),
        Pair(
            "{office}对申请 {number} 的许可作出了撤销或者注销的决定。理由和救济途径写在决定书里。",
            "{office} has annulled the permit of application {number}. The decision gives the reasons and the remedies.",
        ),
        Pair("有新的决定", "new decision"),
    ),
    Node.HEARING: (
        Pair("{item}：听证告知", "{item}: you may ask for a hearing"),
        Pair(
            "您的申请 {number} 有听证事项，{office}已经写明您的权利和期限，请查看告知书。",
            "There is a hearing matter in your application {number}; the notice of {office} states your rights and the time.",
        ),
        Pair("有听证告知", "hearing notice"),
    ),
    Node.LEFT: (
        Pair("{item}：没有自动提交，请您接着办", "{item}: not handed in by itself, please go on"),
        Pair(
            "“一件事”中的{item}（{number}）不能自动提交，请打开它看缺什么。",
            "{item} ({number}) of your bundle could not be handed in by itself. Open it to see what is missing.",
        ),
        Pair("请您接着办", "please go on with it"),
    ),
    Node.JOINT_MOVED: (
        Pair("{item}：联办时限有变化", "{item}: the joint date has moved"),
        Pair(
            "您的“一件事”{item}（{number}）中有一项的办理期限依法变动，全部办好的日期现在是 {due}。",
            "The limit of one part of your bundle {item} ({number}) has lawfully changed. All of it is now due by {due}.",
        ),
        Pair("联办时限有变化", "joint date moved"),
    ),
}
NODES: Mapping[Node, Said] = {**OF_CASES, **licence_wording.NODES}


ACCOUNT: Mapping[News, tuple[Pair, Pair]] = {
    News.MANDATE_ASKED: (
        Pair("有人请您确认一项代办委托", "Someone asks you to agree to a mandate"),
        Pair(
            "您同意后才生效。请在“代办和监护”里查看；不认识对方的，请拒绝。",
            "Nothing happens unless you agree. Read it under “Acting for others”; decline it if you do not know them.",
        ),
    ),
    News.MANDATE_IN_FORCE: (
        Pair("一项代办委托已经生效", "A mandate is in force"),
        Pair(
            "您委托别人或者别人委托您的一项代办已经生效。不是您本人同意的，请马上撤销，或者拨打 12345。",
            "A mandate that you give or hold is in force. If you did not agree to it, withdraw it or call 12345.",
        ),
    ),
    News.MANDATE_DECLINED: (
        Pair("对方没有同意您请求的代办委托", "The mandate you asked for was declined"),
        Pair("需要的，可以另外请人代办。", "You may ask somebody else."),
    ),
    News.MANDATE_OVER: (
        Pair("一项代办委托已经结束", "A mandate has ended"),
        Pair("从现在起不能再凭它办事。", "Nobody acts under it any more."),
    ),
    News.MANDATE_ENDING: (
        Pair("一项代办委托再过几天到期", "A mandate ends within a few days"),
        Pair("还需要的，请重新办理。", "Arrange another if it is needed."),
    ),
    News.STANDING_IN: (
        Pair("您被指定为请假同事的代理人", "You are to stand in for a colleague"),
        Pair("从哪天到哪天、代理哪些岗位，见“请假代理”。", "When, and in which posts, is on the leave page."),
    ),
    News.STANDING_IN_OVER: (
        Pair("您代理同事的安排已经提前结束", "Your standing in has ended early"),
        Pair("从现在起不能再办对方领取的办件。", "You no longer work at that colleague's desk."),
    ),
}
"""What stands in the portal about an account, where there is no case to name."""


def words(node: Node, values: Values, own: Sequence[ItemMessage] = ()) -> dict[str, dict[str, str]]:
    """`{zh: {title, text, sms}, en: …}` of a node, in the item's own words where it has some."""
    title, text, short = NODES[node]
    outline = licence_wording.SMS if node in OF_LICENCES else SMS
    sms = Pair(outline.zh % short.zh, outline.en % short.en)
    for one in own:
        if one.node is node:
            title, text, sms = one.title, one.text, one.sms or sms
    said = {}
    for language in ("zh", "en"):
        names = _names(values, language)
        outside = {name: names[name] for name in ("item", "number")}
        said[language] = {
            "title": getattr(title, language).format_map(names),
            "text": getattr(text, language).format_map(names),
            "sms": getattr(sms, language).format_map(outside),
        }
    return said


def _names(values: Values, language: str) -> dict[str, str]:
    due = getattr(LATER, language) if values.due is None else day(values.due, language)
    return {
        "item": getattr(values.item, language),
        "number": values.number,
        "office": getattr(values.office, language),
        "due": due,
    }


def day(on: date, language: str) -> str:
    """2026年12月4日, 4 December 2026."""
    return (
        f"{on.year}年{on.month}月{on.day}日"
        if language == "zh"
        else f"{on.day} {MONTHS[on.month - 1]} {on.year}"
    )
