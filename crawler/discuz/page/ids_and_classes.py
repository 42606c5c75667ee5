"""Ids and classes of Discuz that more than one module looks for, each once.

All others stand in the one module that reads them. Templates `header.htm`, `viewthread.htm`,
`viewthread_node.htm` and `viewthread_node_body.htm` of X2 to X3.5; the templates for phones keep
most of them.
"""

from __future__ import annotations

# -- ids with a post's number behind them ----

# <div id="post_5003"> round a floor, <table id="pid5003"> or <div class="plc" id="pid5003"> in it
FLOOR_BOX, FLOOR_TABLE = "post_", "pid"
# <td class="t_f" id="postmessage_5003">: the words of a post
CELL = "postmessage_"
# <em id="authorposton5003">发表于 2017-6-1 08:15</em>
DATE = "authorposton"
# <a id="postnum5003"><em>5</em><sup>#</sup></a>
LABEL = "postnum"
# <div id="favatar5003">: the column beside a post
COLUMN = "favatar"
# <div id="userinfo5003">: the card that is shown when the mouse lies on an avatar
CARD = "userinfo"
# <dl id="ratelog_5003">, <div id="comment_5003">: ratings and comments below a post
RATINGS, COMMENTS = "ratelog_", "comment_"

# -- boxes of a floor ----

# <div class="authi">: who wrote it, in the column and above the body; phones: <ul class="authi">
AUTHOR_LINE = "authi"
# <div class="pcb">, <div class="pcbs"> in special threads: round the cell
BODY_BOX, SPECIAL_BOX = "pcb", "pcbs"
# <td class="t_f">: the cell by its class, for skins and robots
CELL_CLASS = "t_f"
# <div class="message">: the cell on pages for phones
PHONE_CELL = "message"
# <div class="locked">: in place of words that are withheld
LOCKED = "locked"
# <div class="attach_nopermission">: below a cell, in place of its pictures and files. In the cell
# of an opening post it advertises the forum to guests (`guesttipsinthread`), and is there only
# where nothing is withheld: `!$post['attachment']` in viewthread_node_body.htm
NO_FILES = "attach_nopermission"
# <div class="modact">本主题由 NAME 于 2017-6-1 08:15 关闭</div>
STAFF_ACTION = "modact"
# <span id="recommendv_add">12</span>: 支持 of a thread; the bar of a reply that is ranked
THREAD_LIKES, REPLY_LIKES = "recommendv_add", "replyadd"

# -- round the floors ----

# <span id="thread_subject">SUBJECT</span>; X2: <a id="thread_subject">
TITLE = "thread_subject"
# <div id="pt">: the path above the page; <div class="pg">: the pager
PATH, PAGER = "pt", "pg"
# <span id="favoritenumber">7</span>
FAVORITES = "favoritenumber"
# <div id="ft">: the footer
FOOTER = "ft"

# -- links of a row ----

# <a href="forum.php?mod=redirect&tid=5&goto=lastpost#lastpost">; never rewritten
LAST_POST = "goto=lastpost"
