"""Reads stretches page by page, in a row or side by side; every page is kept before the next is asked for."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event, Lock

from soundalike.errors import BudgetExceeded, SoundalikeError
from soundalike.posts.api.books import Books
from soundalike.posts.api.harvest import PageReport
from soundalike.posts.api.planning import read_share
from soundalike.posts.api.sending import Sender
from soundalike.posts.api.stretches import StopReason, Stretch, after_page, call_for, own_posts
from soundalike.posts.post import Creator, Post, Window


class Reading:
    """One reading of what a plan left to read; `failure` is the first error met, after which nothing more is asked.

    Reads up to `at_once` stretches side by side; one after the other where it is to stop at `most_posts` of the window,
    read now. The last page is kept whole.
    """

    def __init__(
        self,
        sender: Sender,
        books: Books,
        creator: Creator,
        window: Window,
        *,
        on_page: Callable[[PageReport], None],
        most_posts: int | None = None,
        at_once: int = 1,
    ) -> None:
        self._sender, self._books, self._creator, self._window = sender, books, creator, window
        self._on_page, self._most_posts = on_page, most_posts
        self._at_once = at_once if most_posts is None else 1
        self._collected = 0
        self._known = {stretch.key: stretch for stretch in books.stretches(creator.username)}
        self._lock = Lock()
        self._stopped = Event()
        self.failure: SoundalikeError | None = None

    def run(self, todo: Sequence[Stretch]) -> list[Stretch]:
        """Read all of `todo`, so many stretches at once as were allowed."""
        threads = min(len(todo), self._at_once)
        if threads <= 1:
            return [self._read(stretch) for stretch in todo]
        with ThreadPoolExecutor(threads, thread_name_prefix="reading") as pool:
            reads = [pool.submit(self._read, stretch) for stretch in todo]
            try:
                return [read.result() for read in reads]
            except BaseException:
                self._stopped.set()
                raise

    def _read(self, stretch: Stretch) -> Stretch:
        try:
            while stretch.stop is None and not self._stopped.is_set():
                if self._most_posts is not None and self._collected >= self._most_posts:
                    return replace(stretch, stop=StopReason.SAMPLE)
                stretch = self._read_page(stretch)
        except SoundalikeError as error:
            self._stopped.set()
            self.failure = self.failure or error
            over = isinstance(error, BudgetExceeded)
            return replace(stretch, stop=StopReason.BUDGET if over else StopReason.INTERRUPTED)
        return stretch if stretch.stop else replace(stretch, stop=StopReason.INTERRUPTED)

    def _read_page(self, stretch: Stretch) -> Stretch:
        call = call_for(stretch, self._creator)
        answer = self._sender.ask(call)
        page = answer.value
        posts = own_posts(page, self._creator)
        kept = self._books.keep(answer.entry, page.credits, posts, after_page(stretch, page, self._creator))
        self._report(posts, kept)
        return kept

    def _report(self, posts: Sequence[Post], stretch: Stretch) -> None:
        with self._lock:
            self._collected += sum(post.created_at in self._window for post in posts)
            self._known[stretch.key] = stretch
            bill, share = self._books.bill(), read_share(self._window, self._known.values())
            self._on_page(PageReport(tuple(posts), self._collected, bill.requests, bill.credits, share))
