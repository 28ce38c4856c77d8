"""Every screen of the studio, once: how to get to it, and what it says when one is there.

What looks at screens takes them from here: the test that holds each against axe-core, the one that puts hostile texts
on them, and the tool that takes the pictures in docs. Braces in an address are places of a furnished studio
(`furnished.py`). A page of the studio that is not here fails a test.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

Do = Callable[[Any, Mapping[str, str]], object]
VOICE, SESSION = "/voices/{modelId}", "/sessions/{trainingSessionId}"
TWO_WORDINGS: Final = "?a=lol+ship+it&b=10+lessons+from+shipping+AI+agents+in+production%3A+a+thread"


@dataclass(frozen=True)
class Screen:
    """A screen: its name, the route that answers, an address of it, and words that stand on it and on no other.

    `do` goes on from the address, with a Playwright page and the places, until the screen is there. `who` is whose
    browser it is: the owner's, a guest's in a workspace where nothing has happened, or nobody's. `headers` go with
    every request.
    """

    name: str
    route: str
    at: str
    says: str
    status: int = 200
    who: str = "owner"
    do: Do | None = None
    headers: dict[str, str] = field(default_factory=dict)


_SEND: Final = """([path, fields]) => {
    const form = Object.assign(document.createElement("form"), { method: "post", action: path });
    for (const [name, value] of Object.entries(fields)) {
        form.append(Object.assign(document.createElement("textarea"), { name, value }));
    }
    document.body.append(form);
    form.submit();
}"""


@dataclass(frozen=True)
class Sent:
    """A form that is on no page, sent as one of our pages would."""

    path: str
    fields: dict[str, str]

    def __call__(self, page: Any, places: Mapping[str, str]) -> None:
        """Send it from a Playwright page."""
        with page.expect_navigation():
            page.evaluate(_SEND, [self.path.format(**places), self.fields])


def send(path: str, **fields: str) -> Sent:
    """Send a form that is on no page, as one of our pages would."""
    return Sent(path, fields)


def press(button: str, **fields: str) -> Do:
    """Fill fields in by their labels and press a button; some of them send without leaving the page."""

    def pressed(page: Any, _places: Mapping[str, str]) -> None:
        for label, value in fields.items():
            page.get_by_label(label, exact=True).fill(value)
        page.get_by_role("button", name=re.compile(button)).first.click()

    return pressed


SCREENS: Final = (
    # The door
    Screen("sign-in", "GET /sign-in", "/sign-in", "Sign in", who="nobody"),
    Screen(
        "sign-in-wrong",
        "POST /sign-in",
        "/sign-in",
        "The email or the password is wrong",
        401,
        "nobody",
        press("^Sign in$", Email="mara@kilnstreet.example", Password="guess upon guess"),
    ),
    Screen("join", "GET /join/{token}", "/join/{invitation}", "Join Kiln Street", who="nobody"),
    Screen("join-known", "GET /join/{token}", "/join/{invitation}", "Join as who is signed in", who="guest"),
    Screen(
        "join-refused",
        "POST /join/{token}",
        "/join/{invitation}",
        "is for another",
        403,
        "guest",
        press("^Join as"),
    ),
    Screen("join-over", "GET /join/{token}", "/join/none", "No such account", 404, "nobody"),
    # Naming a creator
    Screen("ask", "GET /", "/", "Before you pay"),
    Screen(
        "ask-priced",
        "POST /estimate",
        "/?username=levelsio&consent=permission",
        "Collect for about US$",
        do=press("^Estimate$"),
    ),
    Screen(
        "ask-mend",
        "POST /estimate",
        "/",
        "cannot be a username on X",
        422,
        do=send("/estimate", username="not a name", consent="own"),
    ),
    Screen("ask-keyless", "GET /", "{keyless}/", "No key for collecting"),
    Screen(
        "ask-unavailable",
        "POST /estimate",
        "{keyless}/",
        "No key for collecting",
        503,
        do=send("/estimate", username="levelsio", consent="own"),
    ),
    Screen(
        "ask-no-file",
        "POST /upload",
        "/?username=levelsio&consent=own",
        "Choose a file that holds posts",
        422,
        do=press("^Upload and review$"),
    ),
    Screen(
        "ask-too-many",
        "POST /collect",
        "/",
        "is the most",
        429,
        do=send("/collect", username="levelsio", consent="own", priced="levelsio 6", months="6"),
    ),
    # Collecting
    Screen("waiting", f"GET {SESSION}/collecting", "/sessions/{waiting}/collecting", "Waiting for its turn"),
    Screen("collecting", f"GET {SESSION}/collecting", "/sessions/{half}/collecting", "Latest in"),
    Screen("broken-off", f"GET {SESSION}/collecting", "/sessions/{broken}/collecting", "no credits left"),
    Screen("barred", f"GET {SESSION}/collecting", "/sessions/{barred}/collecting", "account is protected"),
    # Review
    Screen("review", f"GET {SESSION}/review", "/sessions/{review}/review", "Train this voice"),
    Screen("review-none", f"GET {SESSION}/review", "/sessions/{none}/review", "None of the 90 posts pass"),
    Screen("review-gone", f"GET {SESSION}/review", "/sessions/{gone}/review", "no longer kept here"),
    Screen(
        "review-mend",
        f"POST {SESSION}/training",
        "/sessions/{review}/review?select=none",
        "Select at least one post",
        422,
        do=press("^Train this voice$"),
    ),
    Screen("set-aside", f"GET {SESSION}/set-aside", "/sessions/{review}/set-aside", "No words of their own"),
    # Training
    Screen("queued", f"GET {SESSION}/training", "/sessions/{queued}/training", "Waiting for its turn"),
    Screen("training", f"GET {SESSION}/training", "/sessions/{running}/training", "Step 5 of 6"),
    Screen("training-failed", f"GET {SESSION}/training", "/sessions/{failed}/training", "Stopped at step 3"),
    Screen(
        "training-stopped", f"GET {SESSION}/training", "/sessions/{stopped}/training", "Cancelled at step 1"
    ),
    Screen("training-done", f"GET {SESSION}/training", "/sessions/{done}/training", "The voice is trained"),
    # Voices
    Screen("voices", "GET /voices", "/voices", "Import a voice"),
    Screen("voices-empty", "GET /voices", "/voices", "No voices yet", who="guest"),
    Screen("voices-mend", "POST /voices", "/voices", "Choose a voice file", 422, do=send("/voices")),
    Screen("voice", f"GET {VOICE}", "/voices/{voice}", "What lifts a post"),
    Screen("voice-newer", f"GET {VOICE}", "/voices/{newer}", "What lifts a post"),
    Screen("voice-foreign", f"GET {VOICE}", "/voices/{foreign}", "Write short."),
    Screen(
        "voice-mend",
        f"POST {VOICE}/rules",
        "/voices/{voice}",
        "None yet",
        422,
        do=send("/voices/{voice}/rules", rule=""),
    ),
    Screen("voice-delete", f"GET {VOICE}/delete", "/voices/{foreign}/delete", "Type potter to confirm"),
    Screen(
        "voice-delete-mend",
        f"POST {VOICE}/delete",
        "/voices/{foreign}/delete",
        "This is not",
        422,
        do=send("/voices/{foreign}/delete", username="potters"),
    ),
    # Writing
    Screen("write", f"GET {VOICE}/write", "/voices/{voice}/write", "What should the post say?"),
    Screen("drafts", f"GET {VOICE}/write", "/voices/{voice}/write?of={draft}", "Best first by likeness"),
    Screen(
        "write-mend",
        f"POST {VOICE}/write",
        "/voices/{voice}/write",
        "The brief is empty",
        422,
        do=send("/voices/{voice}/write", brief=" ", count="many", maxChars="0"),
    ),
    Screen(
        "write-unable",
        f"POST {VOICE}/write",
        "/voices/{foreign}/write",
        "nothing was written",
        404,
        do=send("/voices/{foreign}/write", brief="why I ship daily"),
    ),
    Screen(
        "draft-mend",
        f"POST {VOICE}/drafts/{{draftId}}",
        "/voices/{voice}/write?of={open}",
        "1 to 25,000",
        422,
        do=send("/voices/{voice}/drafts/{open}", do="edit", text=" "),
    ),
    Screen("compare", f"GET {VOICE}/write", f"/voices/{{voice}}/write{TWO_WORDINGS}", "B wins"),
    Screen(
        "compare-mend", f"GET {VOICE}/write", "/voices/{voice}/write?a=lol&b=+", "Give both as they would"
    ),
    Screen("all-drafts", f"GET {VOICE}/drafts", "/voices/{voice}/drafts", "Accepted 1"),
    Screen("no-drafts", f"GET {VOICE}/drafts", "/voices/{foreign}/drafts", "None here."),
    # The quiz
    Screen("quiz", f"GET {VOICE}/quiz/{{quizId}}", "/voices/{voice}/quiz/{quiz}", "Round 2 of 4"),
    Screen("quiz-result", f"GET {VOICE}/quiz/{{quizId}}", "/voices/{voice}/quiz/{told}", "Round by round"),
    Screen(
        "quiz-none",
        f"POST {VOICE}/quiz",
        "/voices/{ungraded}",
        "Nothing left to tell apart",
        422,
        do=send("/voices/{ungraded}/quiz"),
    ),
    # Sessions
    Screen("sessions", "GET /sessions", "/sessions", "Training, step 5 of 6"),
    Screen("sessions-empty", "GET /sessions", "/sessions", "No sessions yet", who="guest"),
    Screen("sessions-over", "GET /sessions", "/sessions?offset=100", "No older sessions"),
    Screen("session-delete", f"GET {SESSION}/delete", "/sessions/{review}/delete", "Type ada to confirm"),
    Screen(
        "session-delete-mend",
        f"POST {SESSION}/delete",
        "/sessions/{review}/delete",
        "This is not @ada",
        422,
        do=send("/sessions/{review}/delete", username="bob"),
    ),
    # Settings
    Screen("settings", "GET /settings", "/settings", "Next:"),
    Screen("settings-guest", "GET /settings", "/settings", "Nobody is noted", who="guest"),
    Screen("settings-forget", "GET /settings", "/settings?forget=ada", "Type the username to confirm"),
    Screen(
        "settings-mend",
        "POST /settings/keys",
        "/settings",
        "days",
        422,
        do=send("/settings/keys", name="nightly", days="soon"),
    ),
    Screen(
        "settings-key",
        "POST /settings/keys",
        "/settings",
        "it cannot be shown again",
        201,
        do=send("/settings/keys", name="nightly"),
    ),
    Screen(
        "settings-invited",
        "POST /settings/invitations",
        "/settings",
        "nothing is mailed from here",
        201,
        do=send("/settings/invitations", email="tomasz.of.a.long.name@kilnstreet.example"),
    ),
    # What goes wrong
    Screen(
        "fault-401",
        "GET /voices",
        "/voices",
        "Nobody is signed in",
        401,
        "nobody",
        headers={"Authorization": "Bearer sa_none"},
    ),
    Screen(
        "fault-403",
        "POST /settings/keys",
        "/settings",
        "Not allowed",
        403,
        "nobody",
        send("/settings/keys", name="x"),
        {"Authorization": "Bearer {reader}"},
    ),
    Screen("fault-404", f"GET {VOICE}", "/voices/{nobody}", "No such model", 404),
    Screen(
        "fault-409",
        f"POST {SESSION}/collecting/settle",
        "/sessions",
        "It has ended, or not yet",
        409,
        do=send("/sessions/{review}/collecting/settle"),
    ),
    Screen(
        "fault-413",
        "POST /settings/theme",
        "/settings",
        "The body is too large",
        413,
        do=send("/settings/theme", theme="x" * 1_100_000),
    ),
    Screen(
        "fault-422", f"GET {VOICE}/drafts", "/voices/{voice}/drafts?status=burnt", "not as documented", 422
    ),
    Screen(
        "fault-429",
        f"POST {SESSION}/collecting/go-on",
        "/sessions/{broken}/collecting",
        "Too many jobs at once",
        429,
        do=send("/sessions/{broken}/collecting/go-on"),
    ),
)
"""All of them, in the order in which one comes across them."""

LEADING: Final = frozenset(
    {
        "POST /sign-out",
        "POST /workspace",
        f"GET {SESSION}",
        f"POST {SESSION}/review",
        f"POST {SESSION}/collecting/cancel",
        f"POST {SESSION}/training/cancel",
        f"POST {SESSION}/training/retry",
        f"POST {VOICE}/edits",
        f"POST {VOICE}/quiz/{{quizId}}",
        f"POST {VOICE}/compare",
        "POST /settings/keys/revoke",
        "POST /settings/members/role",
        "POST /settings/members/remove",
        "POST /settings/invitations/withdraw",
        "POST /settings/workspace",
        "POST /settings/workspaces",
        "POST /settings/retention",
        "POST /settings/opt-outs",
        "POST /settings/opt-outs/remove",
        "POST /settings/forget",
        "POST /settings/password",
        "POST /settings/logins/end",
        "POST /settings/logins/end-others",
    }
)
"""Routes that lead to a screen, and show none but the one above when something is to be mended."""

PARTS: Final = frozenset(
    {
        "GET /static/{name}",
        f"GET {SESSION}/collecting/live",
        f"GET {SESSION}/training/live",
        f"GET {VOICE}/quiz/{{quizId}}/result.svg",
        "POST /length",
    }
)
"""Routes whose answers are no pages."""
