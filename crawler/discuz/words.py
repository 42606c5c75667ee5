"""Discuz's words in both scripts and English, each once, with where they stand.

A word that more than one module reads stands here, so that no reader knows a word that another one
does not. Parts of expressions are strings (they are put together where they are used), whole tests
are compiled. What only one module looks for (refusals, reasons of withholding, the terms of a poll)
stands in that module.

English words begin with a capital letter, as Discuz writes them: in a page's source a search for
`Views` passes over what is no word of the page. What is searched for in whole pages begins with
plain letters in each of its branches (`浏览|瀏覽`, not `[浏瀏][览覽]`): Python's engine then looks
for these letters alone, five times as fast.
"""

from __future__ import annotations

import re

# -- counters of a thread: the line above its first floor ---------------------------------------

# 查看: 8409|回复: 0 (viewthread.htm)   查看数: 12874 | 评论数: 5 (viewthread_album.htm)
# skins: 浏览 1024, 阅读：154, 点击：12, Views: 12, Reads: 12
VIEWS = r"(?:查看|浏览|瀏覽|阅读|閱讀|点击|點擊|Views|Reads)[数數量]?"
REPLY = r"回[复復覆複]"
REPLIES = rf"(?:{REPLY}|评论|評論|Replies)[数數]?"
# 2万: a rounded number; the exact one stands in a title
TEN_THOUSANDS = ("万", "萬")
# mobile=1: 看1024|回5
SHORT_VIEWS, SHORT_REPLIES = "看", "回"

# -- floors ------------------------------------------------------------------------------------

# The names of the first floors, as Discuz brings them (`postnocustom`); a site may choose others.
FLOOR_NAMES = {"楼主": 1, "樓主": 1, "沙发": 2, "沙發": 2, "板凳": 3, "地板": 4}
# `沙发#`: some skins put Discuz's sign behind the name as well; 5#, 12楼
FLOOR_LABEL = r"(?:(?:[楼樓]主|沙[发發]|板凳|地板)#?|\d{1,7}\s?[#楼樓])"
# 楼主| before the date of the thread's author (viewthread_node.htm)
THREAD_AUTHOR = "[楼樓]主"
# 推荐: a hot reply before its turn; 置顶: one that staff pinned
RECOMMENDED, STICKY = "推[荐薦]", "置[顶頂]"
# 来自 3#: the label of a pinned reply; 来自: 浙江 behind a date; IP属地：浙江
FROM = "(?:来自|來自)"
PLACE = "(?:来自|來自|属地|屬地)"

# -- who and when ------------------------------------------------------------------------------

# What stands in place of a name, in small letters: 匿名, 游客 203.0.113.x:1234, Guest; the setting
# `anonymoustext` may add a word (匿名用户). A member's name may begin so (匿名山人).
NOBODY = frozenset({"匿名", "匿名者", "匿名用户", "匿名用戶", "游客", "遊客", "guest", "anonymous"})
_NOBODY = f"(?i:{'|'.join(sorted(NOBODY, key=len, reverse=True))})"
NOBODY_NAME = re.compile(rf"{_NOBODY}(?:\s[\d.:x*]{{3,40}})?")
# The same at the beginning of a box that goes on: 匿名 发表于 2017-6-1 08:15
NOBODY_FIRST = re.compile(rf"\s{{0,99}}{_NOBODY}(?=$|[\s\d(\uff08:\uff1a,\uff0c|]|[发發][表布])")
# What is published in place of their names.
ANONYMOUS = "匿名"
# NAME 该用户已被删除
MEMBER_DELETED = re.compile(r"\s?[该該]用[户戶]已被[删刪]除")
# 作者：NAME   时间：2022-2-12 23:58:16   标题: SUBJECT (viewthread_printable.htm and skins)
AUTHOR, TIME, TITLE = "作者", "[时時][间間]", "[标標][题題]"
# 发表于 2017-6-1 08:15 (viewthread_node.htm); 发布于, Posted on
POSTED = "(?:发[表布][于於]|發[表布][于於]|Posted on|posted on)"
# 本帖最后由 NAME 于 2017-6-1 10:20 编辑: its parts, for whatever stands round them
EDITED = r"本帖最[后後]由\s(?P<name>.{1,99}?)\s[于於]\s(?P<date>.{1,60}?)\s[编編][辑輯]"
# 只看该作者 beside the date; 显示全部楼层 in its place where one author's posts are shown
ONLY_AUTHOR, ALL_FLOORS = "只看[该該]作者", re.compile("显示全部楼层|顯示全部樓層")
# 6284 主题 6286 帖子 7134 积分: an author's counters; 回帖 from X3.4 on
AUTHOR_COUNTERS = {
    "主题": "threads",
    "主題": "threads",
    "帖子": "posts",
    "回帖": "posts",
    "积分": "credits",
    "積分": "credits",
    "Threads": "threads",
    "Posts": "posts",
    "Credits": "credits",
}

# -- pages and lists ---------------------------------------------------------------------------

# 共 26 页, 下一页, 下页, Next
PAGE, NEXT_PAGE = "[页頁]", re.compile(r"下一?[页頁]|^Next\b")
# 今日: 7 | 主题: 174 | 排名: 19: beside the name of a board (forumdisplay.htm)
TODAY, THREADS = "(?:今日|Today)", "(?:主题|主題|Threads)"
# 移动: before what a moved thread left behind
MOVED = re.compile(r"移[动動]\s?[:\uff1a]")
# 全部回复55: the number of replies, above them on pages for phones
ALL = "(?:全部|所有)"
# (3篇回复) of the archiver's lists, 3 回复 of a board of pictures, 共有12条回复 of skins
COUNT_OF_REPLIES = rf"(\d{{1,9}})\s?[篇条條个個]?\s?{REPLY}"

# -- notices -----------------------------------------------------------------------------------

# What `simplified` writes in place of the characters above them.
_SIMPLIFIED = str.maketrans(
    "題貼塊區該這個當經刪審沒無權訪問瀏覽讀閱進觀檢視戶組級會員認證陸錄後於對應請點擊選詳細裡裏條滿達擁勳"
    "備碼輸驗維護關閉時間暫臨論壇網統繼續頻過數線開啟啓設試連載轉頁屬僅專內遊還纔夠單發誤錯帳賬號積為與從"
    "並須兩將遺憾顯鐘務頭銜話額總標幣導動類敗異擇",
    "题贴块区该这个当经删审没无权访问浏览读阅进观检视户组级会员认证陆录后于对应请点击选详细里里条满达拥勋"
    "备码输验维护关闭时间暂临论坛网统继续频过数线开启启设试连载转页属仅专内游还才够单发误错账账号积为与从"
    "并须两将遗憾显钟务头衔话额总标币导动类败异择",
)
_PUNCTUATION = str.maketrans(
    "\uff0c\u3001\u3002\uff01\uff1f\uff1a\uff1b\uff08\uff09\u3010\u3011\u3000\xa0", ",,.!?:;()[]  "
)


def simplified(text: str) -> str:
    """``text`` in the simplified script with plain punctuation, so that a word is looked for once.

    Only the characters of notices are known. Each becomes one character: places stay the same.

    >>> simplified("抱歉\uff0c指定的主題不存在。")
    '抱歉,指定的主题不存在.'
    """
    return text.translate(_SIMPLIFIED).translate(_PUNCTUATION)


# -- brackets ----------------------------------------------------------------------------------

# [见闻] in front of a title, with or without a link
CATEGORY = re.compile(r"\[\s?([^\[\]]{1,60}?)\s?\]")
