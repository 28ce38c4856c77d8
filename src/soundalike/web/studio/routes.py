"""The studio's pages, a module a screen."""

from typing import Final

from fastapi import APIRouter

from soundalike.web.studio import static
from soundalike.web.studio.collecting import asking, sessions, uploading
from soundalike.web.studio.collecting import page as collecting
from soundalike.web.studio.door import joining, signing_in
from soundalike.web.studio.review import page as reviewing
from soundalike.web.studio.review import set_aside
from soundalike.web.studio.settings import page as settings
from soundalike.web.studio.training import page as training_page
from soundalike.web.studio.voice import importing, quizzing
from soundalike.web.studio.voice import listing as voices
from soundalike.web.studio.voice import page as voice
from soundalike.web.studio.writing import page as writing

router: Final = APIRouter(include_in_schema=False)
for screen in (
    static,
    signing_in,
    voice,
    quizzing,
    voices,
    importing,
    writing,
    asking,
    uploading,
    collecting,
    reviewing,
    set_aside,
    training_page,
    sessions,
    settings,
    joining,
):
    router.include_router(screen.router)
