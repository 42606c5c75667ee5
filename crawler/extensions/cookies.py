"""Cookies of a member, as browsers export them."""

from __future__ import annotations

import tempfile
from http.cookiejar import Cookie, LoadError, MozillaCookieJar
from pathlib import Path

_HEADER = "# Netscape HTTP Cookie File\n"


def read_cookies(path: Path) -> list[Cookie]:
    """The cookies of a Netscape cookies.txt, session cookies and old ones among them.

    Raises `ValueError` with one line that never holds a value.
    """
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"COOKIES_FILE {path}: cannot be read ({type(error).__name__})") from None
    # some exporters leave the line out that Python asks for
    text = "\n".join(line.rstrip() for line in text.splitlines())
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".txt") as copy:
        copy.write(_HEADER + text + "\n")
        copy.flush()
        jar = MozillaCookieJar(copy.name)
        try:
            jar.load(ignore_discard=True, ignore_expires=True)
        except (LoadError, ValueError, AssertionError):
            raise ValueError(f"COOKIES_FILE {path}: not a Netscape cookies.txt") from None
    cookies = list(jar)
    for cookie in cookies:
        # browsers write 0 for those that end with the session
        cookie.expires = cookie.expires or None
    if not cookies:
        raise ValueError(f"COOKIES_FILE {path}: holds no cookie")
    return cookies
