import asyncio
import threading
from itertools import islice
from uuid import UUID, uuid4

import pytest

from soundalike.storage.job_records import Mark, TrainingEvent
from soundalike.web.events import EventStream
from soundalike.web.hub import Hub

POSTS = [
    {"id": str(1849283746152938475 + n), "text": f"Kiln log {n}: fired to {1000 + 7 * n} degrees, held for a night",
     "createdAt": f"2026-{1 + n % 9:02}-{1 + n % 28:02}T{n % 24:02}:00:00Z", "likeCount": 100 + n}
    for n in range(60)
]  # fmt: skip


@pytest.fixture
def training(client):
    """The address of a training that waits."""
    wish = {"creatorUsername": "potter", "tweets": POSTS}
    return client.post("/api/train-ai/start-training", json=wish).json()["statusUrl"]


@pytest.fixture
def publish(work, training):
    """Publish a training's statuses; `publish(3)` the next three."""
    training_id = training.rpartition("/")[2]
    statuses = work.statuses(training_id)

    def next_ones(count=100):
        for status in islice(statuses, count):
            work.publish(UUID(training_id), status)

    return next_ones


def test_every_status_is_sent_as_it_comes_and_the_stream_ends_with_the_last(
    live, training, publish, ada, sse
):
    """Numbered without a gap from the first; the last one sent is the one that training-status tells."""
    worker = threading.Thread(target=publish)
    with sse.open(live.url, f"{training}/events", ada[1]) as answer:
        assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
        first = sse.read(answer, 1)
        worker.start()
        events = first + sse.read(answer)
    worker.join()
    assert [number for number, _, _ in events] == list(range(1, 15))
    assert {name for _, name, _ in events} == {"status"}
    assert (events[0][2]["status"], events[-1][2]["status"]) == ("queued", "completed")


def test_a_client_that_comes_back_misses_nothing(live, training, publish, ada, sse):
    """From the event after the one it saw last, however long it was away."""
    publish(4)
    with sse.open(live.url, f"{training}/events", ada[1]) as answer:
        seen = sse.read(answer, 3)
    publish()
    with sse.open(live.url, f"{training}/events", ada[1] | {"Last-Event-ID": "3"}) as answer:
        rest = sse.read(answer)
    assert [number for number, _, _ in seen + rest] == list(range(1, 15))


