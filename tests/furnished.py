"""A studio in which everything has happened once: every screen has something to show, and stands still.

No worker runs: what waits goes on waiting, what is under way stays where it is. What a worker and a page would have
written was written by the same parts, on real data: @swyx's voice, a collection that broke off at the stand-in of the
tweets API, trainings stopped at each kind of place.
"""

import shutil
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID, uuid4

from servers import serve_in
from writing import made_up_posts

OWNER, GUEST, NEWCOMER = "mara@kilnstreet.example", "eve@kilnstreet.example", "bea@kilnstreet.example"
PASSWORD = "long enough for all"
PAGES_PAID = 700
"""Credits after which the stand-in refuses: three pages."""

TEXTS = (
    "evals are the new unit tests, and nobody writes those either",
    "ship it, then look at the evals. if they are green you were too slow",
    "every agent framework is a while loop with a marketing budget",
    "the best prompt is a smaller problem " + "and one more example of what good looks like, " * 7,
)


@dataclass(frozen=True)
class House:
    """Where the studio is, what fills the braces of its addresses, and who may come in."""

    address: str
    places: dict[str, str]
    links: dict[str, str]


@contextmanager
def house(folder, trained, llm_address, *, changed=lambda _store: None):
    """A furnished studio in a folder while the block runs, on a copy of the data of `trained_once`.

    `changed` may rewrite what was put there before it is served.
    """
    places, links = furnish(folder, trained, changed=changed)
    with (
        serve_in(folder, llm_address, SOUNDALIKE_JOBS_QUEUED="2", no_worker=True) as served,
        serve_in(folder, llm_address, no_worker=True, TWITTER_API_KEY="") as keyless,
    ):
        yield House(served.address, places | {"keyless": keyless.address}, links)


def furnish(folder, trained, *, changed=lambda _store: None):
    """Put everything into a folder: what fills the braces of addresses, and links that sign somebody in once."""
    from soundalike.config import Settings  # noqa: PLC0415 - half a second, for those who need it
    from soundalike.storage import open_store  # noqa: PLC0415
    from soundalike.web.parts import open_parts  # noqa: PLC0415

    shutil.copytree(trained[0] / "data", folder / "data")
    settings = Settings(_env_file=None, soundalike_data_dir=folder / "data")
    with open_store(settings.store_url) as store, open_parts(settings, store) as parts:
        furnishing = Furnishing(parts, UUID(trained[1]["modelId"]))
        furnishing.people()
        furnishing.voices()
        furnishing.reviews()
        furnishing.trainings()
        furnishing.collections()
        changed(store)
        return furnishing.places, furnishing.links


