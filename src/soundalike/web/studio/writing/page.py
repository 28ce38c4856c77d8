"""Writing in a voice: a brief, the drafts on it with their receipts, what becomes of them, and those of before."""

from dataclasses import dataclass
from typing import Annotated, Any, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from soundalike.accounts import Principal
from soundalike.drafts.draft import MOST_DRAFTS
from soundalike.drafts.form import MOST_CHARACTERS, Unfit
from soundalike.drafts.length import weighted_length
from soundalike.drafts.thread import MOST_POSTS
from soundalike.errors import SettingsError, SoundalikeError, UnknownDraft
from soundalike.schemas.models import DraftsBody
from soundalike.schemas.requests import DraftRequest
from soundalike.service.feedback import decide
from soundalike.service.keeping import edits_of
from soundalike.storage import DraftRecord, DraftStatus, TrainedModelRecord
from soundalike.storage.columns import Unstorable
from soundalike.web.api.drafting import write_drafts
from soundalike.web.api.feedback import DraftId
from soundalike.web.parts import Parts, PartsOf
from soundalike.web.problems import told
from soundalike.web.reading import ModelId, PageOf, read_id
from soundalike.web.studio.language import _, english
from soundalike.web.studio.render import parts_of, show
from soundalike.web.studio.visitors import Changer, Reader, caller
from soundalike.web.studio.words import number
from soundalike.web.studio.writing.cards import USUAL_CHARACTERS, Answer, named, read_answer
from soundalike.web.studio.writing.comparing import Contest, read_contest

router: Final = APIRouter(include_in_schema=False)

_EARLIER: Final = 5
_LARGEST_SEED: Final = 2**31 - 1
_DRAFTS: Final = 4
_POSTS: Final = 4
_LONGEST_ADDRESS: Final = 6_000  # what every browser and proxy takes
_WORD: Final = 30  # characters of a number, a mode
_WITH_ADVICE: Final = (Unfit.COPIED, Unfit.TOO_LONG, Unfit.RULE, Unfit.UNFINISHED, Unfit.LINK, Unfit.MENTION)


class Brief(BaseModel):
    """What was typed into the form, as it was typed."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)

    brief: str = ""
    mode: str = "post"
    count: str = str(_DRAFTS)
    posts: str = str(_POSTS)
    max_chars: str = str(USUAL_CHARACTERS)
    continue_from: str = ""
    seed: str = ""

    @property
    def is_thread(self) -> bool:
        """Whether several posts of one thread are wanted."""
        return self.mode == "thread"

    @property
    def is_usual(self) -> bool:
        """Whether nothing behind the disclosure was changed."""
        return (self.max_chars, self.continue_from, self.seed) == (str(USUAL_CHARACTERS), "", "")

    @classmethod
    def of(cls, answer: Answer) -> "Brief":
        """What was typed for an answer."""
        order, seed = answer.order, answer.order.get("seed")
        return cls(
            brief=answer.brief,
            mode="thread" if answer.is_thread else "post",
            count=str(order.get("count", _DRAFTS)),
            posts=str(answer.asked if answer.is_thread else _POSTS),
            max_chars=str(order.get("maxChars", USUAL_CHARACTERS)),
            continue_from=order.get("continueFrom") or "",
            seed="" if seed is None else str(seed),
        )


@dataclass(frozen=True, slots=True)
class Nothing:
    """That no candidate passed: how many were tried, why, and what of it can be mended."""

    tried: int
    reasons: str
    mendable: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mend:
    """A decision that could not be kept: on which draft, what was to be done, what was typed, and why not."""

    draft_id: UUID
    status: DraftStatus
    typed: str
    fault: str


@router.get("/voices/{modelId}/write")
def write_page(
    request: Request,
    who: Reader,
    parts: PartsOf,
    model_id: ModelId,
    *,
    of: Annotated[str, Query(max_length=_WORD + 10)] = "",
    brief: Annotated[str, Query(max_length=4_000)] = "",
    a: Annotated[str, Query(max_length=MOST_CHARACTERS)] = "",
    b: Annotated[str, Query(max_length=MOST_CHARACTERS)] = "",
) -> Response:
    """The form; with `of` the answer that this draft came with, with `a` and `b` which of two wordings wins."""
    record = parts.store.get_model(who.workspace_id, model_id)
    answer = _answer(of, record, parts) if of else None
    contest = read_contest(a, b, record, caller(request, who), parts) if a or b else None
    return _page(request, who, record, answer=answer, form=Brief(brief=brief), contest=contest)


@router.post("/voices/{modelId}/write")
def write(
    request: Request, who: Changer, parts: PartsOf, model_id: ModelId, form: Annotated[Brief, Form()]
) -> Response:
    """Write, and go to where the drafts are shown; where that cannot be, say why beside what was typed."""
    record = parts.store.get_model(who.workspace_id, model_id)
    asked, faults = _read(form)
    if asked is None:
        return _page(request, who, record, form=form, faults=faults, status=422)
    try:
        found = write_drafts(caller(request, who), record.id, asked, parts)
    except SoundalikeError as error:
        return _refused(request, who, record, form, error)
    if not found.drafts:
        return _page(request, who, record, form=form, nothing=_nothing(found))
    return _at_drafts(record.id, found.drafts[0].id or "", "drafts")


@router.post("/voices/{modelId}/drafts/{draftId}")
def decide_on_draft(
    request: Request,
    who: Changer,
    parts: PartsOf,
    model_id: ModelId,
    draft_id: DraftId,
    *,
    do: Annotated[str, Form(max_length=_WORD)],
    text: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Accept, edit or reject a draft, and go back to it."""
    record = parts.store.get_model(who.workspace_id, model_id)
    draft = _draft_of(record, draft_id, parts)
    status = _status(do)
    try:
        decide(
            parts.store,
            who.workspace_id,
            draft.id,
            status,
            text=_lines(text) if status == "edited" else None,
            reason=_lines(reason),
            at=parts.now(),
            who=who.user_id,
        )
    except SettingsError as error:
        answer = _answer(str(draft.id), record, parts)
        mend = Mend(draft.id, status, text if status == "edited" else reason, english(str(error)))
        return _page(request, who, record, answer=answer, mend=mend, status=422)
    return _at_drafts(record.id, str(draft.id), f"draft-{draft.rank}")


