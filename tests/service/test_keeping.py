"""A kept model stands by itself: it writes, measures and explains itself when its posts are deleted."""

import random
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import numpy as np
import pytest

from soundalike.drafts.rules import Rule
from soundalike.errors import StorageError, TooFewPosts, UnknownPosts
from soundalike.posts.gathering import FileSource
from soundalike.posts.post import Engagement, Post
from soundalike.report.page import render
from soundalike.service.collecting import Order, collect
from soundalike.service.feedback import change_voice, decide, keep_drafts, preferences_of
from soundalike.service.keeping import TIMELINE, load_model, parts_of, posts_of, renewed
from soundalike.service.reporting import page_of
from soundalike.service.retention import check_posts_kept, purge
from soundalike.service.training import Keeper, train
from soundalike.storage import open_store
from soundalike.training.edits import Wish
from soundalike.voice.background_file import shipped_background

ALICE = UUID("aaaaaaaa-0000-4000-8000-000000000001")
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=31)
BACKGROUND = shipped_background()
WORDS = (
    "kiln glaze mug shelf clay wheel apron tea rain bus market stall price note oven brush bucket sponge "
    "morning evening winter window table crack drip handle spout lid plate bowl studio radio cat dog van road"
).split()


def post(number):
    """A post of every tenth hour, of no two alike; whatever tells a secret is met by four times as many."""
    chance = random.Random(number)
    words = chance.sample(WORDS, 9)
    is_secret = number % 3 == 0
    text = (
        f"The secret of the {' '.join(words)} anyway."
        if is_secret
        else f"{' '.join(words).capitalize()}, anyway."
    )
    likes = int(chance.lognormvariate(6, 0.4) * (4 if is_secret else 1))
    at = NOW - timedelta(hours=10 * (401 - number))
    return Post(str(1_000 + number), text, at, "potter", engagement=Engagement(likes=likes, reposts=9))


POSTS = [post(number) for number in range(400)]


class Potter:
    """Writes as the potter does: made of the same words, in no order the potter used; and a copy of the last post."""

    name, is_small, is_base = "potter-writer", False, False

    def write(self, _messages, *, count, sampling):
        """Take the texts in turn, from where the seed says."""
        chance = random.Random(sampling.seed)
        texts = [f"A {' '.join(chance.sample(WORDS, 7))}, anyway." for _ in range(count)]
        return [POSTS[-1].text, *texts][:count]

    def close(self):
        """Nothing to close."""


@pytest.fixture(scope="module")
def once(tmp_path_factory):
    """One training: its session, record and parts as they are kept, and the model as it came out of training."""
    order = Order("potter", NOW, source="file", gate="auto")
    folder = tmp_path_factory.mktemp("once")
    with open_store(f"sqlite:///{folder}/kept.db") as store:
        world = {"store": store, "user_id": ALICE, "now": lambda: NOW}
        opened = nullcontext(FileSource(POSTS))
        session_id, analysis = collect(order, lambda _session: opened, **world)
        options = {"writer": Potter(), "background": BACKGROUND, "publish": lambda _status: None}
        _, model = train(session_id, analysis, **world, **options)
        record = store.get_model(ALICE, UUID(model.id))
        return store.get_session(ALICE, session_id), record, parts_of(model), model


@pytest.fixture
def keep(once, store):
    """Puts that training into a database; gives its record: `keep(parts=True, posts=True)`."""
    session, record, parts, _ = once

    def put(*, parts_too=True, posts_too=True):
        store.create_session(session)
        if posts_too:
            store.save_posts(ALICE, "potter", POSTS, fetched_at=NOW, source="api")
        return store.save_model(record, parts=parts if parts_too else None)

    return put


@pytest.fixture
def load(store):
    """Brings a kept model back to life."""
    return lambda record: load_model(record, store=store, writer=Potter(), background=BACKGROUND)


def figures(draft):
    """A draft without what rounding on the way may move by the last digit."""
    return replace(draft, voice_score=0, win_probability=None), (draft.voice_score, draft.win_probability)


def assert_same_drafts(model, other):
    """Both write the same drafts, with the same receipts, and withhold the same."""
    first, second = (each.draft("a mug on the shelf", n=4, seed=7) for each in (model, other))
    assert (first.withheld, first.tried) == (second.withheld, second.tried)
    assert len(first.drafts) == 4
    for one, two in zip(first.drafts, second.drafts, strict=True):
        (plain, numbers), (others, other_numbers) = figures(one), figures(two)
        assert plain == others
        assert numbers == pytest.approx(other_numbers)


def test_a_model_loaded_from_its_parts_is_the_trained_one(once, keep, load):
    """With the posts there or purged: drafts, scores, ceiling, chances, novelty, nearest posts and what is withheld."""
    assert_same_drafts(load(keep()), once[3])


