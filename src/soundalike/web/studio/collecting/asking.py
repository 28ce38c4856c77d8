"""The first page: whose posts, of which window, for which model; what that costs, and the beginning of it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from soundalike.accounts import Principal
from soundalike.errors import (
    ConsentRequired,
    CreatorError,
    CreatorOptedOut,
    SoundalikeError,
    TrainerUnavailable,
)
from soundalike.posts.api.estimate import Estimate
from soundalike.posts.api.pricing import PROFILE_CREDITS
from soundalike.posts.post import Creator, read_username, time_of_id
from soundalike.service.collecting import Order
from soundalike.service.training import check_trainer
from soundalike.virality.score import Gate
from soundalike.web.parts import Parts, PartsOf
from soundalike.web.problems import told
from soundalike.web.studio import words
from soundalike.web.studio.language import _, english
from soundalike.web.studio.render import parts_of, show
from soundalike.web.studio.visitors import Changer, Reader, caller

router: Final = APIRouter(include_in_schema=False)

MONTHS: Final = (3, 6, 12)
_USUAL_MONTHS: Final = 6
_FIXED_GATE: Final = 100_000
_LONGEST_NAME: Final = 200
LARGEST_UPLOAD: Final = 512  # MiB
_MENDABLE: Final = 422

Field = Literal["username", "trainer", "consent", "bill", "file"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the form says; `priced` is the account and window whose price was shown last."""

    username: str = ""
    months: int = _USUAL_MONTHS
    gate: Gate = "auto"
    trainer: str = "prompt"
    consent: str = ""
    priced: str = ""

    @classmethod
    def read(cls, fields: Mapping[str, Any]) -> "Asked":
        """Read a form or an address; a choice that is none of those offered is as if none was made."""
        text = {name: value for name, value in fields.items() if isinstance(value, str)}
        months = text.get("months", "")
        return cls(
            username=text.get("username", "").strip().removeprefix("@")[:_LONGEST_NAME],
            months=int(months) if months in map(str, MONTHS) else _USUAL_MONTHS,
            gate=_FIXED_GATE if text.get("minEngagement") == str(_FIXED_GATE) else "auto",
            trainer="lora" if text.get("trainer") == "lora" else "prompt",
            consent=found if (found := text.get("consent", "")) in {"own", "permission", "research"} else "",
            priced=text.get("priced", "")[:_LONGEST_NAME],
        )

    @property
    def price_tag(self) -> str:
        """What a price is for: the account and the window, however the account was written."""
        return f"{read_username(self.username).lower()} {self.months}"

    @property
    def order(self) -> Order:
        """What to collect."""
        return Order(
            username=self.username,
            months=self.months,
            gate=self.gate,
            consent=self.consent or None,
            trainer=self.trainer,
        )


@dataclass(frozen=True, slots=True)
class Fault:
    """What has to be mended, and at which field."""

    field: Field
    message: str
    status: int = _MENDABLE


@dataclass(frozen=True, slots=True)
class Bill:
    """What collecting will bring and cost, in words: about, and at most."""

    creator: Creator
    estimate: Estimate

    @property
    def posts(self) -> str:
        """`440–520`."""
        return words.span(words.number(self.estimate.posts_low), words.number(self.estimate.posts_high))

    @property
    def price(self) -> str:
        """`US$0.07–0.08`."""
        return words.credits_between(self.estimate.credits_low, self.estimate.credits_high)

    @property
    def about(self) -> str:
        """The price at the account's usual pace."""
        return words.credit(self.estimate.credits_low)

    @property
    def most(self) -> str:
        """The price it cannot pass."""
        return words.credit(self.estimate.credits_high)

    @property
    def time(self) -> str:
        """`130–160 s`, `2–16 min`."""
        low, high = self.estimate.likely_seconds, self.estimate.seconds
        return words.seconds_between(low, high)

    @property
    def since(self) -> int | None:
        """The year of the account's opening, where its id tells it."""
        opened = time_of_id(self.creator.id) if self.creator.id.isdecimal() else None
        return opened.year if opened else None


