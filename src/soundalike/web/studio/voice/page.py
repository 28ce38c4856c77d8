"""The page of a voice, what its user changes about it there, and its deletion."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel

from soundalike.drafts.rules import read_rule
from soundalike.errors import SettingsError
from soundalike.schemas.edits import Key
from soundalike.service.feedback import change_voice
from soundalike.storage import TrainedModelRecord
from soundalike.training.edits import Wish
from soundalike.web.parts import PartsOf
from soundalike.web.reading import ModelId
from soundalike.web.studio.language import _, english
from soundalike.web.studio.render import parts_of, show
from soundalike.web.studio.visitors import Changer, Reader
from soundalike.web.studio.voice.origin import CONSENT
from soundalike.web.studio.voice.shown import values_of

router: Final = APIRouter(prefix="/voices/{modelId}", include_in_schema=False)

_MOST_WRITTEN: Final = 4_000  # what a field may hold; what a rule may be is said by the rule
_Text = Annotated[str, Form(max_length=_MOST_WRITTEN)]


class EditForm(BaseModel):
    """The button that was pressed: what is to be changed, by its key."""

    hide_trait: Key | None = None
    show_trait: Key | None = None
    hide_favourite: Key | None = None
    show_favourite: Key | None = None
    remove_rule: Key | None = None

    def wish(self) -> Wish:
        """What is to be changed."""
        return Wish(
            hide_traits=_one(self.hide_trait),
            show_traits=_one(self.show_trait),
            hide_favourites=_one(self.hide_favourite),
            show_favourites=_one(self.show_favourite),
            remove_rules=_one(self.remove_rule),
        )


@router.get("")
def voice(request: Request, who: Reader, model_id: ModelId, parts: PartsOf) -> Response:
    """All that is known of a voice."""
    return _page(request, who, parts.store.get_model(who.workspace_id, model_id))


@router.post("/rules")
def add_rule(request: Request, who: Changer, model_id: ModelId, parts: PartsOf, rule: _Text = "") -> Response:
    """Add a rule in the user's words; one that cannot be kept is shown again with why."""
    record = parts.store.get_model(who.workspace_id, model_id)
    try:
        _change(parts, who, model_id, Wish(add_rules=(read_rule(rule),)))
    except SettingsError as error:
        return _page(request, who, record, status=422, rule=rule, fault=english(str(error)))
    return _back_to(model_id, "rules")


@router.post("/edits")
def edit_voice(
    who: Changer, model_id: ModelId, parts: PartsOf, asked: Annotated[EditForm, Form()]
) -> Response:
    """Leave a trait or favourite out of the prompt, take one in again, or remove a rule."""
    _change(parts, who, model_id, asked.wish())
    return _back_to(model_id, "rules" if asked.remove_rule else "traits")


@router.get("/delete")
def ask_before_deleting(request: Request, who: Changer, model_id: ModelId, parts: PartsOf) -> Response:
    """What goes and what stays, and a field for the name."""
    record = parts.store.get_model(who.workspace_id, model_id)
    return show(request, "voice/delete.html", who, here="voices", model=record, fault="")


@router.post("/delete")
def delete_voice(
    request: Request, who: Changer, model_id: ModelId, parts: PartsOf, username: _Text = ""
) -> Response:
    """Delete a voice for good, once its creator's name is typed."""
    record = parts.store.get_model(who.workspace_id, model_id)
    if username.strip().removeprefix("@").casefold() != record.creator_username.casefold():
        fault = _("This is not the name. Type %(name)s to delete the voice.", name=record.creator_username)
        return show(request, "voice/delete.html", who, here="voices", status=422, model=record, fault=fault)
    parts.store.delete_model(who.workspace_id, model_id)
    parts.let_go()
    return RedirectResponse("/voices", status_code=303)


def _page(
    request: Request,
    who: Reader,
    record: TrainedModelRecord,
    *,
    status: int = 200,
    rule: str = "",
    fault: str = "",
) -> Response:
    values = values_of(record, parts_of(request), who)
    consent = CONSENT.get((record.provenance or {}).get("consent") or "")
    address = str(request.base_url).rstrip("/")
    return show(
        request,
        "voice/page.html",
        who,
        here="voices",
        status=status,
        address=address,
        consent=_(consent) if consent else "",
        rule=rule,
        fault=fault,
        **values,
    )


def _change(parts: PartsOf, who: Changer, model_id: UUID, wish: Wish) -> None:
    change_voice(parts.store, who.workspace_id, model_id, wish, at=parts.now(), who=who.user_id)


def _one(key: str | None) -> tuple[str, ...]:
    return (key,) if key else ()


def _back_to(model_id: UUID, section: str) -> Response:
    return RedirectResponse(f"/voices/{model_id}#{section}", status_code=303)
