"""Fixtures for the web: the real application on a database, and browsers and programs that ask it."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import httpx2
import pytest


def run_beside(coroutine):
    """Run a coroutine in a thread of its own: a real browser's tests leave a loop running in theirs."""
    with ThreadPoolExecutor(1) as beside:
        return beside.submit(asyncio.run, coroutine).result()


class Asker:
    """Asks an application over its own HTTP interface, keeping cookies as a browser does."""

    def __init__(self, app, *, base_url="http://localhost:8000", headers=None, address="127.0.0.1"):
        self.app, self.base_url, self.headers = app, base_url, headers or {}
        self.cookies, self._address = httpx2.Cookies(), address

    def __call__(self, method, path, body=None, *, form=None, files=None, **headers):
        """Ask, with JSON, or a form and its files; a header that is None is left out."""
        named = self.headers | {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {name: value for name, value in named.items() if value is not None}
        return run_beside(self._ask(method, path, {"json": body, "data": form, "files": files}, sent))

    async def _ask(self, method, path, body, headers):
        transport = httpx2.ASGITransport(app=self.app, raise_app_exceptions=False, client=(self._address, 1))
        async with httpx2.AsyncClient(
            transport=transport, base_url=self.base_url, cookies=self.cookies
        ) as client:
            answer = await client.request(method, path, headers=headers, **body)
            self.cookies = client.cookies
            return answer


@pytest.fixture
def clock():
    """A clock that stands until it is advanced: `clock.advance(minutes=1)`."""

    class Clock:
        moment = datetime(2026, 11, 22, 12, 30, 15, tzinfo=UTC)

        def __call__(self):
            return self.moment

        def advance(self, **span):
            self.moment += timedelta(**span)

    return Clock()


@pytest.fixture
def parts_with(tmp_path, clock):
    """Open the application's real parts on a store: `parts_with(store, **settings)`."""
    from soundalike.config import Settings  # noqa: PLC0415 - most tests need none of it
    from soundalike.web.parts import open_parts  # noqa: PLC0415

    with ExitStack() as stack:

        def opened(store, **settings):
            read = Settings(
                _env_file=None,
                **{"soundalike_data_dir": tmp_path / "data", "soundalike_auth": "on"} | settings,
            )
            return stack.enter_context(open_parts(read, store, now=clock))

        yield opened


@pytest.fixture
def site_with(store, parts_with):
    """The application with some settings: `site_with(soundalike_auth="off")`."""
    return lambda **settings: Site(parts_with(store, **settings))


@pytest.fixture
def site(site_with):
    """The application on each kind of database; `site.parts`, `site.browser()`, `site.program(key)`."""
    return site_with()


class Site:
    """An application and who comes to it."""

    def __init__(self, parts):
        from soundalike.web.app import create_app  # noqa: PLC0415

        self.parts, self.accounts, self.app = parts, parts.accounts, create_app(parts)

    def browser(self, **options):
        """A browser that shows this site's pages."""
        return Asker(self.app, headers={"Sec-Fetch-Site": "same-origin"}, **options)

    def program(self, key):
        """A program with a key."""
        return Asker(self.app, headers={"Authorization": f"Bearer {key}"})

    def signed_in(self, email, **options):
        """A browser in which a new user, named as the email begins, is signed in."""
        user = self.accounts.users.add(email)
        browser = self.browser(**options)
        link = self.accounts.logins.make_link(user.id, lasts=timedelta(minutes=15))
        assert browser("GET", f"/auth/link/{link}").status_code == 303
        return browser
