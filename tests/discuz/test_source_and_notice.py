from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discuz.post.source_and_notice import split_source_and_notice


@pytest.mark.parametrize(
    ("text", "left", "source", "notice"),
    [
        ("正文\n来源:今日河湾", "正文", "今日河湾", None),
        ("正文\n（文章来源：河湾晚报）", "正文", "河湾晚报", None),
        ("来源：河湾晚报\n正文一\n正文二", "正文一\n正文二", "河湾晚报", None),
        ("正文\n声明\n未经许可，禁止转载", "正文", None, "声明\n未经许可，禁止转载"),
        ("正文\n【免责声明】\n仅供参考", "正文", None, "【免责声明】\n仅供参考"),
        ("正文\n声明：照片归作者所有", "正文", None, "声明：照片归作者所有"),
        ("正文\n未经作者授权，严禁转载", "正文", None, "未经作者授权，严禁转载"),
        ("正文\n来源：晚报\n声明\n勿转", "正文", "晚报", "声明\n勿转"),
        # words that only look so
        # items of lists, and a row of a table
        ("正文\n- 来源：晚报\n- 声明：勿转", "正文", "晚报", "声明：勿转"),
        ("1. 来源：晚报\n2. 正文", "2. 正文", "晚报", None),
        ("正文\n来源：\t晚报", "正文", "晚报", None),
        ("2017年6月1日 来源：示例网 作者：张三\n正文", None, None, None),
        ("他们的力量来源：信念。还有米饭。", None, None, None),
        ("来源：晚报", None, None, None),
        ("声明\n就这一句", None, None, None),
        ("图片来源：网络\n正文", None, None, None),
        ("一\n二\n三\n四\n来源：晚报\n六\n七\n八\n九", None, None, None),
        ("声明\n" + "很长的正文" * 200, None, None, None),
    ],
)
def test_what_goes_and_what_stays(
    text: str, left: str | None, source: str | None, notice: str | None
) -> None:
    split = split_source_and_notice(text)
    assert (split.text, split.source, split.notice) == (left or text, source, notice)


@given(
    st.lists(st.sampled_from(("正文", "", "来源：晚报", "声明", "声明：勿转", "其他")), max_size=9)
)
def test_no_word_is_lost(lines: list[str]) -> None:
    text = "\n".join(lines)
    split = split_source_and_notice(text)
    kept = split.text + (split.source or "") + (split.notice or "")
    assert sorted(kept.replace("来源：", "").replace("\n", "")) == sorted(
        text.replace("来源：", "", 1 if split.source else 0).replace("\n", "").replace("来源：", "")
    )
