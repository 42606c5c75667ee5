"""One fault in one scene: the fault, one more run, a third one, and what was broken."""

from __future__ import annotations

import io
import os
import shutil
import signal
import sys
import tempfile
import warnings
from contextlib import redirect_stderr
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.injection import KINDS, Fault, Kind, install
from tests.faults.laws import Lines, archive_breaches, export_of, lines_of
from tests.faults.scenes import SCENES, Scene, site
from tests.forked import server

KILLED = -signal.SIGKILL if hasattr(signal, "SIGKILL") else 137


@dataclass(slots=True)
class Stage:
    """A scene, prepared once: what is there before, and what there is without a fault."""

    scene: Scene
    folder: Path
    calls: list[str] = field(default_factory=list)
    status: int = 0
    before: Lines = field(default_factory=Lines)
    wanted: Lines = field(default_factory=Lines)
    exports: list[dict[str, object] | None] = field(default_factory=list)

    @property
    def template(self) -> Path:
        return self.folder / "template"

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The faults to try. A power cut may spoil an export, which can be made again."""
        return KINDS[:-1] if self.scene.output else KINDS

    def cases(self) -> list[tuple[int, Kind]]:
        """Every call with every fault that means something for it."""
        return [(number, kind) for number in range(1, len(self.calls) + 1) for kind in self.kinds]


def prepare(name: str, folder: Path) -> Stage:
    """Make what a scene begins with, and look at what it does without a fault."""
    stage = Stage(SCENES[name], folder)
    stage.template.mkdir(parents=True)
    quietly(stage.scene.prepare, stage.template)
    clean = folder / "clean"
    shutil.copytree(stage.template, clean)
    before = _output(stage, stage.template)
    stage.status, said = in_child(name, Fault(clean), folder)
    assert stage.status == 0, said
    stage.calls = (folder / "calls").read_text("utf-8").splitlines()
    if stage.scene.output:
        stage.exports = [before, _output(stage, clean)]
        assert before is not None
        assert before != stage.exports[1], "the exports of the two nights are the same"
    if stage.scene.then:
        quietly(stage.scene.then, clean)
    if site(clean).exists():
        stage.wanted = lines_of(site(clean))
    # what the command itself takes out is not missed
    stage.before = lines_of(site(stage.template)) if site(stage.template).exists() else Lines()
    stage.before.raw &= stage.wanted.raw
    shutil.rmtree(clean)
    return stage


def breaches(stage: Stage, number: int, kind: Kind) -> list[str]:
    """Let the ``number``-th call of a scene fail; return what is broken afterwards."""
    with tempfile.TemporaryDirectory(dir=stage.folder) as folder:
        base = Path(folder) / "base"
        shutil.copytree(stage.template, base)
        status, said = in_child(stage.scene.name, Fault(base, number, kind), Path(folder))
        found = _what_was_said(status, said, kind)
        has_failed = status != 0
        if stage.scene.output:
            found += export_breaches(stage, base, has_failed=has_failed, is_killed=status == KILLED)
        status, said = _act(stage, base, Path(folder))
        if status:
            found.append(f"unhealed: the next run ends with {status}: {said.strip()}")
        if stage.scene.output and _output(stage, base) != stage.exports[1]:
            found.append("unhealed: the next export is not the new one")
        if stage.scene.output:
            left = sorted(
                path.name for path in (base / "out").iterdir() if path.name not in _names(stage)
            )
            found += [f"unhealed: {name} is left" for name in left]
        else:
            if stage.scene.then:
                quietly(stage.scene.then, base)
            now = sum(lines_of(site(base)).raw.values())
            if stage.scene.then:
                quietly(stage.scene.then, base)
            else:
                _act(stage, base, Path(folder))
            if sum(lines_of(site(base)).raw.values()) != now:
                found.append("unhealed: the third run has news")
        if site(base).exists():
            found += archive_breaches(site(base), stage.wanted, stage.before)
        found += stage.scene.check(base)
    return found


def _what_was_said(status: int, said: str, kind: Kind) -> list[str]:
    lines = said.strip().splitlines()
    if kind in ("kill", "half", "power"):
        return [] if status in (KILLED, 0) else [f"said: killed, with {status}: {lines[-1:]}"]
    if "Traceback" in said:
        return [f"said: a traceback: {lines[-1]}"]
    if status == 7 and lines and "storage failed" in lines[-1]:
        return []
    return [] if status == 0 else [f"said: status {status}: {lines[-1:]}"]


def export_breaches(
    stage: Stage, base: Path, *, has_failed: bool, is_killed: bool = False
) -> list[str]:
    """What is wrong with an export before the next one.

    No system replaces a folder in one call: a kill between two may leave the old one beside its
    place, under another name, where the next export finds it.
    """
    found = _output(stage, base)
    if found is None and is_killed and stage.scene.is_folder:
        beside = (export_of(path) for path in (base / "out").iterdir())
        found = next((each for each in beside if each in stage.exports), None)
    if found is None:
        return ["export: there is none"]
    if found not in stage.exports:
        return ["export: neither the old one nor the new one"]
    if not has_failed and found != stage.exports[1]:
        return ["export: status 0, and the old one"]
    return []


def _names(stage: Stage) -> set[str]:
    return {path.name for path in (stage.template / "out").iterdir()}


def _output(stage: Stage, base: Path) -> dict[str, object] | None:
    return export_of(base / "out" / stage.scene.output) if stage.scene.output else None


def quietly(act: object, base: Path) -> tuple[int, str]:
    """Run something of a scene in this process; return its status and what it said."""
    said = io.StringIO()
    with redirect_stderr(said):
        status = act(base)  # type: ignore[operator]
    # SQLite's temporary files went to this folder, which is gone soon
    os.environ.pop("SQLITE_TMPDIR", None)
    return status or 0, said.getvalue()


def _act(stage: Stage, base: Path, out: Path) -> tuple[int, str]:
    """Run a scene once more, without a fault."""
    if stage.scene.is_command:
        return in_child(stage.scene.name, Fault(base), out)
    return quietly(stage.scene.act, base)


def in_child(name: str, fault: Fault, out: Path) -> tuple[int, str]:
    running = server().Process(target=_child, args=(name, fault, out))
    running.start()
    running.join(120)
    assert running.exitcode is not None, "the child does not end"
    status = running.exitcode
    running.close()
    return status, (out / "said").read_text("utf-8", "replace")


def _child(name: str, fault: Fault, out: Path) -> None:
    file = os.open(out / "said", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(file, 2)
    sys.stderr = open(2, "w", encoding="utf-8", closefd=False, buffering=1)  # noqa: SIM115
    warnings.resetwarnings()
    warnings.simplefilter("ignore")
    disk = install(fault)
    try:
        status = SCENES[name].act(fault.root)
    except SystemExit as error:
        status = int(error.code or 0)
    if not fault.kind:
        (out / "calls").write_text("".join(f"{each}\n" for each in disk.log), "utf-8")
    sys.stderr.flush()
    sys.exit(status)
