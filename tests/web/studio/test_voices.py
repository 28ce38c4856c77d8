"""The list of voices."""

import re

import pytest


@pytest.mark.slow
@pytest.mark.parametrize("width", [390, 1440])
def test_a_voice_is_listed_with_how_near_it_comes(visit, width):
    """By its creator, with the share of the gap and its interval; nothing is wrong with the page."""
    with visit("/voices", width=width) as seen:
        row = seen.page.get_by_role("row", name="@swyx")
        assert re.search(r"\d\xa0% \d+–\d+", row.inner_text())
        assert (seen.faults(), seen.overflow(), seen.complaints) == ([], 0, [])
        row.get_by_role("link").click()
        seen.page.get_by_role("heading", name="@swyx").wait_for()
