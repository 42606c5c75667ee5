"""What an answer is: the file that was asked for, or the word of the forum or of somebody else."""

from __future__ import annotations

import base64
from collections.abc import Mapping

import pytest
from scrapy.http import Response

from crawler.archive.media_store import MediaRequest
from crawler.pipelines.media_verdict import Refused, why_refused
from tests.forum.desktop import message

FORUM = "http://b.example/forum.php?mod=viewthread&tid=7"
PNG = b"\x89PNG\r\n\x1a\n" + b"lantern" * 9
ZIP = b"PK\x03\x04" + b"map" * 9
GUARD = b"<html><head><script>location.reload()</script></head><body></body></html>"
PANEL = "<!DOCTYPE html><html><body><h1>服务已到期</h1><p>请续费</p></body></html>".encode()
LAMP = "http://b.example/data/attachment/forum/202303/lamp.png"
NONE_GIF = "http://b.example/static/image/common/none.gif"
OFFICE = b'<html xmlns:o="urn:schemas-microsoft-com:office:office"><body>prices</body></html>'


def signed(number: int) -> str:
    plain = base64.b64encode(f"{number}|5b10fcc8|1795345743|0|7".encode()).decode()
    return f"http://b.example/forum.php?mod=attachment&aid={plain}"


def verdict(
    body: bytes,
    *,
    name: str | None = "灯笼.png",
    url: str = LAMP,
    status: int = 200,
    led_to: str | None = None,
    is_image: bool = True,
    headers: Mapping[str, str] | None = None,
) -> Refused | None:
    wanted = MediaRequest("attachment:5", url, name, is_image=is_image)
    response = Response(led_to or url, status=status, headers=dict(headers or {}), body=body)
    return why_refused(response, wanted, FORUM)


def of_host(reason: str) -> Refused:
    return Refused(reason, is_of_host=True)  # type: ignore[arg-type]


# -- pictures ----


@pytest.mark.parametrize("kind", ["image/png", "image/jpeg", "text/html", "application/x", ""])
def test_a_picture_is_one_whatever_it_is_called(kind: str) -> None:
    assert verdict(PNG, name="x.html", headers={"Content-Type": kind}) is None


@pytest.mark.parametrize(
    "body, status, refused",
    [
        (GUARD, 200, of_host("challenge")),
        (PANEL, 200, of_host("not_discuz")),
        (b"", 200, of_host("not_discuz")),
        (b"", 204, of_host("not_discuz")),
        (b'{"error": "no"}', 200, of_host("not_discuz")),
        (b"x" * (2 << 20), 200, of_host("not_discuz")),
        (b"no", 403, of_host("blocked")),
        (b"no", 401, of_host("blocked")),
        (PNG, 403, of_host("blocked")),
        (b"busy", 503, of_host("server_error")),
        (b"slowly", 429, of_host("rate_limited")),
        # the host's word about this address, not the forum's
        (b"gone", 404, Refused("not_found")),
        (b"gone", 410, Refused("not_found")),
        (PNG, 404, Refused("not_found")),
    ],
)
def test_what_is_no_picture(body: bytes, status: int, refused: Refused) -> None:
    assert verdict(body, status=status, headers={"Content-Type": "image/jpeg"}) == refused


@pytest.mark.parametrize(
    "led_to, refused",
    [
        (NONE_GIF, Refused("unknown_notice")),
        ("http://b.example/static/image/common/nophoto.gif", Refused("unknown_notice")),
        ("http://b.example/images/common/none.gif", Refused("unknown_notice")),
        ("http://oss.example/forum/202303/lamp.png", None),
        ("http://b.example/data/attachment/forum/202303/other.png", None),
    ],
)
def test_where_a_redirect_leads(led_to: str, refused: Refused | None) -> None:
    assert verdict(PNG, url=signed(5), led_to=led_to) == refused


def test_a_picture_of_the_forum_that_somebody_links_to() -> None:
    assert verdict(PNG, url=NONE_GIF) is None


# -- files ----


@pytest.mark.parametrize(
    "name", ["地图.zip", "map.rar", "map.7z", "a.pdf", "a.doc", "a.mp3", "a.JPEG"]
)
@pytest.mark.parametrize("body", [GUARD, PANEL, b"", b'{"error": "expired"}'])
def test_a_page_is_no_such_file(name: str, body: bytes) -> None:
    """Not even where the headers call it one."""
    sent = {
        "Content-Type": "application/zip",
        "Content-Disposition": f'attachment; filename="{name}"',
    }
    refused = verdict(body, name=name, url=signed(5), is_image=False, headers=sent)
    assert refused is not None
    assert not refused.is_final


@pytest.mark.parametrize("name", ["地图.zip", "map.pdf", "notes.html", None])
def test_a_wrong_name_proves_nothing(name: str | None) -> None:
    for body in (ZIP, b"%PDF-1.7", b"plain words", b"\x00\x01"):
        assert (
            verdict(body, name=name, is_image=False, headers={"Content-Type": "text/html"}) is None
        )


