"""The load generator and the paced endpoint as the programs that they are, with one in the place of the other parts."""

import os
from collections.abc import Iterator

import pytest

from portal.bench.errors import BenchFailed
from portal.bench.lab import Lab, running_endpoint
from portal.bench.load.generator import running_generator
from portal.bench.load.job import Requests, Step, Streams
from portal.bench.load.streams import Stream, summary
from portal.bench.options import BenchOptions
from portal.bench.ours import Platform
from portal.bench.paced_endpoint import token
from portal.bench.progress import Progress
from portal.bench.scenarios import plain, streams

SHORT = BenchOptions(rounds=1, seconds=0.1, together=0.1, tokens=25, knee_trials=2)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Portal and gateway are the endpoint itself, which answers at every path."""
    folder = tmp_path_factory.mktemp("lab")
    with running_endpoint(folder) as (url, endpoint), running_generator(folder / "load.log") as load:
        root = url.removesuffix("/v1")
        parts = dict.fromkeys(("portal", "gateway", "endpoint"), endpoint)
        pids = {**parts, "load": load.pid, "postgres": os.getpid(), "redis": os.getpid()}
        platform = Platform(
            page_seconds=0,
            chat_seconds=0,
            key="sk-any",
            session="any",
            portal_url=root,
            gateway_url=root,
            database_url="",
            admin_key="",
            pids=pids,
        )
        yield Lab(platform, None, url, load, pids)


def test_plain_requests_have_all_their_figures(lab: Lab):
    report = plain.measure(lab, SHORT, Progress())

    assert list(report.figures) == ["ours", "door", "endpoint"]
    for figures in report.figures.values():
        assert 0 < figures["median_ms"] <= figures["p95_ms"]
        assert figures["per_second"] > 0
        assert figures["hits"] == 0
        assert {line.figure for line in report.lines} <= set(figures)


def test_streams_arrive_whole_at_the_pace_of_the_endpoint(lab: Lab):
    found = streams.attempt(lab, lab.targets[0], 6, tokens=25)

    assert found.is_whole
    assert len(found.ttft_ms) >= 5
    # A role, a delta per token, an end.
    assert set(found.events) == {27}
    assert all(one > 0.9 for one in found.stretch)


def test_the_knee_of_each_gateway_is_looked_for(lab: Lab):
    report = streams.measure(lab, SHORT, Progress())

    assert list(report.figures) == ["ours", "door"]
    for figures in report.figures.values():
        assert figures["few_events"] == 27
        assert {"knee", "per_core"} <= set(figures)


def test_so_many_requests_are_sent_whatever_the_time(lab: Lab):
    step = Step(url=lab.targets[0].url, body={"messages": []})

    assert len(lab.run(Requests(steps=[step], at_once=2, seconds=0, least_each=3)).result["ms"]) == 6
    assert len(lab.run(Requests(steps=[step], seconds=60, most_each=4)).result["ms"]) == 4


def test_a_refused_request_ends_the_run_and_is_told(lab: Lab):
    step = Step(url=f"http://127.0.0.1:{1}/nothing", body={})

    with pytest.raises(BenchFailed, match="not answered as it should be"):
        lab.run(Requests(steps=[step], seconds=1))


JOB = Streams(url="", headers={}, model="", streams=2, tokens=100, rate=50.0)


def stream(begun: float, tokens: int, *, first: float, last: float, **fields: object) -> Stream:
    made = Stream(begun)
    made.first, made.last = first, last
    made.texts = [token(number) for number in range(tokens)]
    for name, value in fields.items():
        setattr(made, name, value)
    return made


def summed(*heard: Stream, end: float = 14.0) -> dict:
    return summary(list(heard), JOB, measured_from=12.0, end=end)


def test_a_stream_at_the_pace_of_the_endpoint_has_a_stretch_of_one():
    ended = stream(11.0, 100, first=11.02, last=13.0, has_ended=True)

    assert summed(ended)["stretch"] == pytest.approx([1.0])
    assert summed(ended)["intact"]


def test_a_stream_that_fell_silent_is_stretched_until_now():
    silent = stream(11.0, 51, first=11.0, last=12.0)

    assert summed(silent)["stretch"] == pytest.approx([3.0])


def test_without_a_first_text_the_wait_until_now_counts():
    assert summed(Stream(12.5))["ttft_ms"] == pytest.approx([1500])


def test_streams_from_before_are_not_those_whose_first_text_is_measured():
    assert summed(stream(11.0, 100, first=11.5, last=13.0, has_ended=True))["ttft_ms"] == []


def test_lost_text_is_noticed_within_a_stream_and_at_its_end():
    missing = stream(11.0, 99, first=11.0, last=13.0, has_ended=True)
    wrong = stream(12.0, 0, first=12.1, last=12.2)
    wrong.texts = [token(1)]

    assert not summed(missing)["intact"]
    assert not summed(wrong)["intact"]


def test_a_failed_stream_is_counted_and_says_why():
    failed = stream(12.0, 10, first=12.1, last=12.2, has_ended=True, failure="cut")

    assert (summed(failed)["failed"], summed(failed)["failure"]) == (1, "cut")


def test_text_is_put_together_from_events_that_are_cut_anywhere():
    sent = b"".join(b'data: {"choices":[{"index":0,"delta":{"content":"%s"}}]}\n\n' % bytes([c]) for c in b"abc d")
    heard = Stream(0.0)
    for number in range(0, len(sent), 7):
        heard.hear(sent[number : number + 7])

    assert "".join(heard.texts) == "abc d"
    assert heard.events == 5
