"""Taking in a voice that another installation exported, from the list of voices."""

from typing import Annotated, Final

from fastapi import APIRouter, File, Form, Request, Response, UploadFile
from fastapi.responses import RedirectResponse

from soundalike.accounts import Principal
from soundalike.errors import ConsentRequired, CreatorOptedOut, SettingsError, VoiceFileError
from soundalike.exports.voice_file import MOST_BYTES as LARGEST_FILE
from soundalike.service.importing import Imported, import_voice
from soundalike.web.limits import MEBIBYTE
from soundalike.web.parts import Parts, PartsOf
from soundalike.web.studio.language import _, english
from soundalike.web.studio.visitors import Changer
from soundalike.web.studio.voice.listing import show_voices

router: Final = APIRouter(include_in_schema=False)

PATH: Final = "/voices"
MOST_BYTES: Final = LARGEST_FILE + MEBIBYTE
"""Of a form with a file: what stands around the file is less than the rest."""

_MOST_SIGNER: Final = 200


@router.post(PATH)
def import_file(
    request: Request,
    who: Changer,
    parts: PartsOf,
    file: Annotated[UploadFile | None, File()] = None,
    signer: Annotated[str, Form(max_length=_MOST_SIGNER)] = "",
) -> Response:
    """Keep the voice in a file and go to it; a file that is refused is said with why."""
    fault = {"signer": signer, "in_file": _("Choose a voice file."), "in_signer": ""}
    if file is None or not file.filename:
        return show_voices(request, who, parts, status=422, **fault)
    try:
        taken = _take_in(file.file.read(), signer.strip() or None, who, parts)
    except (VoiceFileError, CreatorOptedOut, ConsentRequired) as error:
        return show_voices(request, who, parts, status=422, **fault | {"in_file": english(str(error))})
    except SettingsError as error:
        return show_voices(
            request, who, parts, status=422, **fault | {"in_file": "", "in_signer": english(str(error))}
        )
    return RedirectResponse(f"/voices/{taken.record.id}#from", status_code=303)


def _take_in(content: bytes, signer: str | None, who: Principal, parts: Parts) -> Imported:
    return import_voice(
        content,
        store=parts.store,
        workspace_id=who.workspace_id,
        own_signer=parts.signer().fingerprint,
        is_opted_out=parts.accounts.opt_outs.has,
        at=parts.now(),
        signer=signer,
    )