@router.post("/voices/{modelId}/compare")
def compare_wordings(
    request: Request,
    who: Reader,
    parts: PartsOf,
    model_id: ModelId,
    *,
    a: Annotated[str, Form(max_length=2 * MOST_CHARACTERS)] = "",
    b: Annotated[str, Form(max_length=2 * MOST_CHARACTERS)] = "",
) -> Response:
    """Go to the address that shows the judgement, so that it can be linked; of texts too long for one, show it here."""
    record = parts.store.get_model(who.workspace_id, model_id)
    a, b = _lines(a), _lines(b)
    typed = urlencode({"a": a, "b": b})
    if len(typed) <= _LONGEST_ADDRESS:
        return RedirectResponse(f"/voices/{record.id}/write?{typed}#compare", status_code=303)
    contest = read_contest(a, b, record, caller(request, who), parts)
    return _page(request, who, record, contest=contest)


@router.get("/voices/{modelId}/drafts")
def list_drafts(
    request: Request,
    who: Reader,
    parts: PartsOf,
    model_id: ModelId,
    page: PageOf,
    *,
    status: DraftStatus | None = None,
) -> Response:
    """Every draft that is kept of a voice, newest first, and what became of it."""
    record = parts.store.get_model(who.workspace_id, model_id)
    found = parts.store.drafts.page(
        who.workspace_id, record.id, status=status, limit=page.limit + 1, offset=page.offset
    )
    return show(
        request,
        "writing/listing.html",
        who,
        here="voices",
        voice=record,
        drafts=found[: page.limit],
        only=status,
        counts=parts.store.drafts.count(who.workspace_id, record.id),
        newer=max(page.offset - page.limit, 0) if page.offset else None,
        older=page.next_offset(len(found)),
        days=_days(parts, who),
    )


@router.post("/length")
def measure_length(who: Reader, text: Annotated[str, Form(max_length=4 * MOST_CHARACTERS)] = "") -> Response:  # noqa: ARG001 - nobody else has to know
    """How long a text is as X counts it, for the ring that follows what is typed."""
    return JSONResponse({"length": weighted_length(_lines(text))})