async def _sent(request: Request) -> Asked:
    async with request.form(max_files=1, max_fields=20) as form:
        return Asked.read(form)


Sent = Annotated[Asked, Depends(_sent)]


@router.get("/")
def ask_page(request: Request, who: Reader) -> Response:
    """The form, filled in as the address says."""
    return show_form(request, who, Asked.read(request.query_params))


@router.post("/estimate")
def estimate(request: Request, who: Changer, parts: PartsOf, asked: Sent) -> Response:
    """The same page with the account that was found and what collecting it costs."""
    fault = _at_once(asked, who, parts)
    return show_form(request, who, asked, fault=fault) if fault else _priced(request, who, parts, asked)


@router.post("/collect")
def collect(request: Request, who: Changer, parts: PartsOf, asked: Sent) -> Response:
    """Begin to collect; for another account or window than the price was shown for, show that price first."""
    if fault := _at_once(asked, who, parts):
        return show_form(request, who, asked, fault=fault)
    if asked.priced != asked.price_tag:
        return _priced(request, who, parts, asked)
    try:
        session = parts.desk.ask_for_collection(asked.order, caller=caller(request, who))
    except SoundalikeError as error:
        return show_form(request, who, asked, fault=fault_of(error))
    return RedirectResponse(f"/sessions/{session.id}/collecting", status_code=303)


def show_form(
    request: Request, who: Principal, asked: Asked, *, fault: Fault | None = None, bill: Bill | None = None
) -> Response:
    """The page, with what was found or what has to be mended."""
    parts = parts_of(request)
    return show(
        request,
        "collecting/asking.html",
        who,
        here="ask",
        status=fault.status if fault else 200,
        asked=asked,
        fault=fault,
        bill=bill,
        months=MONTHS,
        ceiling=parts.settings.twitter_api_budget_credits,
        profile_credits=PROFILE_CREDITS,
        has_key=parts.settings.twitter_api_key is not None,
        stand_in=parts.settings.stand_in,
        has_lora=_is_installed("lora"),
        largest=LARGEST_UPLOAD,
    )


def fault_of(error: SoundalikeError) -> Fault:
    """An error at the field where it can be mended, else at the price."""
    if isinstance(error, CreatorError | CreatorOptedOut):
        return Fault("username", english(str(error)))
    kind, detail = told(error)
    return Fault("bill", english(detail), kind.status)


def check_choices(asked: Asked) -> Fault | None:
    """What has to be mended of the basis and the trainer, if anything."""
    if not asked.consent:
        return Fault("consent", _("Say on whose word the posts are used. It is kept with the model."))
    try:
        check_trainer(asked.trainer, asked.consent)
    except ConsentRequired:
        message = _(
            "An adapter puts the creator’s writing into the weights of a model. It needs the creator’s word: "
            "choose another basis below, or the trainer Prompt."
        )
        return Fault("trainer", message)
    except TrainerUnavailable as error:
        return Fault("trainer", english(str(error)))
    return None


def _at_once(asked: Asked, who: Principal, parts: Parts) -> Fault | None:
    """What can be told without asking anybody else."""
    if not asked.username:
        return Fault("username", _("Name an account: its username, @name or profile link."))
    try:
        username = read_username(asked.username)
    except CreatorError as error:
        return Fault("username", english(str(error)))
    if parts.accounts.opt_outs.has(who.workspace_id, username):
        message = _(
            "@%(name)s asked not to be trained on. An owner of the workspace can lift the opt-out in the settings, "
            "with the creator’s consent.",
            name=username,
        )
        return Fault("username", message)
    return check_choices(asked)


def _priced(request: Request, who: Principal, parts: Parts, asked: Asked) -> Response:
    try:
        found = parts.pricing.look_up(who.workspace_id, read_username(asked.username), asked.months)
    except SoundalikeError as error:
        return show_form(request, who, asked, fault=fault_of(error))
    named = replace(asked, username=found[0].username)  # a link gives way to the name it leads to
    return show_form(request, who, named, bill=Bill(*found))


def _is_installed(trainer: str) -> bool:
    try:
        check_trainer(trainer, "own")
    except TrainerUnavailable:
        return False
    return True
