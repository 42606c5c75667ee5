"""What Discuz's notices say, and of what: a table of its own sentences.

A notice says something lasting of a thread or a board only in a whole sentence that names it and
says what became of it (`lang_message.php` of X1.5 to X3.5, and what sites make of these sentences:
抱歉，该主题已被作者删除). A word alone proves nothing: 密码 stands in `密码错误次数过多`, 不存在 in
`您的会话不存在`, a login form beside every notice while a site is closed. So a sentence of the
table has to be all that the notice says, but for an apology in front and a way back behind it.

All expressions are of the simplified script and plain punctuation (`words.simplified`).
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from crawler.discuz.facts import Reason
from crawler.discuz.words import simplified

# What was asked for. ``thread``: a thread's first page; ``part``: another page of it, the posts of
# one author, one post. ``file``: an attachment. ``other``: a page of another kind (a member, a
# plugin). ``unknown``: a saved page that does not tell its address.
Asked = Literal["thread", "part", "board", "index", "file", "other", "unknown"]


class Sentence(NamedTuple):
    """A sentence, the reason that it gives and for which kinds of pages it is about them.

    A group ``level`` of the pattern is the reading permission that is asked for.
    """

    pattern: re.Pattern[str]
    reason: Reason
    asked: frozenset[Asked]


class Verdict(NamedTuple):
    """What a notice says. ``is_about_asked``: of the very thing that was asked for."""

    reason: Reason
    is_about_asked: bool = False
    required_level: int | None = None


UNKNOWN = Verdict("unknown_notice")

_THREAD: frozenset[Asked] = frozenset({"thread", "part", "unknown"})
_FIRST_PAGE: frozenset[Asked] = frozenset({"thread", "unknown"})
_BOARD: frozenset[Asked] = frozenset({"board", "unknown"})
_FILE: frozenset[Asked] = frozenset({"file"})
# the rights to a board are those to its threads; some indexes ask for them as well
_BOTH: frozenset[Asked] = _THREAD | _BOARD | {"index"}

# -- parts of sentences -------------------------------------------------------------------------

_TOPIC, _POST = "主题帖?", "[帖贴]子?"
# what posts are called in Taiwan; elsewhere an article of the portal, which only this tells apart
_ARTICLE = "文章"
# 版块, 板块, 版区 and 版面 of other translations, 本版; the names that groups have by default
_PLACE = "(?:子?[版板][块区面]?|群组|圈子)"
_THIS = "(?:本|该|此|这个?|这篇|当前|该篇)"
_YOU = "(?:[您你]|游客)?"
_SEE = "(?:访问|浏览|查看|阅读|进入|检视)"
# 指定的, 您访问的, 您要查看的该, 该
_NAMED = rf"(?:(?:{_YOU}(?:所|想?要)?(?:指定|请求|{_SEE})的)?{_THIS}?)"
_CAN = "(?:才?[能可]以?)"
_NO_RIGHT = "(?:没有权限|无权限?|权限不足,?(?:无法|不能))"
_NO_LOGIN = "(?:尚未|还没有?|还未|没有|未)登[录陆入]"
# 下载或查看附件, 下载本站的附件, 查看/下载该附件
_GET_FILE = (
    rf"(?:下载|查看|浏览)(?:(?:或者?|和|、|/)(?:下载|查看|浏览))?"
    rf"(?:{_THIS}(?:站点?|论坛|版块?)?的?)?附件"
)
# words within one clause
_SOME = "[^,.;!?]"
# 不存在或已被删除或正在被审核; 已被作者删除; 未通过审核
_GONE_ONCE = (
    f"(?:不存在|已经?(?:被{_SOME}{{0,8}}?)?(?:删除|移除)|被{_SOME}{{0,8}}?删除"
    "|(?:正在|正|尚在|在|等待|待)被?审核中?|被?审核中|(?:未|没有?)(?:通过|经过?)审核)了?"
)
_GONE = rf"(?:{_GONE_ONCE}(?:(?:,|,?(?:或者?|或是)){_GONE_ONCE}){{0,3}})"
# 详细请 点击这里查看
_DETAILS = "(?:,?(?:详细|详情)?请 ?(?:点[击选])?这里 ?(?:查看|检视)?)?"

# In front of a sentence and behind it: 抱歉, | 请返回. | [ 尝试点击这里转入主题 ]
_SORRY = re.compile(r"(?:(?:很|非常|十分)?(?:抱歉|对不起|遗憾)|sorry|oops)[,.!: ]{0,3}", re.I)
_END = (
    r"(?:[,.;! ]{0,2}请?(?:点[击选](?:这里|此处)?)?返回(?:上一?页|首页)?|, please return)?"
    r"[.!~ ]{0,3}(?:\[[^\]]{0,60}\])?"
)
# the words of a notice that are looked at
_LONGEST = 300

# English translations of Discuz (X1.5 to X2.5 of discuzx-en)
_EN_THING = "(?:the |this )?(?:specifi(?:ed|c) |requested )?"
_EN_GONE_ONCE = (
    "(?:(?:does not|doesn't|do not|is not|no longer) exists?|not exist|(?:is |was )?not found"
    "|(?:(?:has|have) been|is|are|was|were) (?:removed|deleted)"
    "|(?:is|are) (?:under (?:moderation|review)|being (?:moderated|reviewed)))"
)
_EN_GONE = rf"{_EN_GONE_ONCE}(?:,? or (?:it )?{_EN_GONE_ONCE}){{0,3}}"
_EN_SEE = "(?:view|access|visit|read|enter)"
_EN_NO_RIGHT = (
    "(?:you (?:are not allowed|do not have (?:the )?permissions?|have no permissions?)"
    "|no permissions?)"
)
_EN_DETAILS = "(?:, please click here(?: to view details)?)?"
_EN_PLACE, _EN_TOPIC = "(?:forum|board|section|group)", "(?:thread|topic)"


def _sentences(reason: Reason, asked: frozenset[Asked], *patterns: str) -> tuple[Sentence, ...]:
    return tuple(
        Sentence(re.compile(f"(?:{each}){_END}", re.I), reason, asked) for each in patterns
    )


def _denied(thing: str) -> tuple[str, ...]:
    """How a right to see a thing is denied."""
    groups, see = "(?:用户组?|会员组?|成员|版主|管理[员组])", f"{_CAN}{_SEE}{_THIS}{thing}"
    return (
        # 您没有权限访问该版块 (viewperm_none_nopermission), …该群组 (forum_group_noallowed)
        rf"{_YOU}{_NO_RIGHT}{_SEE}{_THIS}{thing}",
        # 您没有访问该版块的权限, 您没有本帖的阅读权限 (sites)
        rf"{_YOU}没有(?:{_SEE}{_THIS}{thing}的|{_THIS}{thing}的{_SEE})权限",
        # 您在本版没有权限进行此操作 (forum_access_view_disallow)
        rf"{_YOU}在{_THIS}{thing}{_NO_RIGHT}进行此操作",
        # 您需要升级您所在的用户组后才能访问该版块，详细请 点击这里查看
        # (viewperm_upgrade_nopermission); 您需要升级到 金牌会员 才能访问本版 (sites)
        rf"{_YOU}需要升级(?:{_YOU}所在的用户组|[到至为]{_SOME}{{1,40}}?) ?后?{see}{_DETAILS}",
        # 您需要拥有以下勋章才能访问这个版块, 您需要满足以下条件才能访问这个版块
        # (forum_permforum_nomedal, forum_permforum_nopermission)
        rf"{_YOU}需要(?:拥有|满足|达到|具备|符合)(?:以下|下列)(?:勋章|条件){see}",
        # 本版块只有特定用户组可以访问 (forum_permforum_disallow, forum_nopermission); not those who
        # are logged in: that is no right
        rf"{_THIS}{thing}只有(?!{_SOME}{{0,20}}登){_SOME}{{0,30}}?{groups}{_CAN}{_SEE}",
        rf"只有(?!{_SOME}{{0,20}}登){_SOME}{{0,30}}?{groups}{see}",
        # 此版块需要支付 10 金币才能进入此版块，您的金币不足 (forum_pay_incorrect)
        rf"{_THIS}{thing}需要支付{_SOME}{{1,40}}?{see}(?:,[您你]的{_SOME}{{1,20}}不足)?",
    )


def _en_denied(thing: str) -> tuple[str, ...]:
    return (
        # You are not allowed to view this forum, please click here to view details
        rf"{_EN_NO_RIGHT} to {_EN_SEE} this {thing}{_EN_DETAILS}",
        # You need to upgrade your user group to view this forum
        rf"you need to upgrade your user ?group to {_EN_SEE} this {thing}{_EN_DETAILS}",
        # You need to own the medal below, to reach the conditions below to access this forum
        rf"you need to \w+ the (?:medals?|conditions?) below to {_EN_SEE} this {thing}",
        # This forum is only for special user groups
        rf"this {thing} is only for (?:speci(?:al|fic|fied) )(?:user ?groups?|users|members)",
        # You are not allowed to do this operation is this forum
        rf"you are not allowed to do this operation i[ns] this {thing}",
    )


SENTENCES: tuple[Sentence, ...] = (
    # 指定的主题不存在或已被删除或正在被审核 (thread_nonexistence); 该主题已被作者删除 (sites)
    *_sentences("not_found", _THREAD, rf"{_NAMED}{_TOPIC}{_GONE}"),
    # a topic may be a page of the portal
    *_sentences("not_found", _THREAD, rf"{_EN_THING}thread {_EN_GONE}"),
    # 没有找到帖子 (post_not_found): all posts of the page, which is the thread if it is the first;
    # 指定的帖子不存在… (post_check)
    *_sentences(
        "not_found",
        _FIRST_PAGE,
        rf"(?:没有?|未|无法)找到{_NAMED}(?:{_POST}|{_ARTICLE})",
        rf"{_NAMED}{_POST}{_GONE}",
        rf"{_EN_THING}post {_EN_GONE}",
    ),
    # 指定的版块不存在 (forum_nonexistence)
    *_sentences(
        "not_found", _BOARD, rf"{_NAMED}{_PLACE}{_GONE}", rf"{_EN_THING}{_EN_PLACE} {_EN_GONE}"
    ),
    # 本帖要求阅读权限高于 20 才能浏览 (thread_nopermission)
    *_sentences(
        "no_permission",
        _THREAD,
        rf"{_THIS}?(?:{_TOPIC}|{_POST}|{_ARTICLE})(?:要求|需要)阅读权限(?:高于|不低于|大于|达到) ?"
        rf"(?P<level>\d{{1,5}})(?: ?(?:以上)?{_CAN}{_SEE})?",
        rf"{_YOU}的?阅读权限(?:不足|不够|太低|过低),?(?:无法|不能){_SEE}{_THIS}(?:{_TOPIC}|{_POST})",
        rf"{_EN_NO_RIGHT} to {_EN_SEE} this (?:{_EN_TOPIC}|post)(?: (?P<level>\d{{1,5}}))?",
        rf"this (?:{_EN_TOPIC}|post) (?:needs?|requires?) read(?:ing)? permission"
        rf"(?: above| higher than)? (?P<level>\d{{1,5}})(?: to {_EN_SEE})?",
    ),
    # 您所在的用户组(游客)无法进行此操作 (group_nopermission)
    *_sentences(
        "no_permission",
        _BOTH,
        rf"{_YOU}所在的?(?:用户|会员|使用者)群?组 ?(?:\(.{{0,60}}?\) ?)?"
        rf"(?:无法|不能|{_NO_RIGHT})(?:进行(?:此|该|本)操作|{_SEE}{_THIS}{_PLACE})",
        r"your user ?group ?(?:\(.{0,60}?\) ?)?(?:does|is)(?: not|n't) allow(?:ed)?"
        r" to do this operation",
    ),
    *_sentences("no_permission", _BOTH, *_denied(_PLACE), *_en_denied(_EN_PLACE)),
    *_sentences(
        "no_permission", _THREAD, *_denied(f"(?:{_TOPIC}|{_POST})"), *_en_denied(_EN_TOPIC)
    ),
    # 本版块需要密码 (forum_passwd), …，您必须在下面输入正确的密码才能浏览这个版块
    # (forum_password_require)
    *_sentences(
        "password",
        _BOTH,
        rf"{_THIS}{_PLACE}需要密码(?:,{_YOU}必须在下面输入正确的密码{_SOME}{{0,20}})?",
        rf"you (?:need|should have) (?:a |the correct )?password to {_EN_SEE} this {_EN_PLACE}",
    ),
    # 您尚未登录，没有权限访问该版块 (viewperm_login_nopermission): logging in is all that is asked
    *_sentences(
        "login_required",
        _BOTH,
        rf"{_YOU}{_NO_LOGIN},?{_NO_RIGHT}{_SEE}{_THIS}{_PLACE}",
        rf"you (?:need|have) to log ?in to {_EN_SEE} this {_EN_PLACE}",
        rf"you are not logged in,?(?: and)? {_EN_NO_RIGHT} to {_EN_SEE} this {_EN_PLACE}",
    ),
    *_sentences(
        "login_required",
        _THREAD,
        rf"{_YOU}{_NO_LOGIN},?{_NO_RIGHT}{_SEE}{_THIS}(?:{_TOPIC}|{_POST})",
    ),
    # 您所在的用户组(游客)无法下载或查看附件 (getattachperm_none_nopermission)
    *_sentences(
        "no_permission",
        _FILE,
        rf"{_YOU}所在的?(?:用户|会员|使用者)群?组 ?(?:\(.{{0,60}}?\) ?)?"
        rf"(?:无法|不能|{_NO_RIGHT}){_GET_FILE}",
        rf"{_YOU}{_NO_RIGHT}{_GET_FILE}",
        # 您需要升级您所在的用户组后才能下载或查看附件 (getattachperm_upgrade_nopermission)
        rf"{_YOU}需要升级(?:{_YOU}所在的用户组|[到至为]{_SOME}{{1,40}}?) ?后?{_CAN}{_GET_FILE}"
        rf"{_DETAILS}",
        # 只有特定用户可以下载本站的附件 (attachment_forum_nopermission)
        rf"只有(?!{_SOME}{{0,20}}登){_SOME}{{0,30}}?(?:用户组?|会员组?|成员){_CAN}{_GET_FILE}",
        # 本附件要求阅读权限高于 20 才可下载 (attachment_nopermission)
        rf"{_THIS}附件要求{_SOME}{{1,40}}?才?[能可]以?下载",
    ),
    # 您需要登录才可以下载或查看附件 (getattachperm_login_nopermission)
    *_sentences(
        "login_required", _FILE, rf"{_YOU}需要登[录陆入](?:后|才|后才)?[能可]以?{_GET_FILE}"
    ),
)

# -- what the forum says of itself or of the visitor ---------------------------------------------

# Looked for anywhere in a notice, the first that fits. These end by themselves or with a login, and
# none of them is about what was asked for: who asks for a login may have set a quota for guests
# (您已经浏览了 5 个主题，继续浏览请登录).
PASSING: tuple[tuple[re.Pattern[str], Reason], ...] = (
    # 验证码填写错误 (submit_seccode_invalid), 请输入验证码后继续
    (re.compile(r"验证码|安全验证|人机验证|滑动验证|verification code|captcha", re.I), "challenge"),
    # 您两次发表间隔少于 15 秒 (post_flood_ctrl), 当前在线人数过多, 密码错误次数过多 (login_strike)
    (
        re.compile(
            r"频繁|过于频|间隔.{0,6}(?:少于|小于|不足)|(?:访问|刷新|浏览|阅读|请求|操作).{0,6}[过太]快"
            r"|(?:人数|连接数?|次数|请求).{0,6}(?:[过太较]多|已满|超过|上限)|(?:系统|服务器|数据库)繁?忙"
            r"|too (?:many|fast|often|frequent)|server is busy",
            re.I,
        ),
        "rate_limited",
    ),
    # 本站点暂时关闭 (board_closed) and the words of an owner (`closedreason`); 管理员设置了每日
    # 0:00-8:00 不能进行此操作或访问此页面，请其他时间再试 (period_nopermission); 论坛功能尚未开启
    # (forum_status_off): the forum alone, not 导读功能尚未开启
    (
        re.compile(
            r"(?:系统|站|论坛|服务器|数据库?|例行|日常|每[日天]|升级|正在|进行|停机)维护|维护(?:中|期间|公告)"
            r"|正在升级|升级中|备案|[暂临]时关闭|[闭关]站"
            r"|(?:论坛|站点?|系统)(?:(?!搜索|任务|功能).){0,12}(?:关闭|暂停|停止)"
            r"|(?:论坛|站点?|系统).{0,12}升级(?!.{0,8}(?:会员|用户|VIP))"
            rf"|每[日天].{{0,60}}不能.{{0,12}}{_SEE}此?页面|论坛功能尚未开启"
            r"|maintenance|site is closed|please try another time",
            re.I,
        ),
        "site_closed",
    ),
    # 您的 IP 地址不在允许范围内，或您的账号被禁用，无法访问本站点 (user_banned)
    (
        re.compile(r"[您你]的 ?IP ?地址|IP ?已被|禁止.{0,4}IP|\bIP (?:address )?is ", re.I),
        "ip_banned",
    ),
    # 您需要先登录才能继续本操作 (to_login), 请先登录后才能继续浏览, 您尚未登录，无法进行此操作
    (
        re.compile(
            rf"{_NO_LOGIN}|[请需须]要?您?先?登[录陆入]|登[录陆入](?:后|用户|会员)"
            r"|(?:need|have) to log ?in|please log ?in|to be logged",
            re.I,
        ),
        "login_required",
    ),
    # 您今天浏览的主题数已达上限
    (
        re.compile(
            r"(?:今[日天]|[每当][日天]|小时内).{0,24}(?:上限|次数|用完|超过|限制|最多|只能)"
        ),
        "rate_limited",
    ),
)

# What a notice says of a page that is neither a thread's nor a board's: 插件不存在或已关闭
# (plugin_nonexistence), 您指定的用户空间不存在 (space_does_not_exist), 您无此权限 (modcp).
_ELSEWHERE: tuple[tuple[re.Pattern[str], Reason], ...] = (
    (
        re.compile(
            r"不存在|没有找到|无法找到|已被?.{0,6}删除|正在被?审核|not exist|not found", re.I
        ),
        "not_found",
    ),
    (
        re.compile(
            r"没有权限|无此?权限?|权限不足|无法(?:进行此操作|下载|查看|浏览)|只有特定|积分不足"
            r"|no permission|not allowed",
            re.I,
        ),
        "no_permission",
    ),
)


def judge(notice: str, asked: Asked, *, below: str = "") -> Verdict:
    """What a notice of Discuz's says.

    ``notice`` is its first line, ``below`` what stands under it (medals, a link); ``asked`` what it
    is the answer to.

    >>> judge("指定的主題不存在或已被刪除或正在被審核", "thread")
    Verdict(reason='not_found', is_about_asked=True, required_level=None)
    >>> judge("您指定的用户空间不存在", "thread").reason
    'unknown_notice'
    """
    text, rest = _plain(notice), _plain(below)
    passes = _first(PASSING, rest)
    verdict = None if passes else _lasting(text, asked)
    if verdict:
        return verdict
    reason = _first(PASSING, text) or passes
    if reason is None and asked in ("file", "other", "unknown"):
        reason = _first(_ELSEWHERE, text)
    return Verdict(reason) if reason else UNKNOWN


def _lasting(text: str, asked: Asked) -> Verdict | None:
    start = found.end() if (found := _SORRY.match(text)) else 0
    for sentence in SENTENCES:
        said = sentence.pattern.fullmatch(text, start) if asked in sentence.asked else None
        if said:
            level = said.groupdict().get("level")
            return Verdict(sentence.reason, True, int(level) if level else None)
    return None


def _first(rules: tuple[tuple[re.Pattern[str], Reason], ...], text: str) -> Reason | None:
    return next((reason for pattern, reason in rules if pattern.search(text)), None)


def _plain(text: str) -> str:
    return " ".join(simplified(text[:_LONGEST]).split())