def test_a_client_that_has_seen_the_end_is_told_to_stay_away(client, training, publish):
    """204 keeps a browser from asking again for ever."""
    publish()
    answer = client.get(f"{training}/events", headers={"Last-Event-ID": "14"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert client.get(f"{training}/events", headers={"Last-Event-ID": "13"}).text.count("data: ") == 1


@pytest.mark.parametrize("last", ["-1", "x", "99999999999"])
def test_a_number_that_no_event_has_is_refused(client, training, problem, last):
    """Rather than sending everything, or nothing for ever."""
    answer = client.get(f"{training}/events", headers={"Last-Event-ID": last})
    problem(answer, 422, "invalid_request")


def test_a_server_that_goes_down_ends_its_streams_at_once(live, training, ada, sse):
    """Nobody waits for the grace of five seconds because somebody was watching."""
    with sse.open(live.url, f"{training}/events", ada[1]) as answer:
        sse.read(answer, 1)
        stopping = threading.Thread(target=live.stop)
        stopping.start()
        assert sse.read(answer) == []
        stopping.join(3)
        assert not stopping.is_alive()


def test_a_client_that_goes_leaves_nothing_behind(live, training, ada, sse):
    """The server notices, though there was nothing to send."""
    with sse.open(live.url, f"{training}/events", ada[1]) as answer:
        sse.read(answer, 1)
        sse.until(lambda: live.hub.watchers == 1)
    sse.until(lambda: live.hub.watchers == 0)


def test_a_training_that_is_deleted_ends_its_stream(live, training, client, ada, sse):
    """There is nothing more to come."""
    with sse.open(live.url, f"{training}/events", ada[1]) as answer:
        sse.read(answer, 1)
        session = training.rpartition("/")[2]
        assert client.delete(f"/api/train-ai/sessions/{session}").status_code == 204
        assert sse.read(answer) == []


class Books:
    """Trainings in memory, and how often they were asked for."""

    def __init__(self):
        self.events, self.asked = {}, 0

    def marks(self, ids):
        """All at once, as the store does it."""
        self.asked += 1
        return {each: Mark("running", len(self.events[each])) for each in ids if each in self.events}

    def read(self, training_id):
        """A reader of one training's events."""
        return lambda after: self.events[training_id][after:]

    def add(self, training_id, status="running"):
        """One more event."""
        events = self.events.setdefault(training_id, [])
        events.append(TrainingEvent(len(events) + 1, {"status": status}))


def test_five_hundred_streams_cost_one_query_a_turn():
    """However many watch however many trainings, one question is asked for all of them."""
    books, ids = Books(), [uuid4() for _ in range(100)]
    for training_id in ids:
        books.add(training_id)

    async def watch_all():
        hub = Hub(books.marks, poll_seconds=0.05)
        got, begun = [0] * 500, asyncio.Event()

        async def follow(number):
            training_id = ids[number % len(ids)]
            async for chunk in EventStream(hub, training_id, books.read(training_id)).chunks():
                got[number] += chunk.count(b"data: ")
                if min(got) == 1:
                    begun.set()

        tasks = [asyncio.create_task(follow(number)) for number in range(500)]
        await begun.wait()
        began, asked = asyncio.get_running_loop().time(), books.asked
        for training_id in ids:
            books.add(training_id, "completed")
        await asyncio.gather(*tasks)
        turns = (asyncio.get_running_loop().time() - began) / 0.05
        await hub.ended()
        assert got == [2] * 500
        assert books.asked - asked <= turns + 2

    asyncio.run(watch_all())


def test_what_is_the_same_for_all_who_watch_is_read_once():
    """A hundred pages that watch a training are told all its news, each of which is read once."""
    books, training_id, read = Books(), uuid4(), []
    books.add(training_id)

    def reader(after):
        assert after == 0
        read.append(len(books.events[training_id]))
        return books.events[training_id][-1:]

    async def watch_all():
        hub, told = Hub(books.marks, poll_seconds=0.02), asyncio.Semaphore(0)

        async def follow():
            async for chunk in EventStream(hub, training_id, reader, shared="page").chunks():
                if b"data: " in chunk:
                    told.release()

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(follow()) for _ in range(100)]
            for status in ("running", "completed"):
                for _ in tasks:
                    await told.acquire()
                books.add(training_id, status)
        await hub.ended()

    asyncio.run(watch_all())
    assert set(read) == {1, 2, 3}
    assert len(read) <= 4  # once more where somebody came before the hub had looked


def test_a_quiet_stream_is_kept_open_and_lives_only_so_long():
    """Comments keep proxies from closing it; after its time it ends, and the client comes back."""
    books, training_id = Books(), uuid4()
    books.add(training_id)

    async def listen():
        hub = Hub(books.marks, poll_seconds=0.02)
        stream = EventStream(
            hub, training_id, books.read(training_id), keep_alive_seconds=0.05, longest_seconds=0.3
        )
        chunks = [chunk async for chunk in stream.chunks()]
        await hub.ended()
        return chunks

    chunks = asyncio.run(listen())
    assert chunks[0] == b"retry: 2000\n\n"
    assert chunks.count(b": waiting\n\n") >= 3


def test_a_database_that_is_away_for_a_while_ends_no_stream():
    """Whoever watches goes on once it is back."""
    books, training_id, failures = Books(), uuid4(), iter([True, True])
    books.add(training_id)

    def marks(ids):
        if next(failures, False):
            raise OSError
        return books.marks(ids)

    async def listen():
        hub = Hub(marks, poll_seconds=0.01)
        chunks = EventStream(hub, training_id, books.read(training_id)).chunks()
        assert (await anext(chunks)).startswith(b"retry")
        assert b'"running"' in await anext(chunks)
        books.add(training_id, "completed")
        last = [chunk async for chunk in chunks][-1]
        await hub.ended()
        return last

    assert b'"completed"' in asyncio.run(listen())