@pytest.mark.parametrize("words", ["流量用尽", "Access denied", "<Error><Code>403</Code></Error>"])
def test_words_without_a_name_are_none_of_discuz(words: str) -> None:
    sent = {"Content-Type": "application/octet-stream"}
    body = words.encode()
    refused = verdict(body, name="地图.zip", url=signed(5), is_image=False, headers=sent)
    assert refused == of_host("not_discuz")
    sent["Content-Disposition"] = "attachment"
    assert verdict(body, name="地图.txt", url=signed(5), is_image=False, headers=sent) is None
    # a server of plain files names none
    url = "http://oss.example/forum/202303/map.zip"
    assert verdict(ZIP, url=signed(5), led_to=url, is_image=False) is None


@pytest.mark.parametrize("is_image", [False, True])
def test_a_part_that_nobody_asked_for(is_image: bool) -> None:
    assert verdict(PNG, status=206, is_image=is_image) == Refused("truncated")


@pytest.mark.parametrize("name", ["notes.html", "NOTES.HTM", "notes.txt", "map.svg"])
def test_a_file_that_may_be_a_page(name: str) -> None:
    sent = {"Content-Disposition": 'attachment; filename="x"'}
    assert verdict(PANEL, name=name, url=signed(5), is_image=False, headers=sent) is None
    # Discuz names what it sends: a page without a name is none of its files
    assert verdict(PANEL, name=name, url=signed(5), is_image=False) == of_host("not_discuz")
    # a server of plain files does not
    url = f"http://oss.example/forum/202303/{name}"
    assert verdict(PANEL, name=name, url=url, is_image=False) is None
    assert verdict(GUARD, name=name, url=url, is_image=False) == of_host("challenge")
    assert verdict(b"", name=name, url=signed(5), is_image=False, headers=sent) == of_host(
        "not_discuz"
    )


@pytest.mark.parametrize("body", [PANEL, b'{"cells": []}'])
@pytest.mark.parametrize("name", ["notes.ipynb", "theme.hta"])
def test_a_file_of_a_kind_that_nobody_knows(body: bytes, name: str) -> None:
    sent = {"Content-Disposition": "attachment"}
    assert verdict(body, name=name, url=signed(5), is_image=False, headers=sent) is None
    url = f"http://oss.example/forum/202303/{name}"
    for answered in (signed(5), url):
        assert verdict(body, name=name, url=answered, is_image=False) == of_host("not_discuz")


def test_a_link_that_names_no_file() -> None:
    sent = {"Content-Disposition": 'attachment; filename="notes.html"'}
    assert verdict(PANEL, name="下载", url=signed(5), is_image=False, headers=sent) is None
    assert verdict(PANEL, name="下载", url=signed(5), is_image=False) is not None


def test_a_document_that_office_wrote_as_a_page() -> None:
    assert verdict(OFFICE, name="prices.xls", is_image=False) is None


# -- what the forum says ----

FOR_MEMBERS = "抱歉，您所在的用户组(游客)无法下载或查看附件"
LOGIN = "您需要登录才可以下载或查看附件"
MISSING = "抱歉，附件文件不存在或无法读入，请与管理员联系"


@pytest.mark.parametrize(
    "said, refused",
    [
        (FOR_MEMBERS, Refused("no_permission", is_final=True)),
        ("对不起，只有特定用户可以下载本站的附件", Refused("no_permission", is_final=True)),
        (LOGIN, Refused("login_required", is_final=True)),
        # Discuz says so of a file that its disk does not give, and of an address that has run out
        (MISSING, Refused("not_found")),
        ("抱歉，该附件无法读取", Refused("unknown_notice")),
        ("附件链接已失效，请返回帖子重新获取", Refused("unknown_notice")),
        ("抱歉，您今天下载附件的次数已达上限", of_host("rate_limited")),
        ("本站点暂时关闭", of_host("site_closed")),
        ("指定的主题不存在或已被删除或正在被审核", Refused("not_found")),
    ],
)
@pytest.mark.parametrize("status", [200, 404])
def test_notices(said: str, status: int, refused: Refused) -> None:
    body = message(said).encode()
    for is_image in (True, False):
        assert verdict(body, url=signed(5), status=status, is_image=is_image) == refused


@pytest.mark.parametrize(
    "led_to",
    [
        signed(6),
        "http://b.example/forum.php?mod=viewthread&tid=7",
        "http://b.example/forum.php?mod=viewthread&tid=7&aid=5",
        "http://b.example/member.php?mod=logging&action=login",
    ],
)
def test_a_notice_behind_a_redirect_speaks_of_elsewhere(led_to: str) -> None:
    for said in (FOR_MEMBERS, "抱歉，指定的主题不存在或已被删除或正在被审核"):
        refused = verdict(message(said).encode(), url=signed(5), led_to=led_to)
        assert refused is not None
        assert not refused.is_final


def test_words_without_the_forums_markup_prove_nothing() -> None:
    page = f"<html><body><div id='messagetext'><p>{FOR_MEMBERS}</p></div></body></html>"
    refused = verdict(page.encode(), url=signed(5), is_image=False, name="a.zip")
    assert refused is not None
    assert not refused.is_final
