"""The pages of `fixtures/`: invented words in Discuz!'s templates."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.forum.desktop import HOST, Floor

SEEN = "2023-03-15T12:00:30+00:00"
PLAIN = f"{HOST}forum.php?mod=viewthread&tid=4711"


@dataclass
class Fixture:
    kind: str
    name: str
    page: str | bytes
    url: str = PLAIN
    seen_at: str = SEEN
    headers: dict[str, str] = field(
        default_factory=lambda: {"Content-Type": "text/html; charset=utf-8"}
    )
    status: int = 200

    @property
    def body(self) -> bytes:
        return self.page if isinstance(self.page, bytes) else self.page.encode()

    @property
    def meta(self) -> dict[str, Any]:
        return {
            "url": self.url,
            "seen_at": self.seen_at,
            "headers": self.headers,
            "status": self.status,
        }


def first(pid: int, body: str | None, **more: Any) -> Floor:
    more.setdefault("author", "石桥卖花人")
    more.setdefault("uid", 7)
    return Floor(pid, body, label=more.pop("label", "楼主"), first=True, **more)


def replies(start: int, *bodies: str, label: int = 2) -> list[Floor]:
    names = ("柳岸闻莺", "半壶老酒", "Tinker_Bell", "三水先生", "阿O'正")
    unnamed = {2: "沙发", 3: "板凳", 4: "地板"}
    return [
        Floor(
            start + index,
            body,
            author=names[index % 5],
            uid=21 + index % 5,
            date=f"2023-3-14 {10 + index // 6}:{10 * (index % 6):02}:0{index % 10}",
            label=unnamed.get(label + index, f"<em>{label + index}</em><sup>#</sup>"),
        )
        for index, body in enumerate(bodies)
    ]
