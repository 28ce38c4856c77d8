// Parts of a page that are told anew while one looks on.

import { ask, enhance, focus } from "./parts.js";

const FIRST_PAUSE = 2_000;
const LONGEST_PAUSE = 60_000;

/**
 * Swap the element for each fragment that its stream sends: `<div data-live="/address">`, until a fragment has none.
 *
 * What a fragment `data-says` is told through `<p id="said" role="status">`, which stays; `data-focus` gets the focus at
 * the end, if the page has it. A stream that breaks off is asked for again, after pauses that grow, until `signal` ends
 * it. `EventSource` would do for a cookie, but it sends no token.
 */
export async function follow(element, site, signal) {
  let [shown, pause] = [element, FIRST_PAUSE];
  while (shown.isConnected && !signal?.aborted) {
    for await (const { event, data } of listen(site, shown.dataset.live, signal)) {
      if (event === "leave") return site.open(data);
      if (event !== "fragment") continue;
      shown = swap(shown, data, site);
      pause = FIRST_PAUSE;
      if (!shown.dataset.live) return;
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
    pause = Math.min(2 * pause, LONGEST_PAUSE);
  }
}

/** Put a fragment in the place of what is shown; gives what is shown then. */
function swap(shown, text, site) {
  const box = document.createElement("template");
  box.innerHTML = text;
  const next = site.adopt(box.content.firstElementChild);
  const focused = site.root.activeElement; // null where the focus is in the page around a panel
  const isInside = shown.contains(focused);
  shown.replaceWith(next);
  if (isInside) focus(site.root.getElementById(focused.id) ?? next);
  enhance(next, site);
  say(site, next.dataset.says);
  if (focused && !next.dataset.live) next.querySelector("[data-focus]")?.focus();
  return next;
}

/** Tell those who cannot see it what has changed, once. */
export function say(site, words) {
  const said = site.root.getElementById("said");
  if (words && said.textContent !== words) said.textContent = words;
}

/** The events of a stream as EventSource reads them, until it ends or breaks off. */
async function* listen(site, path, signal) {
  let reader;
  try {
    const answer = await ask(site, path, { signal, headers: { Accept: "text/event-stream" } });
    if (!answer.ok) return;
    reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      const events = (rest + read.value).replaceAll("\r\n", "\n").split("\n\n");
      rest = events.pop();
      yield* events.map(eventOf);
    }
  } catch {
    // The server or the way to it is gone, or nobody looks on any more.
  } finally {
    reader?.cancel().catch(() => {});
  }
}

/** One event: what is said of it in lines such as `data: <p>`. */
function eventOf(text) {
  const lines = text.split("\n");
  const values = (name) => lines.filter((line) => line.startsWith(name)).map((line) => line.slice(name.length).replace(/^ /, ""));
  return { event: values("event:")[0] ?? "message", data: values("data:").join("\n") };
}
