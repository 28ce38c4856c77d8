// What single parts of a page do better with a script; every page works without. No dependency, no build step.

/**
 * Where a page is shown: in a document of its own, or in somebody else's (`studio.js`, `embed.js`).
 *
 * @typedef {object} Site
 * @property {Document | ShadowRoot} root  Where parts find one another.
 * @property {(path: string) => string} address  Where a path of the studio is.
 * @property {() => Record<string, string>} headers  What goes with every request.
 * @property {(path: string) => unknown} open  Go to another page.
 * @property {(element: Element) => Element} adopt  Make what was just parsed fit to stand in `root`.
 */

/** Ask the studio for something. */
export function ask(site, path, options = {}) {
  return fetch(site.address(path), { ...options, headers: { ...options.headers, ...site.headers() } });
}

/** Give an element the focus without moving the page, whatever kind of element it is. */
export function focus(element) {
  if (!element.matches("a[href], button, input, select, textarea, summary, [tabindex]")) element.tabIndex = -1;
  element.focus({ preventScroll: true });
}

/** The language of what an element stands in, for figures. */
const languageOf = (element) => element.closest("[lang]")?.lang || "en";

/** Seconds that go on counting between two fragments: `<time data-seconds="61">`, with the forms they are written in. */
function ticking(element) {
  const began = Date.now() - 1000 * Number(element.dataset.seconds);
  const timer = setInterval(() => {
    if (!element.isConnected) return clearInterval(timer);
    const whole = Math.round((Date.now() - began) / 1000);
    const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
    const form = hours ? element.dataset.hours : minutes ? element.dataset.minutes : element.dataset.under;
    const figures = { hours, minutes, seconds: whole % 60 };
    element.textContent = form.replace(/\{(\w+)\}/g, (_, name) => figures[name]);
  }, 1000);
}

/** Choosing among posts by keys and without a reload: `<ol data-pick>`, `data-pick="whole"` where none is hidden. */
function picking(list, { root }) {
  const boxes = () => [...list.querySelectorAll(".pick")];
  const mark = (box) => {
    const circle = root.querySelector(`.timeline a[href="#post-${box.value}"] circle`);
    circle?.setAttribute("class", box.checked ? "c-viral" : "c-left");
  };
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
    if (event.key === "Enter" && event.target === all[here]) event.preventDefault(); // it would apply the filter
  });
  root.querySelectorAll("[data-hint]").forEach((hint) => (hint.hidden = false));
  if (list.dataset.pick !== "whole") return;
  for (const link of root.querySelectorAll("[data-check]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      check(() => link.dataset.check === "all");
    });
  }
  root.querySelector("[data-check-least]")?.addEventListener("submit", (event) => {
    const least = Number(event.target.atLeast.value.replace(",", "."));
    if (!(least > 0)) return;
    event.preventDefault();
    check((lift) => lift >= least);
  });
}

/** Copy a text, and say so: `<button data-copy="#id">`. */
function copying(button, { root }) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    const source = root.querySelector(button.dataset.copy);
    await navigator.clipboard.writeText(source.value ?? source.textContent);
    const label = button.querySelector("span") ?? button;
    const said = label.textContent;
    label.textContent = button.dataset.done ?? said;
    setTimeout(() => (label.textContent = said), 2000);
  });
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
    if (event.defaultPrevented || form.method !== "post") return;
    form.dataset.sent = "yes";
    const button = event.submitter;
    const label = button?.dataset.busy && button.querySelector("span");
    if (label) [button.dataset.idle, label.textContent] = [label.textContent, button.dataset.busy];
    button?.setAttribute("aria-disabled", "true");
  });
}

