"""The walk over a cell: every element once, in document order, without recursion.

Posts nest a thousand deep, and this is the hottest loop of the program. What an element means is
not known here: `run` asks a function for it (`crawler.discuz.post.markup.enter`), which writes
words and blocks by the methods of `Walk`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from crawler.discuz import urls
from crawler.discuz.blocks import MARKS, PLAIN, Block, Mark, Media, Quotation, Style
from crawler.discuz.elements import all_text
from crawler.discuz.facts import Access, Attachment, Image, Link, Moment, Quote, Run
from crawler.discuz.post.boxes import Box, visible
from crawler.discuz.post.flow import Closed, Edge, Object, blocks_of, words_in
from crawler.discuz.post.frames import Container, FoundBefore, Frame, close_frame
from crawler.discuz.post.media import has_tag, without_tagged_media
from crawler.discuz.post.render_text import HTML_SPACES, SPACES

if TYPE_CHECKING:
    from lxml.etree import _Element

    from crawler.discuz.context import Context

_LINE = Edge("line")
# Nobody reads quotes in quotes deeper than this; a container further in is read as plain words.
_DEEPEST = 32

Leave = Callable[["Walk", "_Element"], None]
# what is to be done at an element's end, or which box it is whose words went elsewhere
Entered = Leave | Box | None
Enter = Callable[["Walk", "_Element"], Entered]


def skip(_: Walk, __: _Element) -> None:
    """What `Enter` returns for an element without words: nothing below it is visited."""


@dataclass(slots=True)
class Found:
    """What a body holds beside its words, in document order; the fields are those of `Body`."""

    quotes: list[Quote] = field(default_factory=list)
    images: list[Image] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    media: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    edited_by: str | None = None
    edited_at: Moment | None = None
    access: Access = "visible"
    attachments_withheld: int = 0

    def state(self) -> FoundBefore:
        """What was found so far, for `forget_since`."""
        return FoundBefore(
            len(self.quotes),
            len(self.links),
            len(self.images),
            len(self.media),
            len(self.notices),
            self.access,
            self.attachments_withheld,
        )

    def forget_since(self, before: FoundBefore) -> None:
        """Drop what a quote links to, shows and withholds: that is the other post's.

        Files stay: Discuz shows a post none but its own (`parseattach`).
        """
        del self.links[before.links :], self.images[before.images :], self.media[before.media :]
        del self.notices[before.notices :]
        self.access, self.attachments_withheld = before.access, before.attachments_withheld


class Span(NamedTuple):
    """Where an open link or bold part began: its frame, and how much stood before it.

    ``link`` is the address that a link leads to.
    """

    frame: Frame
    parts: int
    links: int
    runs: int
    link: str | None


class Walk:
    """One walk over a cell: a stack of frames, and what was found beside the words."""

    __slots__ = (
        "_runs",
        "_spans",
        "_styles",
        "context",
        "empty_boxes",
        "found",
        "frames",
        "is_mobile",
        "moved_signs",
        "spoilers",
        "style",
    )

    def __init__(self, context: Context) -> None:
        self.context = context
        self.is_mobile = context.is_mobile
        self.frames = [Frame()]
        self.found = Found()
        # how many spoilers are open: what they hide is shown
        self.spoilers = 0
        # which kinds of boxes are open in which nothing of the forum's was found
        self.empty_boxes: set[str] = set()
        # how words are set now, and what was around that
        self.style = PLAIN
        self._styles: list[Style] = []
        self._spans: list[Span] = []
        # so many visible signs went to fields or are noise of a plausible size
        self.moved_signs = 0
        # the words in reading order with the frames they stand in, where somebody asks for them
        self._runs: list[tuple[str | Box, tuple[Frame, ...], str]] = []

    @property
    def frame(self) -> Frame:
        """The innermost container that is open."""
        return self.frames[-1]

    def run(self, cell: _Element, enter: Enter) -> tuple[Block, ...]:
        """Visit every element below ``cell`` once; the blocks of the body.

        ``enter`` begins an element. It returns what has to be done at its end, if anything, or
        where the elements below it are not to be visited its `Box`, or `skip` if it has no words.
        """
        self.add(cell.text)
        stack: list[tuple[_Element, Iterator[_Element], Leave | None]] = [(cell, iter(cell), None)]
        while stack:
            element, children, leave = stack[-1]
            for child in children:
                entered = enter(self, child)
                if entered is skip:
                    self.add(child.tail)
                    continue
                if isinstance(entered, Box):
                    self._pass_over(child, entered)
                    self.add(child.tail)
                    continue
                self.add(child.text)
                stack.append((child, iter(child), entered))
                break
            else:
                stack.pop()
                if leave is not None:
                    leave(self, element)
                if stack:
                    self.add(element.tail)
        while len(self.frames) > 1:
            self.close()
        return blocks_of(self.frames[0].flow)

    # -- words -------------------------------------------------------------------------------------

    def add(self, words: str | None) -> None:
        """Add words as HTML shows them: white space is one space, none at the start of a line."""
        if not words:
            return
        if self.is_mobile and has_tag(words):
            all_words = words
            words, addresses = without_tagged_media(words)
            self.moved_signs += visible(all_words) - visible(words)
            for address in addresses:
                self.add_media(address)
        frame = self.frames[-1]
        if frame.white_space != "normal":
            words = words.replace("\r", "")
            if frame.white_space == "pre":
                words = words.replace(" ", "\xa0")
            else:
                words = SPACES.sub(" ", words)
            frame.at_line_start = words.endswith("\n")
        else:
            words = HTML_SPACES.sub(" ", words)
            if frame.at_line_start:
                words = words.lstrip(" ")
                if not words:
                    return
                frame.at_line_start = False
            if frame.kind == "code":
                words = words.replace(" ", "\xa0")
        if frame.style is not self.style:
            frame.flow.append(self.style)
            frame.style = self.style
        frame.flow.append(words)
        if self.context.is_explained:
            self._runs.append(("text", tuple(self.frames), words))

    def _pass_over(self, element: _Element, box: Box) -> None:
        """Count the words of a box that is not read; as many as it can hold at most."""
        words = all_text(element)
        if words:
            self.moved_signs += min(visible(words), box.longest)
            if self.context.is_explained:
                self._runs.append((box, (), words))

    def moved(self, field: str, words: str, span: Span) -> None:
        """Note that the words of a span leave the text for a field."""
        self.moved_signs += visible(words)
        self._runs[span.runs :] = [(field, (), run[2]) for run in self._runs[span.runs :]]

    def runs(self) -> tuple[Run, ...]:
        """The words of the body in reading order, and where each went; none if nobody asked."""
        return tuple(
            Run(place.name, words, is_noise=place.is_noise)
            if isinstance(place, Box)
            else Run("quotes" if any(frame.is_quote for frame in frames) else place, words)
            for place, frames, words in self._runs
        )

    def new_line(self) -> None:
        """Break the line, as `<br>` does."""
        frame = self.frames[-1]
        frame.flow.append("\n")
        frame.at_line_start, frame.has_objects_in_line = True, False
        self._explain_break("\n")

    def _explain_break(self, white_space: str) -> None:
        """Note that words in different containers or cells do not stand side by side."""
        if self.context.is_explained:
            self._runs.append(("text", tuple(self.frames), white_space))

    def own_line(self) -> None:
        """Start a new line at the edge of a block, unless the current line is empty."""
        frame = self.frames[-1]
        if not frame.at_line_start:
            self.new_line()
        elif frame.has_objects_in_line:
            frame.flow.append(_LINE)
            frame.has_objects_in_line = False

    def is_empty(self) -> bool:
        """Whether nothing of the body was read yet."""
        return len(self.frames) == 1 and self.frames[0].is_empty()

    def begin_span(self, link: str | None = None) -> None:
        """Begin a span, until `end_span`: what is read from here on is wanted as one."""
        frame, links, runs = self.frames[-1], len(self.found.links), len(self._runs)
        self._spans.append(Span(frame, len(frame.flow), links, runs, link))

    def end_span(self) -> Span:
        """End the span that was begun last."""
        return self._spans.pop()

    def begin_style(self, mark: Mark | None = None, link: str | None = None) -> None:
        """Set the words that follow in another style as well, until `end_style`."""
        style = self.style
        self._styles.append(style)
        if mark is not None and mark not in style.marks:
            marks = (*style.marks, mark)
            style = style._replace(marks=tuple(each for each in MARKS if each in marks))
        self.style = style._replace(link=link) if link else style

    def end_style(self) -> None:
        """Set words as before the last `begin_style`."""
        self.style = self._styles.pop()

    # -- blocks ------------------------------------------------------------------------------------

    def put(self, part: Object) -> None:
        """Add a picture, a smiley or a file in its line."""
        frame = self.frames[-1]
        if frame.style is not self.style:
            frame.flow.append(self.style)
            frame.style = self.style
        frame.put(part)
        frame.has_objects_in_line = True

    def put_block(self, block: Block) -> None:
        """Add a block that holds no others, on a line of its own."""
        self.own_line()
        self.frames[-1].put(Closed((block,), None))

    def put_edge(self, edge: Edge) -> None:
        """Begin a row, a cell or an item, if a table or a list is open."""
        frame = self.frames[-1]
        if frame.kind == ("list" if edge.kind == "item" else "table"):
            frame.put(edge)
            self._explain_break("\t" if edge.kind == "cell" else "\n")

    def add_media(self, address: str | None) -> None:
        """Add a video or sound at its place."""
        url = urls.resolve(self.context.base, address)
        if url and url.startswith("http"):
            self.found.media.append(url)
            self.put(Media(url))

    def open(self, kind: Container) -> Frame | None:
        """Open a container on a line of its own; `None` if the containers are too deep for it."""
        self.own_line()
        if len(self.frames) >= _DEEPEST:
            return None
        # as every style, that of white space counts for what stands within
        white_space = self.frames[-1].white_space
        frame = Frame(kind, before=self.found.state(), white_space=white_space)
        self.frames.append(frame)
        return frame

    def close(self) -> None:
        """Close the innermost container: it becomes blocks of the one around it."""
        frame = self.frames.pop()
        outer = self.frames[-1]
        signs = visible(words_in(frame.flow)) + frame.signs
        if frame.kind is not None:
            closed = close_frame(frame, frame.kind, self.context)
            for block in closed.blocks:
                if isinstance(block, Quotation):
                    frame.is_quote = True
                    self.found.forget_since(frame.before)
                    # quotes within it are closed before it, and stand behind it
                    self.found.quotes.insert(frame.before.quotes, block.quote)
            outer.put(closed)
        outer.signs += signs
        outer.at_line_start, outer.has_objects_in_line = True, False
        self._explain_break("\n")
