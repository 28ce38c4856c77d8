"""What the tweets API charges.

The prices are those of docs.twitterapi.io ("Pricing"), looked up in November 2026.
"""

from typing import Final

CREDITS_PER_USD: Final = 100_000
POST_CREDITS: Final = 15  # each post on a page, and again whenever it is read again
PROFILE_CREDITS: Final = 18
FLOOR_CREDITS: Final = 15  # the least a request costs; one settled account shows it for failed ones too
PAGE_POSTS: Final = 20  # the most posts on a page
PAGE_CREDITS: Final = PAGE_POSTS * POST_CREDITS

TIMELINE_OVERLAP: Final = 0.05  # share of posts that come, and are billed, twice
SEARCH_OVERLAP: Final = 0.20
