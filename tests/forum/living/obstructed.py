"""Nights of an archive of a living forum behind obstacles: pages as HTML, without a network.

What stands in the way is one of `tests.forum.obstacles`, or a backup: the forum as it was at the end
of the night before, which tells nothing of what it lacks.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache
from random import Random
from urllib.parse import parse_qs, urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest, ResponseDataLossError
from scrapy.http import Response
from scrapy.utils.test import get_crawler
from twisted.python.failure import Failure

from crawler.discuz import urls
from crawler.extensions.ending import ending_of_run
from crawler.frontier import Answer, Budget, Limits, Run, Visit
from crawler.middlewares import LONG_PAUSE, SameSiteRedirectMiddleware, read_retry_after
from crawler.reporting import conclude
from crawler.responses import answer_of, answer_of_failure
from crawler.robots import LedToForbiddenError
from crawler.site_rules import Sites
from tests.conftest import Forum
from tests.forum.living.forum import ListView, LivingForum, ThreadView, View
from tests.forum.living.histories import BACKUP, OWN_WORDS
from tests.forum.living.markup import LivingPages
from tests.forum.living.nights import Archived, Archivist, InTheWay, Night
from tests.forum.living.views import ROOT, view_of
from tests.forum.obstacles import KINDS, Obstacle, Sent

_LONGEST_PAUSE = 600
_SITES = Sites({})
_LARGEST, _RETRIES, _REDIRECTED = 1 << 24, 2, 300


@cache
def _crawler() -> Crawler:
    return get_crawler()


@dataclass(slots=True)
class Obstructed(Archivist):
    """Archives a forum as `Archivist` does, through what is sent over the wire, or in its place."""

    served: Forum = field(init=False)
    pages: LivingPages = field(init=False)
    redirects: SameSiteRedirectMiddleware = field(init=False)
    hidden: set[tuple[int, int]] = field(default_factory=set)
    hidden_threads: set[int] = field(default_factory=set)
    was_whole: bool = False
    backup: LivingForum | None = None

    def __post_init__(self) -> None:
        self.pages = LivingPages(self.forum, ROOT)
        self.served = Forum(ROOT, self.pages)

    def archive(self, night: Night) -> Archived:
        """Let a day pass, and run."""
        self.redirects = SameSiteRedirectMiddleware.from_crawler(_crawler())
        self.hidden, self.hidden_threads = set(), set()
        self.served.answer = lambda path: Forum.answer(self.served, path)  # type: ignore[method-assign]
        obstacle = self._stand(night.obstacle) if night.obstacle else None
        done = Archivist.archive(self, night)
        if obstacle is not None:
            done.stopped = len(obstacle.stopped)
            done.hidden, done.hidden_threads = self.hidden, self.hidden_threads
        self.was_whole |= done.status == 0
        self.backup = deepcopy(self.forum)
        return done

    def _stand(self, standing: InTheWay) -> Obstacle:
        kind, covers = standing.kind, standing.covers
        if kind in OWN_WORDS and not self.was_whole:
            # of lists that nobody has ever read they are true
            covers = "viewthread"

        old = LivingPages(deepcopy(self.backup), ROOT) if self.backup else None

        def sends(random: Random, path: str, forum: Forum) -> Sent:
            if kind == BACKUP:
                # it tells nothing of what it lacks
                return (old or self.pages).get(path)  # type: ignore[no-any-return]
            self._note_hidden(path)
            if kind == "wrong_page":
                return Forum.answer(forum, self._one_page())
            return KINDS[kind](random, path, forum)

        return Obstacle(self.served, sends, standing.seed, standing.after, covers, standing.share)

    def _one_page(self) -> str:
        """The page that a cache sends for all addresses."""
        shown = self.forum.shown_threads()
        return f"/forum.php?mod=viewthread&tid={min(shown)}" if shown else "/forum.php"

    def _note_hidden(self, path: str) -> None:
        """What the page in the place of which something else is sent would show."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(path).query).items()}
        page = int(asked.get("page", "1"))
        if asked.get("mod") == "viewthread":
            view = self.forum.thread_page(int(asked["tid"]), page, is_asked=False)
            if isinstance(view, ThreadView):
                self.hidden |= {(view.tid, post.pid) for post, _ in view.floors}
        elif asked.get("mod") == "forumdisplay":
            listed = self.forum.list_page(int(asked["fid"]), page)
            if isinstance(listed, ListView):
                self.hidden_threads |= {row.tid for row in listed.rows}

    def _limits(self, budget: Budget) -> Limits:
        # as the settings have it
        return Limits(budget, retries=2, blocks=5, failures=6)

    def _conclude(self, run: Run, done: Archived) -> None:
        reason = done.reason or ("finished" if done.is_finished else "shutdown")
        ending = ending_of_run(run, reason, len(done.asked))
        outcome = conclude(ending, "data")
        done.status, done.said = outcome.status, outcome.messages[-1]

    def _answer(self, visit: Visit, view: Callable[[], View]) -> Answer:
        """Ask over the wire, as Scrapy does with the middlewares of the project."""
        first = visit.request_url
        self.pages.view = lambda url: view() if url == first else view_of(self.forum, url)
        request, times = Request(first), 0
        while True:
            try:
                response = self._response(request)
                led = self.redirects.process_response(request, response)
                if isinstance(led, Response):
                    return answer_of(led, self._now(), _SITES, visit.attempt)
                request = led
            except ResponseDataLossError as error:
                times += 1
                if times > _RETRIES or not visit.may_retry:
                    return self._failed(error, request, visit)
            except IgnoreRequest as error:
                return self._failed(error, request, visit)

    def _failed(self, error: Exception, request: Request, visit: Visit) -> Answer:
        failure = Failure(error)
        failure.request = request  # type: ignore[attr-defined]
        return answer_of_failure(failure, self._now(), _LARGEST, visit.attempt)

    def _response(self, request: Request) -> Response:
        if urls.is_login(request.url):
            raise LedToForbiddenError(request.url)
        parts = urlsplit(request.url)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        status, headers, body = self.served.answer(path)
        if int(headers.get("Content-Length", len(body))) != len(body):
            raise ResponseDataLossError
        pause = read_retry_after(headers.get("Retry-After", ""), self._now())
        if pause is not None and pause > _LONGEST_PAUSE and status >= _REDIRECTED:
            request.meta[LONG_PAUSE] = pause
        return Response(request.url, status, headers, body, request=request)
