// What the pages do better with a script; every page works without. No dependency, no build step.

/**
 * Swap the element for each fragment that its stream sends: `<div data-live="/address">`, until a fragment has none.
 * What a fragment `data-says` is told through `<p id="said" role="status">`, which stays; `data-focus` gets the focus at
 * the end. A browser that gave the stream up, as it does when a server answers with an error, asks again after a while.
 */
function follow(element, shown = element, pause = 2000) {
  const stream = new EventSource(element.dataset.live);
  stream.addEventListener("fragment", (event) => {
    const box = document.createElement("template");
    box.innerHTML = event.data;
    const next = box.content.firstElementChild;
    const focused = document.activeElement?.id;
    shown.replaceWith(next);
    shown = next;
    pause = 2000;
    if (focused) document.getElementById(focused)?.focus();
    enhance(next);
    say(next.dataset.says);
    if (next.dataset.live) return;
    stream.close();
    next.querySelector("[data-focus]")?.focus();
  });
  stream.addEventListener("leave", (event) => location.assign(event.data));
  stream.addEventListener("error", () => {
    if (stream.readyState !== EventSource.CLOSED || !shown.isConnected) return;
    setTimeout(() => follow(element, shown, Math.min(2 * pause, 60_000)), pause);
  });
}

/** Tell those who cannot see it what has changed, once. */
function say(words) {
  const said = document.getElementById("said");
  if (said && words && said.textContent !== words) said.textContent = words;
}

/** Seconds that go on counting between two fragments: `<time data-seconds="61">`. */
function ticking(element) {
  const began = Date.now() - 1000 * Number(element.dataset.seconds);
  const timer = setInterval(() => {
    if (!element.isConnected) return clearInterval(timer);
    const whole = Math.round((Date.now() - began) / 1000);
    const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
    element.textContent = hours
      ? `${hours}\u00a0h ${minutes}\u00a0min`
      : minutes
        ? `${minutes}\u00a0min ${whole % 60}\u00a0s`
        : `${whole}\u00a0s`;
  }, 1000);
}

/** Choosing among posts by keys and without a reload: `<ol data-pick>`, `data-pick="whole"` where none is hidden. */
function picking(list) {
  const boxes = () => [...list.querySelectorAll(".pick")];
  const check = (is) => {
    for (const box of boxes()) {
      box.checked = is(Number(box.closest("[data-lift]").dataset.lift));
      mark(box);
    }
  };
  list.addEventListener("change", (event) => mark(event.target));
  list.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const all = boxes();
    const here = all.indexOf(event.target.closest(".entry")?.querySelector(".pick"));
    const step = { j: 1, k: -1 }[event.key];
    if (step) all[here + step]?.focus();
    if (step) all[here + step]?.closest(".entry").scrollIntoView({ block: "center" });
    if (event.key === "x") all[here]?.click();
  });
  document.querySelectorAll("[data-hint]").forEach((hint) => (hint.hidden = false));
  if (list.dataset.pick !== "whole") return;
  for (const link of document.querySelectorAll("[data-check]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      check(() => link.dataset.check === "all");
    });
  }
  document.querySelector("[data-check-least]")?.addEventListener("submit", (event) => {
    const least = Number(event.target.atLeast.value.replace(",", "."));
    if (!(least > 0)) return;
    event.preventDefault();
    check((lift) => lift >= least);
  });
}

/** Show in the picture whether a post is selected. */
function mark(box) {
  const circle = document.querySelector(`.timeline a[href="#post-${box.value}"] circle`);
  circle?.setAttribute("class", box.checked ? "c-viral" : "c-left");
}

/** Copy a text, and say so: `<button data-copy="#id">`. */
function copying(button) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    const source = document.querySelector(button.dataset.copy);
    await navigator.clipboard.writeText(source.value ?? source.textContent);
    const label = button.querySelector("span") ?? button;
    const said = label.textContent;
    label.textContent = button.dataset.done ?? said;
    setTimeout(() => (label.textContent = said), 2000);
  });
}

/** Send a form when one of its choices changes: `<form data-at-once>`. Its button is for those without a script. */
function atOnce(form) {
  form.querySelector("button:not([name])")?.setAttribute("hidden", "");
  form.addEventListener("change", () => form.requestSubmit());
}

