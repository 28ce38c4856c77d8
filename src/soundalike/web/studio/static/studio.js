// The studio's pages in a document of their own.

import { enhance, revive } from "./parts.js";
import { follow } from "./streams.js";

/** @type {import("./parts.js").Site} */
const site = {
  root: document,
  address: (path) => new URL(path, location.href).href,
  headers: () => ({}),
  open: (path) => location.assign(path),
  adopt: (element) => element,
};

enhance(document, site);
document.querySelectorAll("[data-live]").forEach((element) => follow(element, site));
document.querySelector("[aria-invalid=true]")?.focus(); // what has to be mended
addEventListener("pageshow", ({ persisted }) => persisted && revive(document));
