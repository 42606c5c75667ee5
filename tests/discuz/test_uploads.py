"""Pictures and files."""

from __future__ import annotations

import pytest

from crawler.discuz.blocks import File, Picture, Text
from crawler.discuz.facts import Attachment, Image
from crawler.discuz.post.uploads import (
    is_smiley,
    is_upload_span,
    picture_source,
    read_picture,
    read_upload,
)
from tests.forum.cells import body_of, content_of, element_of

BASE = "http://b.example/bbs/"
# aid=5, signed: base64 of 5|5b10fcc8|1795345743|0|21
SIGNED = "forum.php?mod=attachment&amp;aid=NXw1YjEwZmNjOHwxNzk1MzQ1NzQzfDB8MjE%3D"
SIGNED_URL = f"{BASE}{SIGNED}".replace("&amp;", "&")


@pytest.mark.parametrize(
    ("attributes", "url"),
    [
        ('src="static/image/common/none.gif" file="data/a.jpg"', f"{BASE}data/a.jpg"),
        (
            'src="static/image/common/none.gif" zoomfile="data/a.jpg" file="data/a.jpg.thumb.jpg"',
            f"{BASE}data/a.jpg",
        ),
        ('file="http://p.example/l.jpg" lazyloadthumb="1"', "http://p.example/l.jpg"),
        ('src="https://p.example/x.png"', "https://p.example/x.png"),
        ('src="data:image/gif;base64,x" data-src="x.png"', f"{BASE}x.png"),
        ('src="data/attachment/forum/static/x.png"', f"{BASE}data/attachment/forum/static/x.png"),
        ('src="static/image/filetype/zip.gif"', None),
        ('src="images/default/attachimg.gif"', None),
        ('src="javascript:alert(1)"', None),
        ("", None),
    ],
)
def test_where_a_picture_is(attributes: str, url: str | None) -> None:
    picture = element_of(f"<img {attributes} />")
    image = read_picture(picture, picture_source(picture), BASE)
    assert (image.url if image else None) == url
    assert [image.url for image in body_of(f"<img {attributes} />").images] == (
        [url] if url else []
    )


@pytest.mark.parametrize(
    ("attributes", "number"),
    [
        ('aid="5" src="http://p.example/a.jpg"', "5"),
        ('id="aimg_5" src="data/attachment/forum/a.jpg"', "5"),
        ('id="aimg_je99L" src="data/attachment/forum/a.jpg"', None),
        ('id="aimg_5" src="http://p.example/a.jpg"', None),
        ('src="forum.php?mod=image&amp;aid=5"', "5"),
        (f'src="{SIGNED}"', "5"),
    ],
)
def test_which_bare_pictures_are_uploads(attributes: str, number: str | None) -> None:
    picture = element_of(f"<img {attributes} />")
    image = read_picture(picture, picture_source(picture), BASE)
    assert image is not None
    assert image.attachment_id == number


@pytest.mark.parametrize(
    ("attributes", "is_one"),
    [
        ('smilieid="1" src="http://p.example/x.gif"', True),
        ('src="static/image/smiley/default/lol.gif"', True),
        ('src="static//image/smiley/default/lol.gif"', True),
        ('src="http://b.example/images/smilies/default/cry.gif"', True),
        ('src="http://p.example/my-static/image/smiley.gif"', False),
    ],
)
def test_smilies(attributes: str, is_one: bool) -> None:
    picture = element_of(f"<img {attributes} />")
    assert is_smiley(picture, picture_source(picture)) is is_one


FILE = f"""<ignore_js_op><span id="attach_5"><a href="{SIGNED}" id="aid5" target="_blank">图.zip</a>
<em class="xg1">(7.26 KB, 下载次数: 11, 售价: 5 金钱)</em></span>
<div class="tip tip_4" id="attach_5_menu"><div class="tip_c">点击文件名下载附件<br />说明：含源数据</div></div>
</ignore_js_op>"""
LISTED = f"""<dl class="tattl"><dt><img src="static/image/filetype/pdf.gif" alt="" /></dt>
<dd><p class="attnm"><a href="{SIGNED}" id="aid5" target="_blank">守则.pdf</a></p>
<p>64.0 KB, 下载次数: 21</p><p class="mbn xg2">第二版</p></dd></dl>"""
PICTURE = """<ignore_js_op><img id="aimg_5" aid="5" src="static/image/common/none.gif"
zoomfile="data/attachment/forum/a.jpg" file="data/attachment/forum/a.jpg.thumb.jpg" />
<div class="tip tip_4 aimg_tip" id="aimg_5_menu"><p><strong>灯.jpg</strong> <em class="xg1">(42 KB, 下载次数: 0)</em></p>
<p><a href="forum.php?mod=attachment&amp;aid=5" target="_blank">下载附件</a></p></div></ignore_js_op>"""
FOR_ROBOTS = (
    '<ignore_js_op><img src="data/attachment/forum/a.jpg" alt="灯.jpg" title="灯" /></ignore_js_op>'
)
AT = f"{BASE}data/attachment/forum/a.jpg"


@pytest.mark.parametrize(
    ("markup", "attachment", "image"),
    [
        (
            FILE,
            Attachment("5", "图.zip", SIGNED_URL, "7.26 KB", 11, "5 金钱", "含源数据"),
            None,
        ),
        (LISTED, Attachment("5", "守则.pdf", SIGNED_URL, "64.0 KB", 21, None, "第二版"), None),
        (
            PICTURE,
            Attachment("5", "灯.jpg", f"{BASE}forum.php?mod=attachment&aid=5", "42 KB", 0),
            Image(AT, "灯.jpg", "5"),
        ),
        (FOR_ROBOTS, None, Image(AT, "灯", None)),
        ("<ignore_js_op>空</ignore_js_op>", None, None),
    ],
    ids=["file", "below the cell", "picture", "for robots", "nothing"],
)
def test_what_discuz_sets_round_an_upload(
    markup: str, attachment: Attachment | None, image: Image | None
) -> None:
    assert read_upload(element_of(markup), BASE) == (attachment, image)


def test_an_upload_in_a_cell_has_one_place_and_no_words() -> None:
    body = body_of(f"前{PICTURE}中{FILE}后")
    assert body.text == "前中后"
    assert [type(part) for part in content_of(body)] == [Text, Picture, Text, File, Text]
    assert [each.id for each in body.attachments] == ["5", "5"]


def test_a_span_round_an_upload_is_known_by_its_id() -> None:
    assert is_upload_span(element_of('<span id="attach_5">x</span>'))
    assert not is_upload_span(element_of('<span id="x">x</span>'))
    assert not is_upload_span(element_of("<span>x</span>"))
