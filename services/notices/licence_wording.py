"""What is said to the holder of a licence, in both languages. Pure.

A licence's number can be a person's or a firm's own: outside the portal, and in what is kept of a message, only its
last four characters stand. Reason and legal basis are read in the portal.
"""

from collections.abc import Mapping

from services.catalogue.form import Pair
from services.catalogue.messages import ItemMessage, Node

SMS = Pair(
    "【一网】您的{item}（尾号 {number}）%s，请登录一网查看。",
    "Your {item} (ending in {number}) %s: please sign in to Yiwang to read it.",
)

REMEDIES = Pair(
    "理由和法律依据写在“我的证照”里。不服的，可以申请行政复议或者提起行政诉讼。",
    "Reason and legal basis stand with the licence in your library. You may ask for a review or go to court.",
)

NODES: Mapping[Node, tuple[Pair, Pair, Pair]] = {
    Node.LICENCE_SUSPENDED: (
        Pair("{item}：已被暂扣", "{item}: suspended"),
        Pair(
            f"{{office}}暂扣了您的{{item}}（尾号 {{number}}），恢复之前不能使用。{REMEDIES.zh}",
            f"{{office}} has suspended your {{item}} (ending in {{number}}) until it is restored. {REMEDIES.en}",
        ),
        Pair("已被暂扣", "was suspended"),
    ),
    Node.LICENCE_RESTORED: (
        Pair("{item}：已经恢复", "{item}: restored"),
        Pair(
            "{office}恢复了您的{item}（尾号 {number}），从现在起可以使用。",
            "{office} has restored your {item} (ending in {number}). It may be used again.",
        ),
        Pair("已经恢复", "was restored"),
    ),
    Node.LICENCE_REPLACED: (
        Pair("{item}：有了新版本", "{item}: a new version"),
        Pair(
            "{office}为您的{item}（尾号 {number}）制作了新版本，已经放进“我的证照”。原来的版本不再使用。",
            "{office} has made a new version of your {item} (ending in {number}); it is in your library. The earlier "
            "one no longer counts.",
        ),
        Pair("有了新版本", "has a new version"),
    ),
    Node.LICENCE_ENDED: (
        Pair("{item}：已被撤销或者注销", "{item}: revoked or cancelled"),
        Pair(
            f"{{office}}对您的{{item}}（尾号 {{number}}）作出了撤销或者注销的决定，从现在起不能使用。{REMEDIES.zh}",
            f"{{office}} has revoked or cancelled your {{item}} (ending in {{number}}). It no longer counts. {REMEDIES.en}",
        ),
        Pair("有新的决定", "was decided on"),
    ),
    Node.LICENCE_FOUND: (
        Pair("{item}：已经放进“我的证照”", "{item}: now in your library"),
        Pair(
            "{office}以前颁发给您的{item}（尾号 {number}）已经放进“我的证照”。",
            "Your {item} (ending in {number}), issued by {office} before you were registered here, is now in your library.",
        ),
        Pair("已经放进“我的证照”", "is now in your library"),
    ),
}

ENDING = ItemMessage(
    node=Node.LICENCE_ENDING,
    title=Pair("{item}：快到期了", "{item}: ends soon"),
    text=Pair(
        "您的{item}（尾号 {number}）有效期到{due}。还要继续的，请在届满三十日前提出延续申请（行政许可法第五十条）。",
        "Your {item} (ending in {number}) is good until {due}. To go on, ask for its renewal thirty days before it "
        "ends (Administrative Licensing Law, Article 50).",
    ),
    sms=Pair(SMS.zh % "快到期了", SMS.en % "ends soon"),
)
"""Of a licence that no case led to there is no application to name."""