def _page(
    request: Request,
    who: Principal,
    record: TrainedModelRecord,
    *,
    answer: Answer | None = None,
    form: Brief | None = None,
    faults: dict[str, str] | None = None,
    problem: str = "",
    nothing: Nothing | None = None,
    contest: Contest | None = None,
    mend: Mend | None = None,
    status: int = 200,
) -> Response:
    parts = parts_of(request)
    shown = {each.id for each in answer.cards} if answer else set()
    latest = parts.store.drafts.page(who.workspace_id, record.id, limit=_EARLIER + len(shown))
    return show(
        request,
        "writing/page.html",
        who,
        here="voices",
        status=status,
        voice=record,
        answer=answer,
        form=Brief.of(answer) if answer else form or Brief(),
        faults=faults or {},
        problem=problem,
        nothing=nothing,
        contest=contest,
        mend=mend,
        earlier=[each for each in latest if each.id not in shown][:_EARLIER],
        kept=sum(parts.store.drafts.count(who.workspace_id, record.id).values()),
        learned=sum(each.by == "learned" for each in edits_of(record).rules),
    )


def _refused(
    request: Request, who: Principal, record: TrainedModelRecord, form: Brief, error: SoundalikeError
) -> Response:
    """The form with what was typed and why nothing was written; an order that makes no sense is said at the brief."""
    kind, detail = told(error)
    detail = english(detail)
    if isinstance(error, SettingsError):
        return _page(request, who, record, form=form, faults={"brief": detail}, status=kind.status)
    return _page(request, who, record, form=form, problem=detail, status=kind.status)


def _answer(draft_id: str, record: TrainedModelRecord, parts: Parts) -> Answer:
    draft = _draft_of(record, read_id(draft_id, UnknownDraft, "draft"), parts)
    return read_answer(parts.store.drafts.answer(record.user_id, draft.id), record, parts)


def _draft_of(record: TrainedModelRecord, draft_id: UUID, parts: Parts) -> DraftRecord:
    """A draft of this voice; another's is as good as absent."""
    draft = parts.store.drafts.get(record.user_id, draft_id)
    if draft.model_id != record.id:
        raise UnknownDraft("There is no such draft of this voice.", hint="Go back to the drafts of its own.")
    return draft


def _at_drafts(model_id: UUID, draft_id: str, place: str) -> Response:
    return RedirectResponse(f"/voices/{model_id}/write?of={draft_id}#{place}", status_code=303)


def _status(do: str) -> DraftStatus:
    match do:
        case "accept":
            return "accepted"
        case "edit":
            return "edited"
        case "reject":
            return "rejected"
    raise SettingsError("A draft is accepted, edited or rejected.", hint="Use the buttons beside it.")


def _read(form: Brief) -> tuple[DraftRequest | None, dict[str, str]]:
    """The order, or what of it makes no sense, by field."""
    faults: dict[str, str] = {}
    values: dict[str, Any] = {
        "brief": _lines(form.brief),
        "continue_from": _lines(form.continue_from) or None,
    }
    ranges = {"max_chars": (form.max_chars, 1, MOST_CHARACTERS)}
    ranges["thread" if form.is_thread else "count"] = (
        (form.posts, 2, MOST_POSTS) if form.is_thread else (form.count, 1, MOST_DRAFTS)
    )
    if form.seed.strip():
        ranges["seed"] = (form.seed, 0, _LARGEST_SEED)
    for name, (typed, least, most) in ranges.items():
        values[name] = _whole(typed, least, most)
        if values[name] is None:
            faults[name] = _(
                "Give a whole number from %(least)s to %(most)s.", least=number(least), most=number(most)
            )
    if not values["brief"].strip():
        faults["brief"] = _("The brief is empty. Say in a few words what the post is to be about.")
    return (None, faults) if faults else _order(values)


def _order(values: dict[str, Any]) -> tuple[DraftRequest | None, dict[str, str]]:
    try:
        return DraftRequest(**values), {}
    except Unstorable as error:
        return None, {"brief": english(told(error)[1])}
    except ValidationError as error:
        return None, {
            str(fault["loc"][0]): english(fault["msg"].removeprefix("Value error, "))
            for fault in error.errors()
        }


def _whole(typed: str, least: int, most: int) -> int | None:
    digits = typed.strip().replace(",", "")
    if not digits.isdecimal() or len(digits) > len(str(most)):
        return None
    return found if least <= (found := int(digits)) <= most else None


def _lines(text: str) -> str:
    """A text as it was typed: browsers send line breaks in two signs."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _nothing(found: DraftsBody) -> Nothing:
    mendable = tuple(str(reason) for reason in _WITH_ADVICE if reason in found.withheld)
    return Nothing(found.tried, named(found.withheld), mendable)


def _days(parts: Parts, who: Principal) -> int:
    """Days after which drafts that nobody decided on are deleted; 0 for never."""
    own = parts.accounts.workspaces.get(who.user_id, who.workspace_id).retention_days
    return parts.settings.soundalike_retention_days if own is None else own