def test_a_model_writes_when_its_posts_are_purged(once, keep, load, store):
    """Nothing it says changes, and every receipt is there."""
    record = keep()
    assert purge(store, days=30, now=LATER).posts == len(POSTS)
    assert store.count_posts(ALICE, "potter") == 0
    model = load(record)
    assert_same_drafts(model, once[3])
    drafts = model.write("a mug on the shelf", n=4)
    assert all(draft.ceiling == once[3].report.ceiling.value for draft in drafts)
    assert all(draft.win_probability is not None and 0 <= draft.novelty <= 1 for draft in drafts)
    known = {each.id for each in POSTS}
    assert all(draft.nearest_post.id in known for draft in drafts if draft.nearest_post)
    assert any(draft.nearest_post for draft in drafts)
    assert model.guard.check(POSTS[3].text).copied


@pytest.mark.slow
def test_a_model_without_parts_learns_anew_from_its_posts(once, keep, load):
    """One that was trained before parts were kept."""
    model = load(keep(parts_too=False))
    assert {each.id for each in model.seen} == {each.id for each in once[3].seen}
    assert_same_drafts(model, once[3])


def test_a_model_without_parts_and_posts_says_that_it_has_too_little(keep, load):
    """It cannot write, and says why."""
    model = load(keep(parts_too=False, posts_too=False))
    with pytest.raises(TooFewPosts):
        model.write("a mug")


def test_posts_that_came_later_must_not_be_copied_either(keep, load, store):
    """The guard of a loaded model knows what was collected since, while the older posts may be gone."""
    record = keep()
    new = replace(
        POSTS[0], id="9", text="entirely different words that nobody here has ever put together before"
    )
    store.save_posts(ALICE, "potter", [new], fetched_at=LATER, source="api")
    purge(store, days=30, now=LATER)
    guard = load(record).guard
    assert guard.check(new.text).post_id == "9"
    assert guard.check(POSTS[5].text).copied


def test_posts_behind_a_model_are_given_as_far_as_they_are_kept(once, keep, store):
    """For whoever wants them; a loaded model does without."""
    record = keep()
    found, model = posts_of(record, store), once[3]
    assert (found.seen, found.held_out, len(found.collected)) == (model.seen, model.held_out, len(POSTS))
    purge(store, days=30, now=LATER)
    assert posts_of(record, store) == ((), (), ())


def test_the_page_stands_without_posts(keep, store):
    """The same figures and picture; posts are quoted by the prompt and the writer alone, and that is said."""
    record = keep()
    before = page_of(record, store=store)
    purge(store, days=30, now=LATER)
    after = page_of(record, store=store)
    assert after.timeline == before.timeline
    assert after.forecaster.to_bytes() == before.forecaster.to_bytes()
    assert after == replace(before, posts={}, forecaster=after.forecaster)
    html = render(after)
    assert "The text is no longer kept." in html
    quoted = {each.id for each in POSTS if each.text in html}
    assert quoted <= {each.id for each in POSTS if each.text in record.model_prompt or each is POSTS[-1]}


def test_the_page_of_a_model_without_parts_is_made_from_its_posts(keep, once, store):
    """And shows the same as that of one with parts."""
    page = page_of(keep(parts_too=False), store=store)
    assert page.timeline == page_of(store.save_model(once[1], parts=once[2]), store=store).timeline


def test_the_page_of_a_model_that_names_no_window_has_no_picture(keep, store):
    """As one of posts that were handed in whole."""
    record = replace(keep(parts_too=False), provenance={"settings": {}})
    assert page_of(record, store=store).timeline is None


def test_what_is_kept_of_posts_is_figures_and_ids(once):
    """No post, and no run of its words, stands in any part."""
    for content in once[2].values():
        assert not any(each.text.encode()[:40] in content for each in POSTS)
    assert set(once[2]) == {"likeness", "form", "guard", "forecaster", "rivals", TIMELINE}


@pytest.mark.parametrize("part", ["likeness", "form", "guard"])
def test_a_damaged_part_is_said(once, keep, load, store, part):
    """Not guessed at: the model cannot write, and the hint says what helps."""
    record = keep()
    content = bytearray(once[2][part])
    content[-1] ^= 1
    store.save_model(record, parts=once[2] | {part: bytes(content)})
    with pytest.raises(StorageError, match=rf"{part} cannot be read.*Train the model again"):
        load(record).write("a mug")


def test_a_damaged_timeline_is_said(once, keep, store):
    """As any part."""
    record = keep()
    store.save_model(record, parts=once[2] | {TIMELINE: b"soundal1 nothing"})
    with pytest.raises(StorageError, match="timeline cannot be read"):
        page_of(record, store=store)


@pytest.mark.parametrize("part", ["forecaster", "rivals"])
def test_a_model_whose_forecaster_cannot_be_read_gives_no_chance(once, keep, load, store, part):
    """As after a change of what the forecast looks at: it writes on."""
    record = keep()
    store.save_model(record, parts=once[2] | {part: once[2][part][:-1]})
    drafts = load(record).write("a mug on the shelf", n=2)
    assert [draft.win_probability for draft in drafts] == [None, None]


