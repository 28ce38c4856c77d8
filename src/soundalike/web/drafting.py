"""Writing for requests: few at a time, with a language model and voices that stay loaded between them."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as Late
from contextlib import AbstractContextManager, ExitStack
from typing import Final, Generic, TypeVar

from soundalike.drafts.writer import Writer
from soundalike.errors import SettingsError
from soundalike.service.keeping import learned_of, load_model, renewed
from soundalike.storage import Store, TrainedModelRecord
from soundalike.training.learned import Learned
from soundalike.training.model import TrainedModel
from soundalike.voice.background_file import shipped_background
from soundalike.web.problems import Refused

T = TypeVar("T")

AT_ONCE: Final = 2  # of which a model in this process serves one at a time
_WAITING: Final = 8
_WAITING_TO_BE_JUDGED: Final = 64  # a second each at most
_MOST_SECONDS: Final = 120.0
_KEPT: Final = 8
_KEPT_SECONDS: Final = 600.0  # a voice holds the creator's posts, which may be deleted meanwhile


class Kept(Generic[T]):
    """The things used last, by key, for a while; each is made once, however many ask."""

    def __init__(
        self, most: int = _KEPT, seconds: float = _KEPT_SECONDS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most, self._seconds, self._clock = most, seconds, clock
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, tuple[float, Future[T]]] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The thing of that key; `make` makes it where it is not there."""
        with self._lock:
            self._drop_old()
            found = self._kept.get(key)
            future: Future[T] = found[1] if found else Future()
            if found is None:
                self._kept[key] = (self._clock(), future)
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        if found is None:
            self._make(key, future, make)
        return future.result()

    def clear(self) -> None:
        """Let go of everything."""
        with self._lock:
            self._kept.clear()

    def _drop_old(self) -> None:
        old = [key for key, (at, _) in self._kept.items() if self._clock() - at > self._seconds]
        for key in old:
            del self._kept[key]

    def _make(self, key: Hashable, future: "Future[T]", make: Callable[[], T]) -> None:
        try:
            future.set_result(make())
        except BaseException as error:  # noqa: BLE001 - raised in every thread that waits for it
            with self._lock:
                if self._kept.get(key, (0, None))[1] is future:
                    del self._kept[key]
            future.set_exception(error)


class Bench:
    """Runs long work for requests in threads of its own: a few at a time, some more waiting, the rest refused."""

    def __init__(
        self,
        *,
        at_once: int = AT_ONCE,
        waiting: int = _WAITING,
        seconds: float = _MOST_SECONDS,
        what: str = "written",
    ) -> None:
        self._what = what
        self._pool = ThreadPoolExecutor(at_once, thread_name_prefix="soundalike-bench")
        self._free = at_once + waiting
        self._lock = threading.Lock()
        self._seconds = seconds

    @property
    def has_room(self) -> bool:
        """Whether one more would be taken."""
        return self._free > 0

    def run(self, work: Callable[[], T]) -> T:
        """Do the work, and wait for it.

        Raises:
            Refused: Too many are before it, or it takes too long; what has begun goes on by itself.
        """
        if not self._take_place():
            raise Refused(
                "drafting_busy", f"Too much is being {self._what} already.", hint="Try again in a while."
            )
        future = self._pool.submit(work)
        future.add_done_callback(lambda _: self._give_place_back())
        try:
            return future.result(self._seconds)
        except Late:
            if future.done():  # the work itself ran out of time
                raise
            future.cancel()
            raise Refused(
                "drafting_timeout",
                f"It was not {self._what} within {self._seconds:.0f} seconds.",
                hint="Ask for less at once, or try again when there is less to do.",
            ) from None

    def _take_place(self) -> bool:
        with self._lock:
            found = self.has_room
            self._free -= found
        return found

    def _give_place_back(self) -> None:
        with self._lock:
            self._free += 1

    def close(self) -> None:
        """Begin nothing more, and wait for what runs."""
        self._pool.shutdown(cancel_futures=True)


class Studio:
    """Kept models brought to life: the language model is opened once, at the first wish, and voices stay a while.

    Drafts are written on `bench`; what takes no language model is done by `judging`, and waits for no draft.
    """

    def __init__(
        self,
        store: Store,
        open_writer: Callable[[str], AbstractContextManager[Writer]],
        bench: Bench,
        *,
        spec_for: Callable[[str | None, str | None], str],
    ) -> None:
        self.bench = bench
        self.judging = Bench(waiting=_WAITING_TO_BE_JUDGED, what="judged")
        self._store = store
        self._open_writer = open_writer
        self._opened = ExitStack()
        self._lock = threading.Lock()
        self._spec_for = spec_for
        self._writers: dict[str, Writer] = {}
        self._voices: Kept[TrainedModel] = Kept()
        self._learned: Kept[Learned] = Kept()

    def writer(self, trainer: str | None, base_model: str | None = None) -> Writer:
        """The language model that writes with models of this trainer; with an adapter, the one it was made for.

        Raises:
            Refused: The settings name none.
            WriterError: It cannot be opened.
        """
        spec = self._spec_for(trainer, base_model)
        with self._lock:
            if spec not in self._writers:
                try:
                    self._writers[spec] = self._opened.enter_context(self._open_writer(spec))
                except SettingsError as error:
                    raise Refused("not_configured", error.message, hint=error.hint) from error
            return self._writers[spec]

    def voice(self, record: TrainedModelRecord) -> TrainedModel:
        """The model of a record, ready to write."""
        loaded = self._voices.get((record.id, record.version), lambda: self._load(record))
        return renewed(loaded, record)  # which may have been edited since, by this process or another

    def learned(self, record: TrainedModelRecord) -> Learned:
        """What the model of a record learned, to judge texts by; it opens no language model."""
        return self._learned.get(
            (record.id, record.version),
            lambda: learned_of(record, store=self._store, background=shipped_background()),
        )

    def forget(self) -> None:
        """Let go of all voices: something that they hold was deleted."""
        self._voices.clear()
        self._learned.clear()

    def _load(self, record: TrainedModelRecord) -> TrainedModel:
        writer = self.writer(record.trainer, record.base_model)
        return load_model(record, store=self._store, writer=writer, background=shipped_background())

    def close(self) -> None:
        """Let go of the language model, once nobody writes."""
        self.bench.close()
        self.judging.close()
        with self._lock:
            self._opened.close()
