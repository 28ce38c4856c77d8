"""What a page weighs: all that is sent of it to somebody who comes for the first time, packed as it is sent."""

import re

import pytest

MOST_BYTES = 100_000
PARTS = re.compile(r"/static/[a-z]+\.[a-z]+\?v=\w+")


def weigh(get, path):
    """Bytes of a page and of the files that it names."""
    page = get(path)
    assert page.status_code == 200
    files = {address: get(address) for address in PARTS.findall(page.text)}
    assert {address.partition("?")[0].rpartition(".")[2] for address in files} == {"css", "js", "svg"}
    sent = [page, *files.values()]
    assert {each.headers["Content-Encoding"] for each in sent} == {"gzip"}
    return sum(int(each.headers["Content-Length"]) for each in sent)


@pytest.mark.parametrize(
    "place", ["/", "/voices", "/sessions", "/settings", "{voice}", "{voice}/write", "{voice}/drafts"]
)
def test_a_page_weighs_less_than_a_hundred_kilobytes(swyx_site, place):
    """Of those with a whole voice: the page that shows it is the heaviest there is."""
    client, _, voice_id = swyx_site
    path = place.format(voice=f"/voices/{voice_id}")
    assert weigh(lambda address: client.get(address, headers={"Accept": "text/html"}), path) < MOST_BYTES


def test_a_review_weighs_no_more(reviewed):
    """Its picture shows hundreds of posts, and twenty of them stand below."""
    review = reviewed()
    get = lambda address: review.browser("GET", address, Accept="text/html")  # noqa: E731
    assert weigh(get, f"/sessions/{review.id}/review") < MOST_BYTES