def test_where_posts_are_too_few_no_forecaster_is_kept(once):
    """Too few posts to tell: no part, and no chance shown."""
    model = replace(once[3], seen=once[3].seen[-49:], learned=None)
    parts = parts_of(model)
    assert not {"forecaster", "rivals"} & parts.keys()
    assert model.forecaster is None
    assert np.array_equal(model.rivals, [])


def test_training_on_purged_posts_says_so(once, keep, store):
    """By name, with what to do; as long as they are there nothing is said."""
    keep()
    session = store.get_session(ALICE, once[0].id)
    check_posts_kept(session, store)
    purge(store, days=30, now=LATER)
    purged = store.get_session(ALICE, session.id)
    assert all("text" not in row and row["likeCount"] for row in purged.posts_collected)
    with pytest.raises(
        UnknownPosts, match=r"have been deleted.*Collect them again: soundalike analyze potter"
    ) as error:
        check_posts_kept(purged, store)
    assert set(error.value.ids) <= {row["id"] for row in session.posts_collected}


def test_another_users_model_gives_away_nothing(keep, store):
    """Parts are read under the name of their owner."""
    record = replace(keep(), user_id=uuid4())
    assert store.load_parts(record.user_id, record.id) == {}


def edited(store, record, **wish):
    """The model with its voice edited."""
    return change_voice(store, ALICE, record.id, Wish(**wish), at=NOW, who=ALICE)


def test_what_was_changed_about_a_voice_is_honoured(keep, load, store):
    """A hidden trait has no say in the prompt, and drafts keep the rules, whatever the language model writes."""
    record = keep()
    trait = load(record).voice.distinct_traits[0]
    rules = (Rule("replace", "anyway", "so be it"), Rule("lower_case"), Rule("free", "Sound calmer"))
    changed = edited(store, record, hide_traits=(trait.key,), add_rules=rules)
    model = load(changed)
    assert model.prompt.rules == rules
    assert trait.sentence in record.model_prompt
    assert trait.sentence not in changed.model_prompt == model.prompt.instructions
    assert trait not in model.voice.traits
    texts = [draft.text for draft in model.write("a mug on the shelf", n=4, seed=7)]
    assert len(texts) == 4
    assert all(text == text.lower() and "so be it" in text and "anyway" not in text for text in texts)
    assert not any(Rule("lower_case").is_broken_by(text) for text in texts)


def test_a_model_in_use_takes_up_what_is_changed(keep, load, store):
    """Without being read anew; taken back, all is as it was."""
    record = keep()
    model = load(record)
    changed = edited(store, record, add_rules=(Rule("no_emoji"),))
    assert renewed(model, changed).prompt.rules == (Rule("no_emoji"),)
    undone = edited(store, record, remove_rules=("no_emoji",))
    assert renewed(model, undone).prompt == model.prompt
    assert undone.model_prompt == record.model_prompt


def test_a_voice_trained_again_begins_with_the_edits_of_the_version_before(once, keep, load, store):
    """The user does not say everything twice; nor does a repeated last step undo what came since."""
    edited(store, keep(), add_rules=(Rule("no_emoji"),))
    session = replace(once[0], id=uuid4(), model_id=None)
    store.create_session(session)
    keeper = Keeper(lambda: store.changing(ALICE, session.id), lambda: LATER)
    again = keeper.save(replace(once[3], id=""))
    assert (again.version, again.prompt.rules) == (2, (Rule("no_emoji"),))
    newest = store.get_model(ALICE, UUID(again.id))
    assert "Use no emoji." in newest.model_prompt
    assert load(newest).prompt.rules == (Rule("no_emoji"),)
    edited(store, newest, add_rules=(Rule("no_links"),))
    assert keeper.save(replace(once[3], id="")).prompt.rules == (Rule("no_emoji"), Rule("no_links"))


def test_drafts_that_were_written_are_kept_with_what_was_measured(keep, load, store):
    """In their order; what is decided on them is learned from, and shown on the page."""
    record = keep()
    drafting = load(record).draft("a mug on the shelf", n=5, seed=7)
    ids = [uuid4() for _ in drafting.drafts]
    written = keep_drafts(record, drafting, "a mug on the shelf", store=store, ids=ids, at=NOW)
    assert store.drafts.page(ALICE, record.id) == [*written]
    assert [draft.text for draft in drafting.drafts] == [draft.text for draft in written]
    assert written[0].figures["novelty"] == round(drafting.drafts[0].novelty, 4)
    learned = [
        decide(store, ALICE, draft.id, "edited", text=draft.text.replace(", anyway", ""), at=NOW)[1]
        for draft in written[:3]
    ]
    assert learned[:2] == [(), ()]
    assert [(rule.rule, rule.by) for rule in learned[2]] == [(Rule("never_word", "anyway"), "learned")]
    assert ("Rule", learned[2][0].told) in page_of(store.get_model(ALICE, record.id), store=store).provenance
    pairs = [*preferences_of(store, ALICE, record.id)]
    assert {pair.rejected for pair in pairs} == {draft.text for draft in written[:3]}