/** Have forms that came to nothing, or that one came back to, be sent again. */
export function revive(root) {
  for (const button of root.querySelectorAll("button[aria-disabled]")) {
    button.removeAttribute("aria-disabled");
    if (button.dataset.idle) button.querySelector("span").textContent = button.dataset.idle;
  }
  for (const form of root.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
}

/** A ring that follows what is typed, by the server's count, which is X's: `<textarea data-counted="#len" data-most data-over>`. */
function counted(area, site) {
  const ring = site.root.querySelector(area.dataset.counted);
  const over = site.root.querySelector(area.dataset.over);
  const most = Number(area.dataset.most);
  let timer;
  const count = async () => {
    const body = new URLSearchParams({ text: area.value });
    const answer = await ask(site, "/length", { method: "POST", body }).catch(() => null);
    if (!answer?.ok) return;
    const { length } = await answer.json();
    ring.querySelector(".count").textContent = length.toLocaleString(languageOf(area));
    ring.querySelector(".ring").classList.toggle("over", length > most);
    ring.querySelector(".r-fg").setAttribute("stroke-dasharray", `${Math.min((100 * length) / most, 100).toFixed(1)} 100`);
    over.hidden = length <= most;
    over.querySelector(".by").textContent = (length - most).toLocaleString(languageOf(area));
  };
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(count, 250);
  };
  area.addEventListener("input", soon);
  area.form.addEventListener("reset", soon);
}

/** Tell how much of a file has gone, and show what comes back: `<form data-uploads>`, sent by `<button data-upload>`. */
function uploading(form, site) {
  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (event.defaultPrevented || !("upload" in (button?.dataset ?? {}))) return;
    event.preventDefault();
    const box = site.root.getElementById("gone");
    const [bar, said] = [box.querySelector("progress"), box.querySelector("p")];
    const there = site.address(button.getAttribute("formaction"));
    const fail = () => {
      revive(site.root);
      said.textContent = said.dataset.failed;
    };
    const request = new XMLHttpRequest(); // fetch cannot say how much has gone
    request.open("POST", there);
    for (const [name, value] of Object.entries({ Accept: "text/html", ...site.headers() })) request.setRequestHeader(name, value);
    request.responseType = "document";
    request.upload.addEventListener("progress", ({ loaded, total }) => {
      bar.value = (100 * loaded) / total;
      said.textContent = loaded < total ? `${mebibytes(loaded, said)} / ${mebibytes(total, said)} MiB` : said.dataset.reading;
    });
    request.addEventListener("load", () => {
      if (request.responseURL !== there) return site.open(request.responseURL);
      const answer = request.response?.querySelector("main");
      if (!answer) return fail();
      const main = site.adopt(answer);
      site.root.getElementById("main").replaceWith(main);
      enhance(main, site);
      main.querySelector("[aria-invalid]")?.focus();
    });
    request.addEventListener("error", fail);
    box.hidden = false;
    request.send(new FormData(form));
  });
}

/** Say how large a chosen file is, and refuse one that is too large before it is sent: `<input type=file data-most>`. */
function sized(input, { root }) {
  const hint = root.getElementById("file-size");
  input.addEventListener("change", () => {
    const size = input.files[0]?.size ?? 0;
    hint.textContent = size ? `${mebibytes(size, input)} MiB` : "";
    const isTooLarge = size > Number(input.dataset.most);
    for (const button of root.querySelectorAll("[data-upload]")) button.disabled = isTooLarge;
    input.setAttribute("aria-invalid", isTooLarge);
    hint.classList.toggle("error", isTooLarge);
  });
}

const TENTHS = { minimumFractionDigits: 1, maximumFractionDigits: 1 };
const mebibytes = (bytes, element) => (bytes / 2 ** 20).toLocaleString(languageOf(element), TENTHS);

const PARTS = {
  "[data-copy]": copying,
  "[data-seconds]": ticking,
  "[data-pick]": picking,
  "form[data-keys]": keyed,
  "[data-counted]": counted,
  form: once,
  "form[data-uploads]": uploading,
  "input[data-most]": sized,
};

/** Give the parts within an element of a site what they do with a script. */
export function enhance(element, site) {
  for (const [selector, part] of Object.entries(PARTS)) {
    if (element.matches?.(selector)) part(element, site);
    element.querySelectorAll(selector).forEach((each) => part(each, site));
  }
}
