"""What a browser shows of a page: Chromium without a window, without a network, without scripts.

The page's source is given to the browser as it came, so that its own parser builds the tree. None
of the page's scripts runs and nothing is loaded; what Discuz's style sheets hide is hidden.

`screenshot` makes a picture of a page, to be looked at; the machine needs a font with Chinese signs.
"""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from urllib.parse import unquote

_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
# where the browser is; None where there is none
BROWSER = next(filter(None, map(shutil.which, _NAMES)), None)
_OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # not even a name is looked up
    "--host-resolver-rules=MAP * ~NOTFOUND",
)
# As many pages in one start: each is drawn in a frame of its own, at the same time as the others.
_AT_ONCE = 60
_SECONDS = 120

# What the style sheets of Discuz do to the parts of a cell (common.css, module.css, those for
# phones); a jammer has the colour of the ground, tips are opened by a script. Brackets round the
# reading of a sign are words: they are shown where it cannot stand above the sign.
STYLE = """
.jammer, .tip, .aimg_tip, .none { display: none }
i.pstatus, .modact, .media, .media_container, .media_tips { display: block }
.attach_tips h3 strong { display: block }
.quote blockquote { display: inline-block }
.y, .z, .pcb h2 em { float: left }
rp { display: inline }
"""
# One policy for the page and its frames: styles within the page, and the one script of ours.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'nonce-ours'"
_HEAD = (
    f'<!DOCTYPE html><meta charset="utf-8">'
    f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
)
# The words of each post's cell as they are drawn, by the number of the post: td#postmessage_5 and,
# on pages for phones, div#pid5 div.message. `innerText` leaves out what is not displayed; words
# without a size, wholly transparent ones and those beyond the edges of the page are taken out before.
_READ = """
const drawn = (page, cell) => {
  const texts = page.createTreeWalker(cell, NodeFilter.SHOW_TEXT), unseen = [];
  const range = page.createRange();
  while (texts.nextNode()) {
    const text = texts.currentNode, around = text.parentElement;
    range.selectNode(text);
    const place = range.getBoundingClientRect();
    if (!around.checkVisibility({opacityProperty: true})
        || page.defaultView.getComputedStyle(around).fontSize === "0px"
        || place.width && (place.right < 0 || place.bottom < 0)) unseen.push(text);
  }
  for (const text of unseen) text.data = "";
  return cell.innerText;
};
addEventListener("load", () => {
  const shown = [];
  for (const frame of document.querySelectorAll("iframe")) {
    const page = frame.contentDocument, cells = {};
    const style = page.createElement("style");
    style.textContent = STYLE;
    page.documentElement.append(style);
    for (const cell of page.querySelectorAll("[id^=postmessage_]"))
      cells[cell.id.slice(12)] ??= cell;
    for (const floor of page.querySelectorAll("div[id^=pid]")) {
      const cell = floor.querySelector(".message");
      if (cell) cells[floor.id.slice(3)] ??= cell;
    }
    for (const post in cells) cells[post] = drawn(page, cells[post]);
    shown.push(cells);
  }
  document.body.textContent = "[" + encodeURIComponent(JSON.stringify(shown)) + "]";
});
"""


def shown(pages: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """What a reader sees of the body of each post (`innerText`), by page and number of the post."""
    result: dict[str, dict[str, str]] = {}
    rest = iter(pages.items())
    while part := dict(islice(rest, _AT_ONCE)):
        frames = "".join(
            f'<iframe width="1000" srcdoc="{html.escape(source)}"></iframe>'
            for source in part.values()
        )
        script = _READ.replace("STYLE", json.dumps(STYLE))
        dumped = _run(f'{_HEAD}<body>{frames}<script nonce="ours">{script}</script>', "--dump-dom")
        found = re.search(r"<body>\[([^\]<]*)\]</body>", dumped)
        assert found, dumped[:2000]
        result |= zip(part, json.loads(unquote(found[1])), strict=True)
    return result


def screenshot(source: str, path: Path) -> None:
    """Draw a page without its scripts and outer files, 1,000 points wide, as a PNG file."""
    _run(
        f"{_HEAD}<style>{STYLE}</style>{source}",
        f"--screenshot={path.absolute()}",
        "--window-size=1000,1400",
        "--hide-scrollbars",
    )
    assert path.is_file()


def _run(source: str, *options: str) -> str:
    """Open a page in a new browser with a profile of its own; what it writes."""
    assert BROWSER
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.html"
        page.write_text(source, "utf-8", errors="replace")
        command = [BROWSER, *_OPTIONS, f"--user-data-dir={folder}/profile", *options]
        return subprocess.run(
            [*command, page.as_uri()],
            capture_output=True,
            check=True,
            timeout=_SECONDS,
        ).stdout.decode("utf-8", "replace")
