"""What we read of posts against what a browser shows of them (`pytest -m slow`)."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby, pairwise
from pathlib import Path

import pytest

from crawler.discuz import explain_page
from crawler.discuz.decoding import decode
from crawler.discuz.facts import Body, Post, Run, ThreadPage
from crawler.discuz.post.media import without_tagged_media
from tests.browser import BROWSER, screenshot, shown
from tests.conftest import SHARED
from tests.forum.desktop import Thread
from tests.open_boxes import fixtures, real_threads
from tests.pages import first, replies

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine"),
]
SEEN_AT = datetime(2023, 3, 15, tzinfo=UTC)
ADDRESS = "http://b.example/forum.php?mod=viewthread&tid=1"
# what cannot be seen, in a browser's words and in ours
_ENDS = re.compile(r"[\n\t]")
# what stands before the items of lists: "- ", "3. ", "iv. "
_MARKS = re.compile(r"^(?:(?:-|\d{1,4}\.|[a-z]{1,5}\.|[A-Z]{1,5}\.)\s?)+(?=.)")
_UNSEEN = re.compile(r"[\s\x00-\x1f\x7f-\x9f\ufeff]+")


def squeezed(words: str) -> str:
    return _UNSEEN.sub("", words)


def lines_of(text: str) -> list[str]:
    """The lines and cells of a text that are not empty, without spaces at their ends.

    Marks of items are taken away, the author's own too: a browser's words have none of a list's.
    """
    lines = (_MARKS.sub("", line.replace("\xa0", " ").strip()) for line in _ENDS.split(text))
    return [line for line in lines if line]


def with_whole_cells(lines: list[str], text: str) -> list[str]:
    """The lines that a browser shows, with those of a cell as one where a row of a text has them.

    A row of ours is one line; a browser breaks it where a cell does.
    """
    lines = list(lines)
    for row in text.split("\n"):
        for cell in lines_of(row) if "\t" in row else ():
            _join_cell(lines, squeezed(cell), cell)
    return lines


def _join_cell(lines: list[str], wanted: str, cell: str) -> None:
    """Put a cell in place of those neighbouring lines that make it, if there are any."""
    if wanted in map(squeezed, lines):
        return
    for start in range(len(lines)):
        end, made = start, ""
        while end < len(lines) and len(made) < len(wanted):
            made += squeezed(lines[end])
            end += 1
        if made == wanted:
            lines[start:end] = [cell]
            return


# -- small bodies --------------------------------------------------------------------------------

ALIKE = [
    # lines
    "甲<br>乙<br /><br/>丙",
    "甲</br>乙",
    "甲\r\n乙\t丙",
    "<p>甲<p>乙</p>丙",
    "<p>甲<br></p><p></p><p>乙</p>",
    "<div>甲</div><br><div>乙</div>",
    "<h3>甲</h3>乙<hr>丙",
    "<p>甲<h3>乙</h3>丙",
    "甲<span><p>乙</p></span>丙",
    "<p><b>甲<p>乙</b>丙",
    '<a href="x"><div>甲</div><div>乙</div></a>',
    "<center>甲</center>乙<form>丙</form>丁<fieldset>戊</fieldset>己",
    "甲<section>乙</section><article>丙</article><header>丁</header><footer>戊</footer>",
    "<dl><dt>名<dd>值</dl>后",
    "<figure><figcaption>题</figcaption></figure>后",
    "甲<wbr>乙<nobr>丙 丁</nobr>",
    # lists and tables
    "<ul>散<li>一<ul><li>二</ul><li>三</ul>后",
    "甲<li>一<li>二",
    "<ol start=3><li>一<li>二</ol>",
    "<dir><li>一<li>二</dir>",
    "<table><caption>题</caption><tr><td>甲</td><td></td><td>乙</td></tr></table>",
    "<table>散<tr><td>甲</td></tr></table>",
    "<table><tr><div>散</div><td>甲</td></tr></table>",
    "<table><tr><td>甲<table><tr><td>x</td><td>y</td></tr></table></td><td>乙</td></tr></table>",
    "<p>甲<table><tr><td>乙</table>丙",
    # hidden
    '甲<span style="display:none !important">藏</span>乙',
    '甲<span style="DISPLAY : NONE">藏</span>乙',
    '甲<span style="display/**/:none">藏</span>乙',
    '甲<span style="display:none;display:inline">现</span>乙',
    '甲<span style="background:url(display:none)">现</span>乙',
    '甲<span style="visibility:hidden">藏</span>乙',
    '甲<span style="font-size:0">藏</span>乙',
    '甲<span style="font-size:0.0em">藏</span>乙',
    '甲<font style="opacity:0">藏</font>乙',
    '甲<span style="position:absolute;left:-9999px">藏</span>',
    '甲<br><div style="text-indent:-9999px">藏</div>乙',
    '<p style="font-size:0"><b style="font-size:14px">现</b></p>乙',
    '<table><tr><td>甲</td></tr><tr style="display:none"><td>藏</td></tr></table>乙',
    '<ul><li>甲<li style="display:none">藏</ul>乙',
    "甲<noscript>藏</noscript>乙",
    '甲<iframe src="http://v.example/a"><b>无框</b></iframe>乙',
    '甲<input type="text" value="藏"><input type="button" value="藏">乙',
    "甲<textarea>藏<b>藏</b></textarea>乙",
    "甲<title>藏</title><meta name=x content=y><link href=x>乙",
    "甲<svg><title>藏</title><path d='M0 0'/></svg>乙",
    "甲<datalist><option>藏</datalist>乙",
    '甲<map name="m"><area alt="藏">图</map>乙',
    # words and tags
    "<u>甲</u><s>乙</s><strike>丙</strike><del>丁</del><sup>2</sup><tt>a</tt><kbd>b</kbd>",
    "<ruby>漢<rp>(</rp><rt>han</rt><rp>)</rp></ruby>乙",
    "甲<foo>乙</foo><o:p>丙</o:p><x-y>丁</x-y><blink>戊</blink>",
    "甲 < 乙 > 丙<乙>丁 1<2>3 a<b 且 b<c",
    "甲</乙>丙<!乙>丁<?乙?>戊<!-- 藏 -->己<!--藏--!>庚<!-->辛<![CDATA[藏]]>壬",
    "甲<!--[if IE]>藏<![endif]--><![if !IE]>现<![endif]>乙",
    '甲<script>var a="</scr"+"ipt>";</script>乙<script><!--\nvar b="<script></script>";\n//--></script>丙',
    '甲<a title="x>y" href="#">乙</a>丙<b>丁<i>戊</b>己</i>庚',
    "甲</body>乙</html>丙",
    "甲<b>乙",
    "甲<div>乙",
    "甲<html><head><title>x</title></head><body>乙</body></html>丙",
    "甲<div/>乙<b/>丙",
    "甲<embed src='http://v.example/a.swf'/>乙<image src='x'>丙",
    "&lt;b&gt; &amp; &copy; &hearts; &nosuch; &amp;nbsp; &#x4e00; &copy2 a&ampb &lt &check;&lbrace;",
    "甲&#133;乙&#150;丙&#128512;丁&#xFFFE;戊&#xD83D;己",
    "甲&nbsp;&nbsp;乙&emsp;丙&#8203;丁&shy;戊\u3000己",
    # boxes that are called as the forum's are, with nothing of the forum's in them
    "甲<ignore_js_op><em>现</em></ignore_js_op>乙",
    '甲<div class="media">现</div>乙',
    '甲<span id="attach_5">现</span>乙',
    '甲<dl class="tattl">现</dl>乙',
    '甲<i class="pstatus">现</i>乙',
    "甲<label>现</label>乙",
    "甲<option>一<option>二</option>乙",
    '甲<optgroup label="x"><option>一<option>二</optgroup>乙',
    # players and what else shows its words to some browsers alone
    "甲<embed src='http://v.example/a.swf'>乙<br>丙",
    "<div>甲<source src='http://v.example/a.mp4'>乙</div>丙",
    "甲<embed src='http://v.example/a.swf'>乙</embed>丙",
    "甲<object data='http://v.example/a.swf'>现</object>乙",
    "甲<object data='http://v.example/a.swf'><embed src='http://v.example/a.swf'>现</object>乙",
    "甲<video src='http://v.example/a.mp4'>藏</video>乙",
    "甲<audio src='http://v.example/a.mp3'>藏</audio>乙",
    "甲<canvas>藏</canvas>乙",
    "甲<progress>藏</progress><meter value='.7'>藏</meter>乙",
    "甲<noframes>藏</noframes><noembed>藏</noembed>乙",
    "甲<template>藏</template>乙",
    "甲<dialog>藏</dialog>乙",
    "甲<span hidden>藏</span>乙",
    "甲<svg>藏<path d='M0 0'/></svg>乙",
    "甲<svg><desc>藏</desc><a href='http://x.example/'>藏</a></svg>乙",
    # lines as they were typed
    "甲<pre>一\n  二\n\n三</pre>乙",
    "<pre><code>if a:\n    b</code></pre>",
    '<div class="blockcode"><div><ol><li><pre>\na\n  b</pre></ol></div></div>后',
    '<pre style="white-space:normal">一\n  二</pre>三',
    "甲<listing>一\n二</listing>乙",
    "甲<xmp>一 <b>二</b>\n三</xmp>乙",
    '甲<div style="white-space:pre-wrap">一\n二</div>乙',
    '甲<div style="white-space:pre-wrap">一 <b> 二</b></div>乙',
    '甲<div style="white-space:pre-line">一   二\n  三 <b> 四</b></div>乙',
    '甲<div style="white-space:pre">一\n<ul><li>二\n三</ul></div>',
    # blocks, and parts of a line
    "<fieldset><legend>题</legend>文</fieldset>乙",
    "甲<address>一</address>乙",
    "甲<nav>一</nav><aside>二</aside><main>三</main>乙",
    '甲<span style="display:block">一</span><span style="display:block">二</span>乙',
    '甲<br style="clear:both"><span style="float:left;margin-right:5px">一</span>乙',
    '甲<div style="display:inline">一</div>乙',
    # spaces of several elements are one
    "甲 <b> 乙</b> <i> </i>丙",
    "甲 <u> 乙</u>&nbsp; <b> 丙</b>",
    "甲<span hidden>藏</span> <b> 乙</b><br> <i> </i>丙",
    "<ul><li>甲 <b> 乙</b></ul>",
    "甲 <img src='http://p.example/a.png'> 乙",
    # cells of several lines
    "甲<table><tr><td>一<br>二</td><td>三</td></tr><tr><td><p>四</p><p>五</p></td><td></td></tr></table>",
]

# What is wrong, and how it shall be: each leaves this list as soon as it is mended.
WRONG = {
    "<b>甲</p>乙</b>": "the end tag of a paragraph that was never begun breaks the line",
    "甲<svg>藏<text>现</text></svg>乙": "words in a drawing, beside those that it shows",
}

# Where we read more than a browser shows, or less, and want to: what the text is.
WANTED = {
    "甲<details><summary>题</summary>藏</details>乙": "甲\n题\n藏\n乙",  # shown at a click
    "甲<button>按</button><select><option>选</select>乙": "甲乙",  # to be used, not to be read
    f'甲<div style="display:none">{"长" * 400}</div>': f"甲{'长' * 400}",  # more than noise is
    "甲\x07乙\ufeff丙": "甲乙丙",
    "甲<slot>现</slot>乙": "甲现乙",  # drawn, though it is not in innerText
    # the browser shows the rest beside the cell
    "甲</div>乙</td>丙</table>丁</b>戊": "甲乙丙丁戊",
    # these swallow the rest of the page, other floors too
    "甲<iframe src='http://v.example/a'/>乙": "甲乙",
    "甲<script/>乙": "甲乙",
    "甲<title/>乙": "甲乙",
    "甲<video src='http://v.example/a.mp4'/>乙": "甲乙",
}


@dataclass(frozen=True)
class Drawn:
    """The first post of a page: what is read and what a browser shows; the post behind it, too."""

    read: str
    seen: str
    read_behind: str | None
    seen_behind: str | None


@pytest.fixture(scope="module")
def small() -> dict[str, Drawn]:
    bodies = [*ALIKE, *WRONG, *WANTED]
    pages = {body: str(Thread([first(900, body), *replies(901, "下一层")])) for body in bodies}
    seen = shown(pages)
    drawn = {}
    for body, source in pages.items():
        page = explain_page(source.encode(), url="http://b.example/", seen_at=SEEN_AT)
        assert isinstance(page, ThreadPage)
        read = {post.id: post.body.text for post in page.posts}
        assert len(seen[body]) == 1 or seen[body].keys() == read.keys()
        drawn[body] = Drawn(read["900"], seen[body]["900"], read.get("901"), seen[body].get("901"))
    return drawn


@pytest.mark.parametrize(
    "body",
    [
        *ALIKE,
        *(
            pytest.param(body, marks=pytest.mark.xfail(strict=True, reason=reason))
            for body, reason in WRONG.items()
        ),
    ],
)
def test_a_text_has_the_lines_that_a_browser_shows(body: str, small: dict[str, Drawn]) -> None:
    drawn = small[body]
    assert lines_of(drawn.read) == with_whole_cells(lines_of(drawn.seen), drawn.read)
    assert drawn.read_behind == drawn.seen_behind == "下一层"


@pytest.mark.parametrize("body", WANTED)
def test_where_a_text_differs_from_what_a_browser_shows(body: str, small: dict[str, Drawn]) -> None:
    drawn = small[body]
    assert drawn.read == WANTED[body]
    assert drawn.read_behind == "下一层"
    assert drawn.seen != drawn.read


def test_a_picture_of_a_page(tmp_path: Path) -> None:
    screenshot("<p>甲</p>", tmp_path / "page.png")
    assert (tmp_path / "page.png").read_bytes().startswith(b"\x89PNG")


# -- saved pages ---------------------------------------------------------------------------------

# Noise that a browser shows. The other kinds have to be hidden there: what is shown is no jammer.
SHOWN_NOISE = {
    "advertisement",
    "bar",
    "copy button",
    "form control",
    "heading",
    "originality notice",
    "pop-up",
    "signature",
    "site notice",
    "staff action",
    "teaser",
    "warning",
}
# fields that take a part of an upload or a player that is opened by a script
PARTLY_SHOWN = {"attachments", "media", "images"}
# Pages where a browser hides words that we read.
HIDDEN_THERE = {
    "hidden": "a spoiler, which a click opens",
    # it hides the words behind the file
    "open_tip": "the tip of a file is left open",
    "open-tip.html": "the tip of a file is left open",
    "robotua_thread_bbcode.html": "the tips of files are left open for robots",
}
# templates for phones put it before the words of a quote
LABEL = "引用:"


@dataclass(frozen=True)
class Saved:
    name: str
    page: ThreadPage
    source: str


def saved_pages() -> Iterator[Saved]:
    for saved in (*fixtures(), *real_threads()):
        yield from _saved(saved.name, saved.body, saved.told["url"], saved.told["seen_at"])
    for path in sorted((SHARED / "forum" / "pages").glob("*/*.html")):
        yield from _saved(path.name, path.read_bytes(), ADDRESS, SEEN_AT)
    for path in sorted((SHARED / "cases").glob("*.html")):
        yield from _saved(path.name, path.read_bytes(), ADDRESS, SEEN_AT)


def _saved(name: str, body: bytes, url: str, seen_at: datetime) -> Iterator[Saved]:
    page = explain_page(body, url=url, seen_at=seen_at)
    if isinstance(page, ThreadPage) and page.skin in ("desktop", "touch"):
        yield Saved(name, page, decode(body)[0])


@dataclass(frozen=True)
class Piece:
    """Words of a run that a browser shows, squeezed: where they begin among all that it shows."""

    run: Run
    words: str
    start: int


class MisfitError(Exception):
    """Words of a post and of the browser that cannot be brought together."""


def pieces_of(runs: tuple[Run, ...], seen: str) -> list[Piece]:
    """Which words of which run a browser shows: all, but for noise and tips of uploads."""
    joined = [
        Run(place, squeezed("".join(run.words for run in part)), is_noise=is_noise)
        for (place, is_noise), part in groupby(runs, key=lambda run: (run.place, run.is_noise))
    ]
    parts = [list(part) for _, part in groupby((run for run in joined if run.words), may_be_hidden)]
    pieces: list[Piece] = []
    at = 0
    for part, behind in pairwise([*parts, []]):
        shown_words = [run.words for run in part]
        if may_be_hidden(part[0]):
            next_words = "".join(run.words for run in behind)
            shown_words = _shown_of(part, next_words, seen, at)
        for run, words in zip(part, shown_words, strict=True):
            if not seen.startswith(words, at):
                raise MisfitError(f"{run.place}: {run.words[:60]} | {seen[at : at + 60]}")
            pieces.append(Piece(run, words, at))
            at += len(words)
    if at != len(seen):
        raise MisfitError(f"not read: {seen[at : at + 60]}")
    return pieces


def may_be_hidden(run: Run) -> bool:
    """Whether the words of a run need not be shown, or not all of them."""
    return run.is_noise or run.place in PARTLY_SHOWN


def _shown_of(runs: list[Run], behind: str, seen: str, start: int) -> list[str]:
    """What a browser shows of some uploads and noise before other words: as little as may be."""
    for end in range(start, start + sum(len(run.words) for run in runs) + 1):
        if seen.startswith(behind, end) if behind else end == len(seen):
            found = _split(runs, seen[start:end])
            if found is not None:
                return found
    raise MisfitError(f"before {behind[:60]} | {seen[start : start + 60]}")


def _split(runs: list[Run], words: str) -> list[str] | None:
    """Words as parts of some runs: of noise all or nothing, of other runs what is left of it."""
    if not runs:
        return None if words else []
    run, *others = runs
    for end in (0, len(run.words)) if run.is_noise else range(len(words) + 1):
        part = words[:end]
        is_part = part in ("", run.words) if run.is_noise else _is_left_of(part, run.words)
        rest = _split(others, words[end:]) if is_part else None
        if rest is not None:
            return [part, *rest]
    return None


def _is_left_of(part: str, words: str) -> bool:
    """Whether some words are others with signs left out."""
    rest = iter(words)
    return all(sign in rest for sign in part)


def lines_in(pieces: list[Piece], seen: str, *places: str) -> list[str]:
    """The lines that a browser shows, squeezed, of words that went to some places."""
    signs = "".join(
        piece.words if piece.run.place in places else "\0" * len(piece.words) for piece in pieces
    )
    lines, at = [], 0
    for line in _ENDS.split(seen):
        end = at + len(squeezed(line))
        lines.append(_MARKS.sub("", signs[at:end].replace("\0", "")))
        at = end
    return list(filter(None, lines))


def beside(body: Body) -> str:
    """Words that are taken out of the text after the cell was read."""
    told = (body.source, body.notice, *(quote.text for quote in body.quotes))
    return squeezed("\n".join(filter(None, told)))


def differences(saved: Saved, post: Post, seen: str) -> Iterator[tuple[str, str]]:
    """How what is read of a post differs from what a browser shows: kinds, and the words."""
    is_touch = saved.page.skin == "touch"
    if is_touch:
        seen = without_tagged_media(seen)[0]
    try:
        pieces = pieces_of(post.body.runs, squeezed(seen))
    except MisfitError as misfit:
        yield "words", str(misfit)
        return
    for piece in pieces:
        if piece.words and piece.run.is_noise and piece.run.place not in SHOWN_NOISE:
            yield f"{piece.run.place} that is shown", piece.words
    read = Counter(map(squeezed, lines_of(post.body.text)))
    lines = lines_in(pieces, seen, "text")
    if is_touch:
        lines = [line.removeprefix(LABEL) for line in lines]
    drawn = Counter(map(squeezed, with_whole_cells(lines, post.body.text)))
    for line in (read - drawn).elements():
        yield "a line of ours", line
    # a frame that copies another floor was read as text
    quoted = lines_in(pieces, seen, "text", "quotes")
    for quote in post.body.quotes:
        for line in lines_of(quote.text):
            if squeezed(line) not in quoted:
                yield "a line of a quote", line
    for line in (drawn - read).elements():
        if line not in beside(post.body) and (post.body.source or "\0") not in line:
            yield "a line of the browser's", line


def test_saved_pages() -> None:
    """All that a browser shows of a post is in it, in the same order and lines."""
    pages = {str(number): saved for number, saved in enumerate(saved_pages())}
    seen_pages = shown({number: saved.source for number, saved in pages.items()})
    posts = 0
    found: dict[str, list[str]] = defaultdict(list)
    hidden = set()
    for number, saved in pages.items():
        for post in saved.page.posts:
            seen = seen_pages[number].get(post.id)
            if seen is None:
                # its cell was not sent
                assert post.body.notices
                assert not post.body.text
                continue
            posts += 1
            for kind, words in differences(saved, post, seen):
                if saved.name in HIDDEN_THERE:
                    hidden.add(saved.name)
                else:
                    found[kind].append(f"{saved.name}, post {post.id}: {words}")
    assert posts > 100
    assert found == {}
    # none stands in the list in vain
    assert hidden == HIDDEN_THERE.keys() & {saved.name for saved in pages.values()}
