"""Upload of an X archive or a file of posts: the other way to a collected session."""

import re
from functools import partial
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryDirectory
from typing import BinaryIO, Final
from uuid import UUID

from anyio import to_thread
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import UploadFile

from soundalike.accounts import Principal
from soundalike.errors import PostsError, SoundalikeError
from soundalike.service.uploading import collect_file
from soundalike.web.limits import MEBIBYTE
from soundalike.web.parts import Parts, PartsOf
from soundalike.web.studio.collecting.asking import (
    LARGEST_UPLOAD,
    Asked,
    Fault,
    check_choices,
    fault_of,
    show_form,
)
from soundalike.web.studio.language import N_, _, english
from soundalike.web.studio.visitors import Changer

router: Final = APIRouter(include_in_schema=False)

PATH: Final = "/upload"
MOST_BYTES: Final = LARGEST_UPLOAD * MEBIBYTE
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9._-]")
_LONGEST_NAME: Final = 80
_EXPECTED: Final = N_("Expected: the zip as X sends it, its tweets.js, or a JSON Lines, JSON or CSV file.")


@router.post(PATH)
async def upload(request: Request, who: Changer, parts: PartsOf) -> Response:
    """Read a file as `soundalike train --file` does, and go on to the review of its posts."""
    async with request.form(max_files=1, max_fields=20) as form:
        asked, file = Asked.read(form), form.get("file")
        fault = check_choices(asked)
        if fault is None and not (isinstance(file, UploadFile) and file.filename and file.size):
            fault = Fault("file", _("Choose a file that holds posts.") + " " + _(_EXPECTED))
        if fault is None and isinstance(file, UploadFile):
            read = partial(_take_in, file.file, file.filename or "", asked, who, parts)
            found = await to_thread.run_sync(read)
            if isinstance(found, UUID):
                return RedirectResponse(f"/sessions/{found}/review", status_code=303)
            fault = found
    return await to_thread.run_sync(partial(show_form, request, who, asked, fault=fault))


def _take_in(file: BinaryIO, name: str, asked: Asked, who: Principal, parts: Parts) -> UUID | Fault:
    """The session of the file's posts, or what is wrong with the file."""
    with TemporaryDirectory(prefix="soundalike-upload-") as folder:
        path = Path(folder, _UNSAFE.sub("_", Path(name).name)[-_LONGEST_NAME:].lstrip(".") or "file")
        with path.open("wb") as copy:
            copyfileobj(file, copy, MEBIBYTE)
        try:
            return collect_file(
                path,
                asked.order,
                store=parts.store,
                user_id=who.workspace_id,
                now=parts.now,
                is_opted_out=parts.accounts.opt_outs.has,
            )
        except PostsError as error:
            return Fault("file", english(str(error).replace(str(path), path.name)) + " " + _(_EXPECTED))
        except SoundalikeError as error:
            return fault_of(error)
