// <soundalike-panel base="https://studio.example" token="sa_…">: the studio's pages in any other site's sidebar.
//
// Pages are fetched with the token and shown in a shadow root, so neither site's styles reach the other's. Links and
// forms inside stay inside. The studio has to name this site in SOUNDALIKE_EMBED_ORIGINS.

import { ask, enhance, focus, revive } from "./parts.js";
import { follow, say } from "./streams.js";

const HERE = new URL(import.meta.url).origin;
const NARROW = `
  :host { display: block; container-type: inline-size; }
  .page { background: var(--surface); color: var(--ink); font: var(--w-body) var(--t-15) / var(--lh) var(--sans); overflow-wrap: break-word; }
  .page .main { padding: var(--s-4); }
  .page[aria-busy="true"] { opacity: 0.6; }
  #appearance, [href$="#appearance"] { display: none; } /* the page around says how it looks: data-theme */
`;
const UNREACHED = "The studio cannot be reached, or it does not know this site: SOUNDALIKE_EMBED_ORIGINS names those it knows.";

class SoundalikePanel extends HTMLElement {
  static observedAttributes = ["base", "token", "page"];

  #root = this.attachShadow({ mode: "open" });
  #icons = document.createElement("div");
  #said = document.createElement("p");
  #page = document.createElement("div");
  #stream = new AbortController();
  #turn = 0;
  #at = "";

  /** @type {import("./parts.js").Site} */
  #site = {
    root: this.#root,
    address: (path) => new URL(path, this.#at || this.#base).href,
    headers: () => ({ Authorization: `Bearer ${this.getAttribute("token") ?? ""}` }),
    open: (path) => this.open(path),
    adopt: (element) => this.#adopt(element),
  };

  constructor() {
    super();
    Object.assign(this.attachInternals(), { role: "region", ariaLabel: "Soundalike" });
    Object.assign(this.#said, { id: "said", className: "vh", role: "status" });
    this.#icons.hidden = true;
    this.#page.className = "page";
    this.#root.append(this.#icons, this.#said, this.#page);
    this.#root.addEventListener("click", (event) => this.#follow(event));
    this.#root.addEventListener("submit", (event) => this.#send(event));
  }

  connectedCallback() {
    this.#begin();
  }

  disconnectedCallback() {
    this.#turn++;
    this.#stream.abort();
  }

  attributeChangedCallback(_name, before, now) {
    if (this.isConnected && before !== now) this.#begin();
  }

  /** Show a page of the studio by its path. */
  open(path) {
    return this.#go(path);
  }

  get #base() {
    return this.getAttribute("base") || HERE;
  }

  /** Begin anew, once for all attributes that change together. */
  #begin() {
    const turn = ++this.#turn;
    this.#stream.abort();
    queueMicrotask(() => {
      if (turn !== this.#turn) return;
      this.#at = "";
      this.#page.replaceChildren();
      this.open(this.getAttribute("page") ?? "/");
    });
  }

