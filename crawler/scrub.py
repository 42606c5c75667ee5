"""Takes out of a page what must not go into a fixture: secrets always, people's words on wish.

What is left is the markup as it was sent. Words are replaced by invented ones of the same shape
(as many signs, of the same script), the same words by the same, so that a page reads as before.
"""

from __future__ import annotations

import html
import ipaddress
import random
import re
from collections.abc import Iterator

from crawler.discuz.facts import BoardPage, IndexPage, Page, ThreadPage

# formhash=1a2b3c4d, <input name="formhash" value="1a2b3c4d">, hash=…, sid=AbC12d, key=0f1e…
_TOKEN = re.compile(
    r"(?P<name>\b(?:formhash|hash|sid|sechash|idhash|saltkey|auth|key|_dsign)"
    r"(?:=|\"\s?value=\"|%3D))(?P<value>[A-Za-z0-9]{4,64})"
)
_COOKIES = re.compile(r"\b([A-Za-z0-9]{4})(_\d{4}_)")
_MEMBER = re.compile(r"(discuz_uid\s?=\s?')[1-9]\d{0,17}'")
_SIGNED = re.compile(r"(?<=[?&;]aid=)[A-Za-z0-9+/%]{16,200}(?:%3D|=){0,2}")
_ADDRESS = re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])")
_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
_TAG_OR_TEXT = re.compile(r"<[^>]{0,5000}>|[^<]+")
_WORDED_ATTRIBUTES = re.compile(r"(?<=\s)(alt|title|content|value)=\"([^\"]{1,2000})\"")
# <a onclick="addFavorite(this.href, 'NAME')">
_QUOTED = re.compile(r"'([^'<>]{2,200})'")
# What is replaced sign by sign, but for words that reading depends on.
_KEPT_OR_SIGN = re.compile(
    r"(?P<kept>[来來]源|[转轉]自|[声聲]明|禁止|[转轉][载載]|未[经經]|[发發]表[于於]|本帖最[后後]由|[编編][辑輯]"
    r"|https?://\S+)|[\u3400-\u9fff]|[A-Za-z]"
)
# Words that pages have in them whoever writes: they are never invented anew.
_OF_DISCUZ = frozenset(
    "回复 举报 楼主 沙发 板凳 地板 主题 帖子 积分 支持 反对 收藏 分享 评分 点评 匿名 首页 论坛"
    " 公告 登录 发表于 查看 作者 标题 时间 引用 提示 编辑 上传 下载 来自 手机 置顶 精华 热帖"
    " 关闭 移动".split()
)
# Common characters, from which invented words are drawn.
_POOL = "山水风云花鸟江河春秋灯桥船石竹松溪田园茶米月星雨雪晴晨夕南北东西远近高低长短轻静"


def scrub(source: str) -> str:
    """A page without tokens, session ids, IP addresses, mail addresses, and who was logged in."""
    source = _TOKEN.sub(lambda found: found["name"] + "0" * len(found["value"]), source)
    source = _COOKIES.sub(r"aBcD\2", source)
    source = _MEMBER.sub(r"\g<1>0'", source)
    source = _SIGNED.sub("MA%3D%3D", source)
    source = _ADDRESS.sub(_documentation_address, source)
    return _MAIL.sub("someone@example.org", source)


def invent(source: str, page: Page, seed: int = 1) -> str:
    """A page with the names and words of its people replaced by invented ones of the same shape."""
    people = Inventor(_words_of(page), seed)

    def of_attribute(found: re.Match[str]) -> str:
        return f'{found[1]}="{people.of_text(found[2])}"'

    def of_piece(found: re.Match[str]) -> str:
        piece = found[0]
        if piece.startswith("<"):
            piece = _WORDED_ATTRIBUTES.sub(of_attribute, piece)
            return _QUOTED.sub(lambda found: f"'{people.of_name(found[1])}'", piece)
        return people.of_text(piece)

    return _TAG_OR_TEXT.sub(of_piece, source)


class Inventor:
    """Replaces the words of a page's people wherever they stand."""

    def __init__(self, said: Iterator[str], seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - the same page gives the same words
        self._invented: dict[str, str] = {}
        lines = {line.strip() for text in said for line in text.split("\n")}
        found = {line for line in lines if len(line) > 1 and line not in _OF_DISCUZ}
        # the longest first, so that a name within a title does not tear it
        self._lines = sorted(found, key=lambda line: (-len(line), line))

    def of_text(self, piece: str) -> str:
        """A piece of a page's source with its people's words replaced."""
        text = html.unescape(piece).replace("\xa0", " ")
        if not text.strip():
            return piece
        for line in self._lines:
            if line in text:
                text = text.replace(line, self._anew(line))
            elif len(text.strip()) > 1 and text.strip() in line:
                # a part of a line that markup tears apart
                if text.strip() not in _OF_DISCUZ:
                    return html.escape(self._anew(text), quote=True)
                return piece
        if text == html.unescape(piece).replace("\xa0", " "):
            return piece
        return html.escape(text, quote=True)

    def of_name(self, name: str) -> str:
        """A whole name or line of theirs replaced; anything else as it is."""
        return self._anew(name) if name in self._lines else name

    def _anew(self, line: str) -> str:
        known = self._invented.get(line)
        if known is None:
            # who quotes a part of a line quotes it still
            longer = next((other for other in self._lines if line in other and line != other), None)
            if longer is None:
                known = _KEPT_OR_SIGN.sub(self._sign, line)
            else:
                at = longer.index(line)
                known = self._anew(longer)[at : at + len(line)]
            self._invented[line] = known
        return known

    def _sign(self, found: re.Match[str]) -> str:
        if found["kept"]:
            return found[0]
        if not found[0].isascii():
            return self._random.choice(_POOL)
        drawn = self._random.choice("abcdefghijklmnopqrstuvwxyz")
        return drawn.upper() if found[0].isupper() else drawn


def _documentation_address(found: re.Match[str]) -> str:
    """An address of the net that is kept for documents (RFC 5737); loopback stays."""
    try:
        address = ipaddress.IPv4Address(found[0])
    except ValueError:
        return found[0]
    return found[0] if address.is_loopback else "192.0.2.1"


def _words_of(page: Page) -> Iterator[str]:
    """What members and staff wrote on a page, and how they are called."""
    if isinstance(page, ThreadPage):
        yield page.headline or ""
        yield page.category or ""
        yield from page.tags
        yield from _named(page.site.name, page.board.name if page.board else None)
        yield from (crumb.name for crumb in page.breadcrumbs)
        for post in page.posts:
            body = post.body
            yield from _named(post.author.name, post.author.title, post.location, post.headline)
            yield from _named(body.text, body.source, body.notice, body.edited_by)
            for quote in body.quotes:
                yield from _named(quote.text, quote.author)
            for attachment in body.attachments:
                yield from _named(attachment.name, attachment.description)
            yield from (image.name or "" for image in body.images)
            for rating in post.ratings:
                yield from _named(rating.author, rating.reason)
            for comment in post.comments:
                yield from _named(comment.author, comment.text)
    elif isinstance(page, BoardPage):
        yield from _named(page.site.name, page.board.name, *(board.name for board in page.boards))
        for row in page.rows:
            author = row.author.name if row.author else None
            yield from _named(row.headline, row.category, author, row.last_author)
    elif isinstance(page, IndexPage):
        yield from _named(page.site.name, *(board.name for board in page.boards))


def _named(*texts: str | None) -> Iterator[str]:
    yield from (text for text in texts if text)
