// <soundalike-panel base="https://studio.example" token="sa_…">: the studio's pages in any other site's sidebar.
//
// Pages are fetched with the token and shown in a shadow root, so neither site's styles reach the other's. Links and
// forms inside stay inside. The studio has to name this site in SOUNDALIKE_EMBED_ORIGINS.

const HERE = new URL(import.meta.url).origin;
const NARROW = `
  :host { display: block; container-type: inline-size; }
  .page { background: var(--surface); color: var(--ink); font: var(--w-body) var(--t-15) / var(--lh) var(--sans); overflow-wrap: break-word; }
  .page .main { padding: var(--s-4); }
  .page[aria-busy="true"] { opacity: 0.6; }
`;

/** The studio's styles as a shadow root takes them: no :root and no body there, and its width is the panel's. */
async function stylesOf(base) {
  const names = ["tokens.css", "studio.css"];
  const texts = await Promise.all(names.map((name) => fetch(`${base}/static/${name}`).then((file) => file.text())));
  const text = texts
    .join("\n")
    .replaceAll(/:root\[data-theme="?(\w+)"?\]/g, ':host([data-theme="$1"])')
    .replaceAll(":root", ":host")
    .replaceAll("@media (max-width", "@container (max-width")
    .replaceAll("@media (min-width", "@container (min-width");
  const sheet = new CSSStyleSheet();
  await sheet.replace(text + NARROW);
  return sheet;
}

class SoundalikePanel extends HTMLElement {
  static observedAttributes = ["base", "token", "page"];

  #root = this.attachShadow({ mode: "open" });
  #page = document.createElement("div");
  #icons = document.createElement("div");
  #stream = new AbortController();
  #turn = 0;

  connectedCallback() {
    this.#page.className = "page";
    this.#icons.hidden = true;
    this.#root.replaceChildren(this.#icons, this.#page);
    this.#root.addEventListener("click", (event) => this.#follow(event));
    this.#root.addEventListener("submit", (event) => this.#send(event));
    this.#begin();
  }

  disconnectedCallback() {
    this.#turn++;
    this.#stream.abort();
  }

  attributeChangedCallback(_name, before) {
    if (this.isConnected && before !== null) this.#begin();
  }

  get #base() {
    return (this.getAttribute("base") ?? HERE).replace(/\/+$/, "");
  }

  async #begin() {
    const turn = ++this.#turn;
    try {
      const [sheet, icons] = await Promise.all([
        stylesOf(this.#base),
        fetch(`${this.#base}/static/icons.svg`).then((file) => file.text()),
      ]);
      if (turn !== this.#turn) return;
      this.#root.adoptedStyleSheets = [sheet];
      this.#icons.innerHTML = icons;
      await this.open(this.getAttribute("page") ?? "/");
    } catch {
      this.#say("The studio cannot be reached, or it does not know this site: SOUNDALIKE_EMBED_ORIGINS names those it knows.");
    }
  }

  /** Show a page of the studio by its path. */
  async open(path, options = {}) {
    const turn = ++this.#turn;
    this.#stream.abort();
    this.#page.setAttribute("aria-busy", "true");
    const answer = await this.#fetch(path, { ...options, headers: { Accept: "text/html" } });
    const text = await answer.text();
    if (turn !== this.#turn) return;
    const shown = new DOMParser().parseFromString(text, "text/html").querySelector("main");
    this.#page.replaceChildren(this.#inside(shown ?? document.createElement("main")));
    this.#page.removeAttribute("aria-busy");
    const { pathname, hash } = new URL(answer.url);
    this.#scrollTo(hash.slice(1));
    for (const live of this.#page.querySelectorAll("[data-live]")) this.#listen(live);
    this.dispatchEvent(new CustomEvent("soundalike-page", { detail: { path: pathname }, bubbles: true }));
  }

  #fetch(path, options) {
    const headers = { ...options.headers, Authorization: `Bearer ${this.getAttribute("token") ?? ""}` };
    return fetch(new URL(path, `${this.#base}/`), { ...options, headers, credentials: "omit" });
  }

  /** Have what refers to the studio's files refer to what is here, or to where they are. */
  #inside(element) {
    for (const use of element.querySelectorAll("use")) {
      use.setAttribute("href", `#${use.getAttribute("href").split("#")[1]}`);
    }
    for (const image of element.querySelectorAll("img")) {
      image.src = new URL(image.getAttribute("src"), this.#base).href;
    }
    return element;
  }

  #follow(event) {
    const link = event.target.closest?.("a[href]");
    if (!link || event.defaultPrevented || event.metaKey || event.ctrlKey || event.shiftKey) return;
    const address = link.getAttribute("href");
    if (address.startsWith("#")) {
      event.preventDefault();
      this.#scrollTo(address.slice(1));
    } else if (address.startsWith("/") && !link.hasAttribute("download")) {
      event.preventDefault();
      this.open(address);
    }
  }

  async #send(event) {
    event.preventDefault();
    const form = event.target;
    const by = event.submitter;
    const path = by?.getAttribute("formaction") ?? form.getAttribute("action") ?? "";
    const fields = new FormData(form, by);
    if (form.method === "get") return this.open(`${path}?${new URLSearchParams(fields)}`);
    const body = form.enctype === "multipart/form-data" ? fields : new URLSearchParams(fields);
    return this.open(path, { method: "POST", body });
  }

  /** Swap an element for the fragments its stream sends; as `studio.js` does, but a token has to go with it. */
  async #listen(element) {
    this.#stream = new AbortController();
    const { signal } = this.#stream;
    let shown = element;
    try {
      const answer = await this.#fetch(element.dataset.live, { signal, headers: { Accept: "text/event-stream" } });
      for await (const { event, data } of eventsOf(answer.body)) {
        if (event === "leave") return await this.open(data);
        if (event !== "fragment") continue;
        const box = document.createElement("template");
        box.innerHTML = data;
        const next = this.#inside(box.content.firstElementChild);
        shown.replaceWith(next);
        shown = next;
        if (!next.dataset.live) return;
      }
    } catch {
      // What follows looks whether the panel still shows this page.
    }
    if (!signal.aborted) setTimeout(() => signal.aborted || !shown.isConnected || this.#listen(shown), 2000);
  }

  #scrollTo(id) {
    if (id) this.#root.getElementById(id)?.scrollIntoView({ block: "start" });
  }

  #say(text) {
    const told = document.createElement("p");
    told.setAttribute("role", "alert");
    told.textContent = text;
    this.#page.replaceChildren(told);
  }
}

/** The events of a stream of text, as EventSource reads them. */
async function* eventsOf(body) {
  let rest = "";
  for await (const part of body.pipeThrough(new TextDecoderStream())) {
    rest += part.replaceAll("\r\n", "\n");
    const events = rest.split("\n\n");
    rest = events.pop();
    for (const lines of events.map((each) => each.split("\n"))) {
      const values = (name) => lines.filter((line) => line.startsWith(name)).map((line) => line.slice(name.length).replace(/^ /, ""));
      yield { event: values("event:")[0] ?? "message", data: values("data:").join("\n") };
    }
  }
}

if (!customElements.get("soundalike-panel")) customElements.define("soundalike-panel", SoundalikePanel);