/** While a form has the focus, a key presses the button that names it: `<form data-keys>`, `<button data-key="1">`. */
function keyed(form) {
  form.querySelectorAll(".keys").forEach((hint) => (hint.hidden = false));
  form.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    const button = [...form.querySelectorAll("[data-key]")].find((each) => each.dataset.key === event.key);
    if (button) form.requestSubmit(button);
  });
}

/** A form is sent once, however often it is clicked; the button that sent it says what it is doing. */
function once(form) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) return event.preventDefault();
    if (form.method !== "post") return;
    form.dataset.sent = "yes";
    const button = event.submitter;
    if (button?.dataset.busy) button.querySelector("span")?.replaceChildren(button.dataset.busy);
    button?.setAttribute("aria-disabled", "true");
  });
  addEventListener("pageshow", () => delete form.dataset.sent);
}

/** A ring that follows what is typed, by the server's count, which is X's: `<textarea data-counted="#len" data-most data-over>`. */
function counted(area) {
  const ring = document.querySelector(area.dataset.counted);
  const over = document.querySelector(area.dataset.over);
  const most = Number(area.dataset.most);
  let timer;
  const count = async () => {
    const body = new URLSearchParams({ text: area.value });
    const answer = await fetch("/length", { method: "POST", body }).catch(() => null);
    if (!answer?.ok) return;
    const { length } = await answer.json();
    ring.querySelector(".count").textContent = length.toLocaleString("en");
    ring.querySelector(".ring").classList.toggle("over", length > most);
    ring.querySelector(".r-fg").setAttribute("stroke-dasharray", `${Math.min((100 * length) / most, 100).toFixed(1)} 100`);
    over.hidden = length <= most;
    over.querySelector(".by").textContent = (length - most).toLocaleString("en");
  };
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(count, 250);
  };
  area.addEventListener("input", soon);
  area.form.addEventListener("reset", soon);
}

/** Tell how much of a file has gone, and show what comes back: `<form data-uploads>`, sent by `<button data-upload>`. */
function uploading(form) {
  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (event.defaultPrevented || !("upload" in (button?.dataset ?? {}))) return;
    event.preventDefault();
    const box = document.getElementById("gone");
    const [bar, said] = [box.querySelector("progress"), box.querySelector("p")];
    const request = new XMLHttpRequest();
    request.open("POST", button.formAction);
    request.setRequestHeader("Accept", "text/html");
    request.responseType = "document";
    request.upload.addEventListener("progress", ({ loaded, total }) => {
      box.hidden = false;
      bar.value = (100 * loaded) / total;
      said.textContent = loaded < total ? `${mebibytes(loaded)} / ${mebibytes(total)} MiB` : said.dataset.reading;
    });
    request.addEventListener("load", () => {
      if (request.responseURL !== button.formAction) return location.assign(request.responseURL);
      const main = request.response.querySelector("main");
      document.querySelector("main").replaceWith(main);
      enhance(main);
      main.querySelector("[aria-invalid]")?.focus();
    });
    request.addEventListener("error", () => location.reload());
    request.send(new FormData(form));
  });
}

/** Say how large a chosen file is, and refuse one that is too large before it is sent: `<input type=file data-most>`. */
function sized(input) {
  const hint = document.getElementById("file-size");
  input.addEventListener("change", () => {
    const size = input.files[0]?.size ?? 0;
    hint.textContent = size ? `${mebibytes(size)} MiB` : "";
    const isTooLarge = size > Number(input.dataset.most);
    for (const button of document.querySelectorAll("[data-upload]")) button.disabled = isTooLarge;
    input.setAttribute("aria-invalid", isTooLarge);
    hint.classList.toggle("error", isTooLarge);
  });
}

const mebibytes = (bytes) => (bytes / 2 ** 20).toFixed(1);

const PARTS = { "[data-copy]": copying, "[data-seconds]": ticking, "[data-pick]": picking, "form[data-at-once]": atOnce, "form[data-keys]": keyed, "[data-counted]": counted, form: once, "form[data-uploads]": uploading, "input[data-most]": sized };

/** Give the parts within an element what they do with a script. */
export function enhance(root) {
  for (const [selector, part] of Object.entries(PARTS)) {
    if (root.matches?.(selector)) part(root);
    root.querySelectorAll(selector).forEach(part);
  }
}

enhance(document);
document.querySelectorAll("[data-live]").forEach((element) => follow(element));
