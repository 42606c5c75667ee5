"""What other programs are told at the end of a run."""

from __future__ import annotations

import json
import sys
import time
from html import escape
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from crawler.extensions.metrics import STATS_GAUGES, TALLY_GAUGES
from crawler.extensions.on_failure import run_hook
from crawler.items.reasons import REASONS
from crawler.reporting.exit_status import Outcome
from tests.conftest import ROOT, Forum
from tests.crawl.obstacle_seeds import age
from tests.crawl.test_obstacle_table import large_town
from tests.forum.desktop import message
from tests.forum.obstacles import KINDS, Obstacle
from tests.forum.town import crawl, thread_path, town

GAUGES = (*TALLY_GAUGES, *STATS_GAUGES)
GUIDE = (ROOT / "docs" / "scheduling.md").read_text("utf-8")
# writes its environment to the file that is its argument
TELL = "import json, os, sys; json.dump(dict(os.environ), open(sys.argv[1], 'w'))"


def hook(tmp_path: Path) -> tuple[tuple[str, str], Path]:
    script, told = tmp_path / "tell me.py", tmp_path / "told.json"
    script.write_text(TELL)
    return ("-s", f'ON_FAILURE="{sys.executable}" "{script}" "{told}"'), told


def test_prometheus_gets_the_numbers_of_a_run(forum: Forum, tmp_path: Path) -> None:
    made = town(forum)
    forum.pages[thread_path(12)] = message("抱歉，本帖要求阅读权限高于 20 才能浏览")
    before = time.time()
    run = crawl(forum, tmp_path / "data", "-s", f"METRICS_DIR={tmp_path / 'metrics'}")
    assert run.status == 0, run.stderr
    (file,) = (tmp_path / "metrics").iterdir()
    (site,) = (tmp_path / "data").iterdir()
    assert file.name == f"discuz_archiver_{site.name}.prom"
    found = {
        (sample.name.removeprefix("discuz_archiver_"), sample.labels.get("reason")): sample.value
        for family in text_string_to_metric_families(file.read_text())
        for sample in family.samples
    }
    assert {name for name, _ in found} >= {*GAUGES, "status", "duration_seconds"}
    assert found["status", None] == 0
    assert before <= found["ended_timestamp_seconds", None] <= time.time()
    assert found["articles_new", None] == len(made.talks) - 1
    assert found["requests", None] == sum(forum.asked.values())
    assert {reason for _, reason in found if reason} == set(REASONS)
    assert found["refusals", "no_permission"] == 1


def test_a_failure_is_told_to_a_command(forum: Forum, tmp_path: Path) -> None:
    town(forum)
    setting, told = hook(tmp_path)
    assert crawl(forum, tmp_path / "data", *setting).status == 0
    assert not told.exists()
    evil = "`touch owned`; $(touch owned)"
    forum.pages[thread_path(12)] = f"<html><head><title>{evil}</title></head></html>"
    run = crawl(forum, tmp_path / "data", "-a", "full=yes", *setting)
    assert run.status == 3
    said = json.loads(told.read_text())
    assert said["DISCUZ_STATUS"] == "3"
    assert "not everything could be read" in said["DISCUZ_STATUS_SAID"]
    record = (
        Path(said["DISCUZ_DATA"]) / said["DISCUZ_SITES"] / "runs" / f"{said['DISCUZ_RUN']}.json"
    )
    assert json.loads(record.read_text("utf-8"))["status"] == 3
    assert not list(tmp_path.rglob("owned"))
    assert not (ROOT / "owned").exists()


def test_what_decides_the_status_is_told_everywhere_each_night(
    forum: Forum, tmp_path: Path
) -> None:
    """Until it was met on so many nights that it decides nothing any more."""
    town(forum)
    hooked, told = hook(tmp_path)
    setting = (*hooked, "-s", f"METRICS_DIR={tmp_path / 'metrics'}")
    forum.pages[thread_path(12)] = (500, {}, b"<html>out of order</html>")
    address = f"{forum.root}{thread_path(12)[1:]}"
    ends = []
    for night in range(5):
        told.unlink(missing_ok=True)
        run = crawl(forum, tmp_path / "data", *setting)
        ends.append(run.status)
        (site,) = (tmp_path / "data").iterdir()
        record = json.loads(max(site.glob("runs/*.json")).read_text("utf-8"))
        page = max(site.glob("runs/*.html")).read_text("utf-8")
        metrics = next((tmp_path / "metrics").iterdir()).read_text("utf-8")
        since = record["decisive"]["refusals"][0].get("since") if run.status else None
        if run.status:
            last = run.stderr.splitlines()[-1]
            assert f"{address} (server_error" in last
            assert ("; since 20" in last) is (since is not None) is (night > 0)
            assert json.loads(told.read_text())["DISCUZ_STATUS_SAID"].endswith(last)
            (noted,) = record["decisive"]["refusals"]
            assert (noted["url"], noted["reason"]) == (address, "server_error")
            assert "These leave the run incomplete" in page
            assert (
                f'refusal_since_timestamp_seconds{{reason="server_error",site="{site.name}",url="{address}"}}'
                in metrics
            )
        else:
            assert not told.exists()
            assert "1 address still refused as on the nights before" in run.stderr
            assert record["decisive"]["number"] == 0
            (noted,) = record["unsettled"]["refusals"]
            assert (noted["url"], noted["reason"]) == (address, "server_error")
            assert "Refused for several nights" in page
            assert f'refusals_unsettled{{site="{site.name}"}} 1.0' in metrics
        age(tmp_path / "data")
    assert ends == [3, 3, 3, 0, 0]


def test_what_ends_a_run_early_is_told_everywhere(forum: Forum, tmp_path: Path) -> None:
    large_town(forum)
    Obstacle(forum, KINDS["firewall"])
    run = crawl(forum, tmp_path / "data", "-s", f"METRICS_DIR={tmp_path / 'metrics'}")
    assert run.status == 5
    (site,) = (tmp_path / "data").iterdir()
    (record,) = (json.loads(path.read_text("utf-8")) for path in site.glob("runs/*.json"))
    (noted,) = record["decisive"]["refusals"]
    assert noted["reason"] == "blocked"
    assert f"as {noted['url']}" in run.stderr.splitlines()[-1]
    page = next(site.glob("runs/2*.html")).read_text("utf-8")
    assert escape(noted["url"]) in page
    metrics = next((tmp_path / "metrics").iterdir()).read_text("utf-8")
    assert f'refusal_since_timestamp_seconds{{reason="blocked",site="{site.name}"' in metrics


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("/nowhere/at-all", "No such file"),
        (f"{sys.executable} -c 'raise SystemExit(5)'", "status 5"),
        ('"not closed', "No closing quotation"),
    ],
)
def test_a_command_that_fails_is_only_logged(
    command: str, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    run_hook(command, Outcome(3, ("x\0y",)), ["b.example"], "1", "data")
    assert words in caplog.text


@pytest.mark.parametrize("name", GAUGES)
def test_the_guide_names_each_metric(name: str) -> None:
    assert f"_{name}`" in GUIDE


@pytest.mark.parametrize(
    "name", ["STATUS", "STATUS_SAID", "SITES", "RUN", "DATA"], ids=lambda name: f"DISCUZ_{name}"
)
def test_the_guide_names_what_a_command_gets(name: str) -> None:
    assert f"`DISCUZ_{name}`" in GUIDE