  /** Go where a link or a form leads, if nobody goes elsewhere meanwhile. `isAsked` by whoever looks on. */
  async #go(path, { isAsked = false, name = "", ...request } = {}) {
    const turn = ++this.#turn;
    this.#page.setAttribute("aria-busy", "true");
    const found = await this.#load(path, request).catch(() => ({ fault: this.getAttribute("unreached") || UNREACHED }));
    if (found.file) save(found.file, name || found.name);
    if (turn !== this.#turn) return;
    this.#page.removeAttribute("aria-busy");
    if (found.page) this.#show(found, isAsked);
    else if (found.fault) this.#fail(found.fault);
    else revive(this.#root);
  }

  /** What is at a path: a page with its styles, a file, or what is at fault. Fails where there is no way to it. */
  async #load(path, request) {
    const answer = await ask(this.#site, path, { ...request, headers: { Accept: "text/html" } });
    const type = answer.headers.get("content-type") ?? "";
    if (type.startsWith("text/html")) {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (!page.querySelector("main")) throw new Error("No page of the studio.");
      return { page, address: answer.url, dress: await dressOf(page, answer.url) };
    }
    return answer.ok ? { file: await answer.blob(), name: nameOf(answer) } : { fault: (await answer.json()).detail };
  }

  #show({ page, address, dress }, isAsked) {
    const mayFocus = this.#root.activeElement || (isAsked && document.activeElement === document.body);
    const { pathname, hash } = new URL(address);
    this.#stream.abort();
    this.#stream = new AbortController();
    this.#at = address;
    this.#icons.innerHTML = dress.icons;
    this.#root.adoptedStyleSheets = [dress.sheet];
    this.#page.lang = page.documentElement.lang;
    this.#page.replaceChildren(this.#adopt(page.querySelector("main")));
    enhance(this.#page, this.#site);
    const place = hash && this.#root.getElementById(hash.slice(1));
    const marked = this.#page.querySelector("[autofocus], [aria-invalid=true]");
    if (mayFocus) reach(marked ?? (place || this.#page.querySelector("h1")), place ? "start" : "nearest");
    else if (place) place.scrollIntoView();
    say(this.#site, page.title);
    for (const live of this.#page.querySelectorAll("[data-live]")) follow(live, this.#site, this.#stream.signal);
    this.dispatchEvent(new CustomEvent("soundalike-page", { detail: { path: pathname }, bubbles: true }));
  }

  /** Have what refers to the studio's files and pages refer to what is here, or to where they are. */
  #adopt(element) {
    for (const use of element.querySelectorAll("use")) {
      use.setAttribute("href", `#${use.getAttribute("href").split("#")[1]}`);
    }
    for (const image of element.querySelectorAll("img")) image.src = this.#site.address(image.getAttribute("src"));
    for (const link of element.querySelectorAll("a[href]:not([href^='#'])")) {
      const address = new URL(link.getAttribute("href"), this.#at);
      link.setAttribute("href", address.href);
      if (!this.#isOurs(address)) link.setAttribute("target", "_blank"); // not in the place of the page around
    }
    if (element.localName !== "main") return element;
    const page = document.createElement("div"); // the page around has a main of its own
    Object.assign(page, { id: element.id, className: element.className });
    page.append(...element.childNodes);
    return page;
  }

  #isOurs({ origin }) {
    return origin === new URL(this.#base).origin;
  }

  #follow(event) {
    const link = event.target.closest?.("a[href]");
    if (!link || event.defaultPrevented || event.metaKey || event.ctrlKey || event.shiftKey) return;
    const href = link.getAttribute("href");
    const address = new URL(href, this.#at);
    if (link.getAttribute("target") || !this.#isOurs(address)) return;
    event.preventDefault();
    const place = address.href.split("#")[0] === this.#at.split("#")[0] && address.hash;
    const found = place && this.#root.getElementById(address.hash.slice(1));
    if (found) reach(found, "start");
    else if (!href.startsWith("#")) this.#go(address.href, { isAsked: true, name: link.getAttribute("download") });
  }

  #send(event) {
    if (event.defaultPrevented) return;
    event.preventDefault();
    const [form, by] = [event.target, event.submitter];
    const said = (name) => by?.getAttribute(`form${name}`) ?? form.getAttribute(name) ?? "";
    const address = new URL(said("action"), this.#at);
    const fields = new FormData(form, by);
    if (said("method") !== "post") {
      address.search = new URLSearchParams(fields);
      return this.#go(address.href, { isAsked: true });
    }
    const body = said("enctype") === "multipart/form-data" ? fields : new URLSearchParams(fields);
    return this.#go(address.href, { isAsked: true, method: "POST", body });
  }

  /** Say what went wrong, above the page that was left in vain; what was typed there can be sent again. */
  #fail(text) {
    const told = document.createElement("p");
    Object.assign(told, { role: "alert", className: "note danger", textContent: text, id: "failed" });
    this.#root.getElementById("failed")?.remove();
    this.#page.prepend(told);
    revive(this.#root);
  }
}

const dresses = new Map();

/** The styles that a page asks for, and the icons; kept, as their addresses change with them. */
function dressOf(page, address) {
  const there = (element) => new URL(element.getAttribute("href"), address).href.split("#")[0];
  const styles = [...page.querySelectorAll("link[rel=stylesheet]")].map(there);
  const icons = page.querySelector("use");
  const key = [...styles, icons && there(icons)].join(" ");
  if (!dresses.has(key)) dresses.set(key, made(styles, icons && there(icons)));
  dresses.get(key).catch(() => dresses.delete(key));
  return dresses.get(key);
}

/** Styles as a shadow root takes them: no :root and no body there, and its width is the panel's. */
async function made(styles, icons) {
  const read = (file) => fetch(file).then((answer) => answer.text());
  const texts = await Promise.all(styles.map(read));
  const text = texts
    .join("\n")
    .replaceAll(/:root\[data-theme="?(\w+)"?\]/g, ':host([data-theme="$1"])')
    .replaceAll(":root", ":host")
    .replaceAll("@media (max-width", "@container (max-width")
    .replaceAll("@media (min-width", "@container (min-width");
  return { sheet: await new CSSStyleSheet().replace(text + NARROW), icons: icons ? await read(icons) : "" };
}

/** Give an element the focus, where whoever looks on can see it. */
function reach(element, block) {
  focus(element);
  element.scrollIntoView({ block });
}

/** What an answer says its file is called. */
function nameOf(answer) {
  const said = answer.headers.get("content-disposition") ?? "";
  return /filename="([^"]+)"/.exec(said)?.[1] ?? "";
}

/** Save a file that a token was needed for. */
function save(file, name) {
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(file), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

if (!customElements.get("soundalike-panel")) customElements.define("soundalike-panel", SoundalikePanel);
