"""Addresses of videos and sounds that stand in scripts and in unread tags."""

from __future__ import annotations

import re
from urllib.parse import unquote

# AC_FL_RunContent('width', '500', …, 'src', encodeURI('http://v.example/x.swf'), …)
_FLASH = re.compile(r"""'src'\s?,\s?(?:encodeURI\()?'([^']{1,2000})'""")
# …&soundFile=http%3A%2F%2Fm.example%2Fa.mp3'
_SOUND = re.compile(r"soundFile=([^'&]{1,2000})")
# detectPlayer("mp4_vY6", "mp4", "https://v.example/x.mp4", "500", "375")
_PLAYER = re.compile(
    r"""detectPlayer\(\s?["'][^"']{1,99}["']\s?,\s?["'][^"']{1,99}["']\s?,\s?["']([^"']{1,2000})"""
)
# [media=swf,500,375]http://v.example/v.swf[/media]
_TAGGED = re.compile(
    r"\[(media|audio|video|flash)(?:=[^\[\]]{0,60})?\](https?://[^\[\]\s]{1,2000})\[/\1\]"
)


def addresses_in_script(code: str) -> list[str]:
    """The media that a script of Discuz's plays, as they stand there.

    A sound is played by a Flash player whose own address is no medium of the post.

    >>> addresses_in_script("AC_FL_RunContent('src', 'p.swf?soundFile=http%3A%2F%2Fm%2Fa.mp3')")
    ['http://m/a.mp3']
    """
    sounds = [unquote(address) for address in _SOUND.findall(code)]
    return [*(sounds or _FLASH.findall(code)), *_PLAYER.findall(code)]


def has_tag(words: str) -> bool:
    """Whether there may be a media tag in some words: a cheap test before the regex."""
    return "[/" in words


def without_tagged_media(words: str) -> tuple[str, list[str]]:
    """Words without media tags, and the addresses in these.

    The templates for phones of X2 and X3 leave such tags as they were written.

    >>> without_tagged_media("看[audio]http://m.example/a.mp3[/audio]完")
    ('看完', ['http://m.example/a.mp3'])
    """
    addresses = [found[2] for found in _TAGGED.finditer(words)]
    return (_TAGGED.sub("", words) if addresses else words), addresses
