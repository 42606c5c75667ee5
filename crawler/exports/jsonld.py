"""JSON-LD with the terms of schema.org: a thread a line, its replies as `Comment`.

https://schema.org/DiscussionForumPosting; what Google reads of it:
https://developers.google.com/search/docs/appearance/structured-data/discussion-forum
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from crawler.archive import encode, replaced_file
from crawler.exports.threads import by_thread

Record = dict[str, Any]

# The counters of a line, each with the action of schema.org that it counts.
_ACTIONS = {
    "views": "ViewAction",
    "replies": "CommentAction",
    "likes": "LikeAction",
    "favorites": "BookmarkAction",
}


def write_jsonld(records: Iterator[Record], path: Path, _: Path) -> tuple[int, int]:
    """Write one file of JSON lines, a thread each; posts are written one by one."""
    threads = posts = 0
    with replaced_file(path) as file:
        for article, replies in by_thread(records):
            threads += 1
            begun = False
            posting = thread_of(article) if article else None
            for comment in comments_below(article) if article and posting else ():
                file.write(b", " if begun else _with_open_comments(posting or {}))
                file.write(encode(comment).rstrip(b"\n"))
                begun = True
            for reply in replies:
                posting = posting or _without_opening_post(reply)
                file.write(b", " if begun else _with_open_comments(posting))
                file.write(encode(comment_of(reply)).rstrip(b"\n"))
                begun = True
                posts += 1
            posts += article is not None
            file.write(b"]}\n" if begun else encode(posting or {}))
    return threads, posts


def thread_of(article: Record) -> Record:
    """Return an opening post as a `DiscussionForumPosting`, without its replies."""
    board, tags = article.get("board", {}), article.get("tags", [])
    return _without_empty(
        {
            "@context": "https://schema.org",
            "@type": "DiscussionForumPosting",
            **_common(article),
            "headline": article.get("headline"),
            "articleSection": board.get("name"),
            "isPartOf": _without_empty(
                {"@type": "CollectionPage", "name": board.get("name"), "url": board.get("url")}
            )
            if board
            else None,
            "keywords": [*filter(None, [article.get("category")]), *tags],
            "creditText": article.get("source"),
            "copyrightNotice": article.get("notice"),
            "commentCount": article.get("replies"),
        }
    )


def comment_of(post: Record) -> Record:
    """Return a reply as a `Comment`."""
    answered = post.get("in_reply_to")
    thread_url = post.get("url", "").partition("#")[0]
    return _without_empty(
        {
            "@type": "Comment",
            **_common(post),
            "headline": post.get("headline"),
            "position": post.get("position"),
            "parentItem": {"@type": "Comment", "@id": f"{thread_url}#pid{answered}"}
            if answered
            else None,
            "comment": comments_below(post),
        }
    )


def comments_below(post: Record) -> list[Record]:
    """Return the comments below a post (点评, 楼中楼), which have no address of their own."""
    return [
        _without_empty(
            {
                "@type": "Comment",
                "author": _person({"name": said.get("author"), "id": said.get("author_id")}),
                "datePublished": said.get("date"),
                "text": said.get("text"),
            }
        )
        for said in post.get("comments", [])
    ]


def _common(post: Record) -> Record:
    """Return the properties that an opening post and a reply have in common."""
    place = post.get("location")
    return {
        "@id": post.get("url"),
        "url": post.get("url"),
        "identifier": post["item_id"],
        "author": _person(post.get("author")),
        "datePublished": post.get("date_published"),
        "dateModified": post.get("date_modified"),
        "text": post.get("text"),
        "locationCreated": {"@type": "Place", "name": place} if place else None,
        "image": [picture["url"] for picture in post.get("images", [])],
        "video": [{"@type": "VideoObject", "url": url} for url in post.get("media", [])],
        "associatedMedia": [
            _without_empty(
                {"@type": "MediaObject", "name": file.get("name"), "contentUrl": file.get("url")}
            )
            for file in post.get("attachments", [])
        ],
        "citation": [
            _without_empty(
                {
                    "@type": "Comment",
                    "text": quote.get("text"),
                    "author": _person({"name": quote.get("author")}),
                    "datePublished": quote.get("date"),
                }
            )
            for quote in post.get("quotes", [])
        ],
        "interactionStatistic": [
            {
                "@type": "InteractionCounter",
                "interactionType": f"https://schema.org/{action}",
                "userInteractionCount": post[name],
            }
            for name, action in _ACTIONS.items()
            if name in post
        ],
    }


def _person(author: Record | None) -> Record | None:
    if not author or not author.get("name"):
        return None
    return _without_empty(
        {
            "@type": "Person",
            "name": author["name"],
            "url": author.get("url"),
            "identifier": author.get("id"),
        }
    )


def _without_opening_post(reply: Record) -> Record:
    """Return a thread whose opening post was deleted while replies are left."""
    url = reply.get("url", "").partition("#")[0]
    return {
        "@context": "https://schema.org",
        "@type": "DiscussionForumPosting",
        "@id": url,
        "url": url,
    }


def _without_empty(facts: Record) -> Record:
    return {name: value for name, value in facts.items() if value not in (None, [], "")}


def _with_open_comments(posting: Record) -> bytes:
    """Serialise a thread up to the first of its comments."""
    return encode(posting).removesuffix(b"}\n") + b', "comment": ['
