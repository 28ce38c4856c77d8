"""What tests of exports share: whose voice it is, who signs, and a writer whose texts are known."""

from datetime import UTC, datetime
from uuid import UUID

from soundalike.exports.signing import Signer
from writing import made_up_posts

USER = UUID("aaaaaaaa-0000-4000-8000-000000000001")
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
POSTS = made_up_posts(130, NOW)
SIGNER = Signer(b"the secret of the installation that exports")
OTHER = Signer(b"the secret of the installation that imports")


class Typist:
    """Writes texts that are known, by the seed; none is a post."""

    name, is_small, is_base = "typist", False, False

    def write(self, _messages, *, count, sampling):
        """Take words in turn, from where the seed says."""
        words = "we ship the small kiln today because people want tea and rain on our roof lol".split()
        starts = range(sampling.seed, sampling.seed + count)
        return [" ".join((words[n % 7 :] + words)[: 8 + n % 5]) + "!" for n in starts]

    def close(self):
        """Nothing to close."""
