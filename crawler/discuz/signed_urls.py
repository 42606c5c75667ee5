"""Signed addresses of files, without their signatures.

Storage services sign an address for some hours, so that one file has another address each time.
"""

from __future__ import annotations

import re
from urllib.parse import urldefrag

# Parameters that only signatures have: Amazon S3 and compatible services, Google, Aliyun OSS,
# Tencent COS. The words of the others (Aliyun's CDN, Qiniu, Upyun, Azure) may also tell a script
# what is asked for (get.php?token=…); with them the path has to be that of a file.
_SIGNATURES = frozenset(
    "x-amz-signature awsaccesskeyid x-goog-signature googleaccessid x-oss-signature ossaccesskeyid"
    " q-signature".split()
)
_SIGNATURES_OF_FILES = frozenset("signature sign auth_key token _upt sig".split())
# /2017/a.jpg, not /get.php
_FILE = re.compile(r"/[^/]{1,255}\.(?!php|aspx?|jsp|cgi|do|dll)[a-z0-9]{2,5}$", re.I)
# Expires=1795345743&OSSAccessKeyId=k&Signature=s: what goes with a signature
_SIGNED = re.compile(
    r"signature|sign|auth_key|token|_upt|sig|expires?|e|t|se|sv|sr|sp|st|spr|awsaccesskeyid"
    r"|ossaccesskeyid|googleaccessid|security-token|q-[a-z-]{2,20}|x-amz-[a-z-]{2,30}"
    r"|x-goog-[a-z-]{2,30}|x-oss-(?:signature|credential|date|expires)[a-z-]{0,20}"
)


def stable_url(url: str) -> str:
    """An address without its signature: the same at any hour and for any visitor.

    >>> stable_url("https://oss.example/a.jpg?Expires=1795345743&OSSAccessKeyId=k&Signature=s%3D")
    'https://oss.example/a.jpg'
    >>> stable_url("https://q.example/a.jpg?imageView2/2/w/600&e=1795345743&token=k:s")
    'https://q.example/a.jpg?imageView2/2/w/600'
    >>> stable_url("https://b.example/get.php?token=7&e=1#top")
    'https://b.example/get.php?token=7&e=1'
    """
    url = urldefrag(url)[0]
    path, mark, query = url.partition("?")
    if not mark:
        return url
    parts = query.split("&")
    names = {part.partition("=")[0].lower() for part in parts}
    is_of_file = names & _SIGNATURES_OF_FILES and _FILE.search(path)
    if not (names & _SIGNATURES or is_of_file):
        return url
    kept = [part for part in parts if not _SIGNED.fullmatch(part.partition("=")[0].lower())]
    return f"{path}?{'&'.join(kept)}" if kept else path
