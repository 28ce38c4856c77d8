import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from soundalike.errors import StorageError
from soundalike.storage.fleet import Fleet
from soundalike.telemetry.lately import Lately
from soundalike.telemetry.metrics import Metrics

FLEET = Fleet(
    jobs={("train", "queued"): 3, ("collect", "running"): 1},
    queue_age_seconds={"train": 42.5},
    workers_alive=2,
    credits_spent=12_300,
    steps={"voice": (4, 8.5)},
)


def read(metrics):
    """All samples: {(name, its labels): value}."""
    families = text_string_to_metric_families(metrics.text().decode())
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in families
        for sample in family.samples
    }


def test_requests_are_counted_and_timed_by_method_route_and_class_of_status():
    """Two answers of one kind are one row; the sum of the seconds is theirs."""
    metrics = Metrics(version="1.2.3")
    metrics.count_request("GET", "/models/{id}", 200, 0.25)
    metrics.count_request("GET", "/models/{id}", 204, 0.5)
    labels = (("method", "GET"), ("route", "/models/{id}"), ("status", "2xx"))
    samples = read(metrics)
    assert samples["soundalike_http_requests_total", *labels] == 2
    assert samples["soundalike_http_request_duration_seconds_sum", *labels] == 0.75


def test_every_name_is_ours_and_the_process_and_the_build_are_told():
    """No name of another program's, so that they can be on one board."""
    metrics = Metrics(version="1.2.3", read_fleet=lambda: FLEET)
    metrics.count_drafts(5)
    metrics.count_stream(1)
    samples = read(metrics)
    assert all(name.startswith("soundalike_") for name, *_ in samples)
    assert not [name for name, *_ in samples if name.endswith("_created")]
    assert samples["soundalike_process_resident_memory_bytes",] > 1e6
    assert [key for key in samples if key[0] == "soundalike_build_info" and ("version", "1.2.3") in key]
    assert (samples["soundalike_drafts_total",], samples["soundalike_event_streams_open",]) == (5, 1)


def test_the_fleet_is_told_as_the_database_says():
    """Jobs, queue, workers, credits, steps."""
    samples = read(Metrics(version="1", read_fleet=lambda: FLEET))
    assert samples["soundalike_jobs", ("kind", "train"), ("status", "queued")] == 3
    assert samples["soundalike_queue_age_seconds", ("kind", "train")] == 42.5
    assert samples["soundalike_workers_alive",] == 2
    assert samples["soundalike_api_credits_spent_total",] == 12_300
    assert samples["soundalike_step_duration_seconds_count", ("step", "voice")] == 4
    assert samples["soundalike_step_duration_seconds_sum", ("step", "voice")] == 8.5
    assert samples["soundalike_fleet_up",] == 1


def test_scraping_does_not_load_the_database():
    """Within 5 s the same figures are told again; after that the database is asked once."""
    asked, now = [], [100.0]
    metrics = Metrics(version="1", read_fleet=lambda: asked.append(1) or FLEET, clock=lambda: now[0])
    for _ in range(50):
        metrics.text()
    assert len(asked) == 1
    now[0] += 5
    assert read(metrics)["soundalike_fleet_age_seconds",] == 0
    assert len(asked) == 2


def test_a_database_that_fails_or_hangs_takes_no_other_figure_with_it():
    """The scrape is answered in time, with what was known last and how old it is."""
    hang, now = threading.Event(), [100.0]
    answers = iter(
        [lambda: FLEET, lambda: (_ for _ in ()).throw(StorageError("gone")), lambda: hang.wait(30)]
    )

    def read_fleet():
        return next(answers)()

    metrics = Metrics(version="1", read_fleet=read_fleet, clock=lambda: now[0], patience_seconds=0.05)
    seen = []
    for _ in range(3):
        samples = read(metrics)
        seen.append((samples["soundalike_fleet_up",], samples["soundalike_workers_alive",]))
        now[0] += 7
    began = time.monotonic()
    assert samples["soundalike_fleet_age_seconds",] == 14
    assert read(metrics)["soundalike_fleet_up",] == 0
    assert time.monotonic() - began < 5
    hang.set()
    assert seen == [(1, 2), (0, 2), (0, 2)]


def test_many_who_ask_at_once_ask_the_source_once():
    """A slow source is under way once, however many wait for it."""
    asked, gate = [], threading.Event()
    lately = Lately(lambda: asked.append(1) or gate.wait(10), patience_seconds=10)
    threads = [threading.Thread(target=lately.get) for _ in range(20)]
    for thread in threads:
        thread.start()
    gate.set()
    for thread in threads:
        thread.join()
    assert len(asked) == 1
    assert lately.get()[0] is True


@given(st.lists(st.tuples(st.text(max_size=9), st.text(max_size=9), st.integers(-5, 999)), max_size=30))
def test_wild_requests_break_no_figure(requests):
    """Whatever comes as method, route or status, the text can be read."""
    metrics = Metrics(version="1")
    for method, route, status in requests:
        metrics.count_request(method, route, status, 0.1)
    counted = [
        value for (name, *_), value in read(metrics).items() if name == "soundalike_http_requests_total"
    ]
    assert sum(counted) == len(requests)


@pytest.mark.parametrize("label", [0, 1])
def test_callers_cannot_make_rows_without_end(label):
    """A thousand methods are one row, ten thousand routes a few hundred."""
    metrics = Metrics(version="1")
    for n in range(2_000):
        words = ["GET", "/"]
        words[label] += str(n)
        metrics.count_request(*words, 200, None)
    rows = [name for name, *_ in read(metrics) if name == "soundalike_http_requests_total"]
    assert len(rows) <= 401
