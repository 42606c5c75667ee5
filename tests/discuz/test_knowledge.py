"""An id or a class of Discuz stands in one module of `crawler.discuz`.

Looked for in the string constants of the code (docstrings apart), as whole words: `"postnum"`,
`'id="postmessage_'`, `r"(post_|pid)(\\d+)"`. Names that are also plain words (by, num, y) cannot be
told from others and are not in the list.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path

import pytest

from tests.conftest import ROOT

CORE = ROOT / "crawler" / "discuz"
# ids and classes of the templates of X2 to X3.5, desktop and touch, and of their skins
NAMES = """
    post_ pid postmessage_ postnum authorposton favatar userinfo _postposition postlistreply post_new
    t_f authi pi pls pil tns pcb pcbs pattl tattl ptg modact threadstamp locked pstatus jammer
    blockcode showhide ratelog_ comment_ commentdetail_ replyadd recommendv_add favoritenumber
    typeoption pdbts pl_top mobile-location hm thread_subject nvhm pt pg nxt wp ft f_pst
    threadlisttableid normalthread_ stickthread_ waterfall subforum_ messagetext messagelogin
    xst threadlist thlist micon subname_list view_tit mtime rela mtit img_list img_one message
    tit_author ph_r_con dm-eye dm-chat po hin fastre attach_nopermission attach_tips guestviewthumb
    relatedlink aimg_ attach_ imglist show_threadpage show_threadindex pinf pcht rsld rusld rwdbst
    trdb act psti viewpay
""".split()


def told_in(path: Path) -> set[str]:
    """The names that stand in the string constants of a module."""
    tree = ast.parse(path.read_text("utf-8"))
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    text = "\n".join(
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in docstrings
    )
    return {name for name in NAMES if re.search(rf"(?<![\w-]){name}(?![a-zA-Z-])", text)}


def where() -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for path in CORE.rglob("*.py"):
        for name in told_in(path):
            found[name].add(path.relative_to(CORE).as_posix())
    return found


WHERE = where()


# -- exceptions ---------------------------------------------------------------------------------

ELSEWHERE = {
    # the number of a post in addresses: ?pid=5003, #pid5003
    "pid": {"urls.py", "readers/comments.py", "readers/unknown_skin/heads.py"},
    # drawn into a body by a post that left a table open
    "modact": {"post/noise.py"},
}


@pytest.mark.parametrize("name", NAMES)
def test_an_id_or_a_class_stands_in_one_module(name: str) -> None:
    homes = WHERE[name] - ELSEWHERE.get(name, set())
    assert homes, f"{name} stands nowhere: it leaves the list, or its reader was lost"
    assert len(homes) == 1, (
        f"{name} stands in {sorted(homes)}: keep it where it is read, or, if several modules need"
        " it, in page/ids_and_classes.py"
    )


@pytest.mark.parametrize("name", ELSEWHERE)
def test_each_exception_is_one(name: str) -> None:
    assert ELSEWHERE[name] <= WHERE[name], "no exception is needed any more"