class Furnishing:
    """Puts things where they belong; `places` fills as it goes."""

    def __init__(self, parts, voice_id):
        from soundalike.accounts import Principal  # noqa: PLC0415
        from soundalike.service.jobs import Caller  # noqa: PLC0415
        from soundalike.wiring import LOCAL_USER  # noqa: PLC0415

        self.parts, self.store, self.now = parts, parts.store, parts.now
        self.workspace_id, self.voice_id = LOCAL_USER, voice_id
        self.principal = Principal.local(LOCAL_USER)
        self.caller = Caller(LOCAL_USER)
        self.places, self.links = {"voice": str(voice_id), "nobody": str(uuid4())}, {}

    def people(self):
        """An owner at work, a guest of her own, an invitation, a key, an opt-out."""
        from soundalike.accounts import Role, Scope  # noqa: PLC0415

        accounts = self.parts.accounts
        accounts.users.ensure_local(self.workspace_id, "mara")
        owner = accounts.users.add(OWNER, "Mara", password=PASSWORD)
        accounts.workspaces.add_member(self.workspace_id, owner.id, Role.OWNER)
        mara = replace(self.principal, user_id=owner.id)
        accounts.workspaces.change(mara, name="Kiln Street")
        guest = accounts.users.add(GUEST, "Eve", password=PASSWORD)
        for name, user, workspace in (("owner", owner, self.workspace_id), ("guest", guest, guest.id)):
            self.links[name] = accounts.logins.make_link(user.id, lasts=timedelta(hours=2))
            self.places[name] = str(workspace)
        _, self.places["invitation"] = accounts.invitations.invite(mara, NEWCOMER)
        _, self.places["reader"] = accounts.keys.create(mara, name="nightly", scopes=[Scope.READ])
        accounts.opt_outs.put(mara, "quietglaze", "asked by mail")

    def voices(self):
        """A second version of @swyx's voice, a voice of another program, drafts of each fate, two quizzes."""
        from soundalike.service.quizzing import guess, make_quiz  # noqa: PLC0415
        from soundalike.storage import TrainedModelRecord  # noqa: PLC0415

        record = self.store.get_model(self.workspace_id, self.voice_id)
        parts = self.store.load_parts(self.workspace_id, self.voice_id)
        earlier = replace(record, id=uuid4(), created_at=record.created_at + timedelta(minutes=1))
        self.places["newer"] = str(self.store.save_model(earlier, parts=parts).id)
        bare = replace(record, id=uuid4(), creator_username="ungraded", report=None, session_id=None)
        self.places["ungraded"] = str(self.store.save_model(bare, parts=parts).id)
        foreign = TrainedModelRecord(
            uuid4(), self.workspace_id, "potter", "Potter", "Write short.", [{"id": "1"}], self.now()
        )
        self.places["foreign"] = str(self.store.save_model(foreign).id)
        self._drafts(record)
        for name in ("quiz", "told"):
            quiz = make_quiz(record, store=self.store, count=4, seed=5, new_id=uuid4(), at=self.now())
            self.places[name] = str(quiz.id)
            for number in range(1, 5 if name == "told" else 2):
                guess(quiz, number, "a", store=self.store, at=self.now())

    def _drafts(self, record):
        from soundalike.storage import DraftRecord  # noqa: PLC0415

        figures = {
            "voiceScore": 1.25,
            "novelty": 0.97,
            "nearestPost": {"id": "1849283746152938475", "sharedText": "and one more example"},
            "flags": [{"kind": "name", "text": "Ada Lovelace"}],
            "order": {"maxChars": 280, "tried": 12, "withheld": {"copied": 2, "unfinished": 1}},
        }
        at = self.now()  # of one answer
        drafts = [
            DraftRecord(uuid4(), self.workspace_id, record.id, "swyx", "evals", rank, text, figures, at)
            for rank, text in enumerate(TEXTS, start=1)
        ]
        self.store.drafts.keep(record, drafts)
        fates = (("accepted", None, None), ("edited", "ship it, then look", None), ("rejected", None, "loud"))
        for draft, (status, text, reason) in zip(drafts, fates, strict=False):
            with self.store.drafts.editing(self.workspace_id, record.id) as change:
                change.decide(draft.id, status, edited_text=text, reason=reason, at=self.now(), by=None)
        self.places["draft"] = str(drafts[0].id)
        self.places["open"] = str(drafts[3].id)

    def reviews(self):
        """Collections that ended: of all kinds of posts, with nothing above the gate, with the posts gone."""
        from soundalike.storage.posts import delete_posts  # noqa: PLC0415

        posts = made_up_posts(300, self.now())
        kinds = [replace(post, is_reply=True, text=f"@bob {post.text}") for post in posts[:60]]
        kinds.append(replace(posts[60], text="https://t.co/abc"))
        self.places["review"] = self._collected("ada", [*kinds, *posts[61:]])
        self.places["none"] = self._collected("plain", made_up_posts(90, self.now()), gate=100_000)
        self.places["gone"] = self._collected("gone", made_up_posts(90, self.now()))
        with self.store.database.writing() as connection:
            delete_posts(connection, self.workspace_id, "gone")

    def _collected(self, username, posts, *, gate="auto"):
        from contextlib import nullcontext  # noqa: PLC0415

        from soundalike.posts.gathering import FileSource  # noqa: PLC0415
        from soundalike.service.collecting import Order, collect  # noqa: PLC0415

        own = [replace(post, username=username) for post in posts]
        order = Order(username, as_of=self.now(), source="file", gate=gate, consent="permission")
        source = lambda _id: nullcontext(FileSource(own))  # noqa: E731
        session_id, _ = collect(order, source, store=self.store, user_id=self.workspace_id, now=self.now)
        return str(session_id)

    def trainings(self):
        """One that waits, one at its fifth step, one that failed, one that was cancelled, one that is complete."""
        from soundalike.training.status import Failure, Step  # noqa: PLC0415

        self.places["queued"] = str(self._training("queued_one"))
        running = self._training("running_one")
        self._tell(running, self._begun(running, Step.EVALUATE).within(Step.EVALUATE, 0.5, "20 of 40 drafts"))
        failed = self._training("failed_one")
        why = Failure(
            "too_few_posts", "12 posts are too few to learn a voice; it takes 40. Collect more months."
        )
        self._tell(failed, self._begun(failed, Step.PATTERNS).stopped(why, at=self.now()))
        stopped = self._training("stopped_one")
        self.parts.desk.cancel(stopped, caller=self.caller)
        done = self._training("done_one")
        last = self._begun(done, Step.SAVE).done(Step.SAVE, "the model and its record", at=self.now())
        self._tell(done, last.completed(str(self.voice_id), at=self.now()))
        self.store.update_session(self.workspace_id, done, at=self.now(), model_id=self.voice_id)
        names = {"running": running, "failed": failed, "stopped": stopped, "done": done}
        self.places |= {name: str(session_id) for name, session_id in names.items()}

    def _training(self, username):
        from soundalike.service.jobs import TrainingWish  # noqa: PLC0415

        session_id = UUID(self._collected(username, made_up_posts(90, self.now())))
        session = self.store.get_session(self.workspace_id, session_id)
        chosen = tuple(row["id"] for row in session.posts_collected)
        wish = TrainingWish(username, chosen, session_id=session_id, consent="permission")
        return self.parts.desk.ask_for_training(wish, caller=self.caller).id

    def _begun(self, session_id, step):
        from soundalike.training.status import Step, TrainingStatus  # noqa: PLC0415

        status = TrainingStatus(str(session_id), self.now())
        for each in list(Step)[: step.number - 1]:
            status = status.begun(each, at=self.now()).done(each, f"{each} is done", at=self.now())
        return status.begun(step, at=self.now())

    def _tell(self, session_id, status):
        from soundalike.service.training import publish  # noqa: PLC0415
        from soundalike.storage.job_records import JobKey  # noqa: PLC0415
        from soundalike.training.status import State  # noqa: PLC0415

        with self.store.jobs.changing(JobKey(session_id, "train")) as change:
            publish(change, status, at=self.now())
            is_over = status.state is not State.RUNNING
            ended = {"ended_at": self.now()} if is_over else {"owner": "worker", "started_at": self.now()}
            change.update_job(status=status.state.value, **ended)

    def collections(self):
        """One that waits, one half way, one that broke off there, one of an account that is protected."""
        self.places["broken"] = str(self._broken_off("broken_off"))
        half_way = self._broken_off("half_way")
        self._goes_on(half_way)
        self.places["half"] = str(half_way)
        self.places["waiting"] = str(self._asked("waiting_one").id)
        barred = self._asked("barred_one")
        self.parts.desk.cancel_collection(barred.id, caller=self.caller)
        said = {
            "status": "failed",
            "error_code": "creator_protected",
            "error_message": "@barred_one is protected.",
        }
        self.store.update_session(self.workspace_id, barred.id, at=self.now(), **said)
        self.places["barred"] = str(barred.id)

    def _asked(self, username):
        from soundalike.service.collecting import Order  # noqa: PLC0415

        order = Order(username, gate="auto", consent="permission", trainer="prompt")
        return self.parts.desk.ask_for_collection(order, caller=self.caller)

    def _broken_off(self, username):
        """A collection whose key had no credits left after three pages."""
        from soundalike.config import Settings  # noqa: PLC0415
        from soundalike.emulator import Faults, running  # noqa: PLC0415
        from soundalike.storage.job_records import JobKey  # noqa: PLC0415
        from soundalike.worker.steps import Task, Workshop  # noqa: PLC0415

        session = self._asked(username)
        key = JobKey(session.id, "collect")
        faults = Faults.parse(
            (f"credits.bonus={PAGES_PAID}", "credits.recharge=0", "credits.allow_negative=off")
        )
        with running(made_up_posts(300, self.now(), username=username), faults=faults) as stand_in:
            settings = Settings(
                _env_file=None,
                soundalike_data_dir=self.parts.settings.soundalike_data_dir,
                twitter_api_base_url=stand_in.base_url,
                twitter_api_key="emulator-key",
                twitter_api_qps=1000,
            )
            job = self.store.jobs.claim(key, run=1, owner="worker", at=self.now())
            workshop = Workshop(settings, self.store, now=self.now)
            workshop.do(Task(key, "collect", job.token))
            workshop.close()
        return session.id

    def _goes_on(self, session_id):
        from soundalike.service.collecting import AFRESH  # noqa: PLC0415
        from soundalike.storage.job_records import JobKey  # noqa: PLC0415

        self.store.update_session(self.workspace_id, session_id, at=self.now(), **AFRESH)
        with self.store.jobs.changing(JobKey(session_id, "collect")) as change:
            change.update_job(status="running", owner="worker", ended_at=None)
