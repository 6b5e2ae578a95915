// The page: choosing a plugin, filling in its form, and what comes of it beside.
import * as drafts from "./drafts.js";
import { ask, listen, Refused, takeToken } from "./server.js";
import { h, icon, replace, say } from "./dom.js";
import { Filling } from "./filling.js";
import { choosing } from "./choosing.js";

const place = document.getElementById("page");
const app = { catalog: null, filling: null, status: null, error: null };

// Light and dark

const THEME = "everest:theme";
const dark = matchMedia("(prefers-color-scheme: dark)");
function themed() {
  const wanted = localStorage.getItem(THEME);
  const theme = wanted ?? (dark.matches ? "dark" : "light");
  document.documentElement.dataset.theme = theme;
  return theme;
}
themed();
dark.addEventListener("change", themed);

function top(where) {
  const theme = h("button", {
    type: "button", class: "button icon quiet", "aria-label": "Switch between light and dark", title: "Light or dark",
    onclick: () => { localStorage.setItem(THEME, themed() === "dark" ? "light" : "dark"); themed(); },
  }, icon("theme"));
  return h("header", { class: "top" },
    h("a", { class: "mark", href: "#/", "aria-label": "All technologies" }, h("img", { src: "/icon.svg", alt: "", width: 26, height: 26 }), "everest"),
    where ?? null, h("span", { class: "room" }), app.chip ?? null, theme);
}

// Where one is: #/ or #/<plugin>/<topology> or #/cluster/<name of a document>

function route() {
  const [first, second] = location.hash.replace(/^#\/?/, "").split("/").map((part) => decodeURIComponent(part));
  return first ? { first, second } : null;
}

async function show() {
  const here = route();
  app.filling?.end();
  app.filling = null;
  app.chip = null;
  if (!app.catalog) return;
  if (!here) {
    document.title = "everest";
    replace(place, top(), banners(), choosing(app.catalog));
    return;
  }
  const cluster = here.first === "cluster" ? app.catalog.clusters.find((one) => one.id === here.second) : null;
  const plugin = app.catalog.plugins.find((one) => one.name === (cluster ? cluster.plugin : here.first));
  if (!plugin || (here.first === "cluster" && !cluster)) {
    replace(place, top(), banners(), h("main", { id: "content", class: "choose" }, h("h1", null, "There is no such form"),
      h("p", { class: "lead" }, here.first === "cluster" ? "The cluster is not among those that were read." : `There is no plugin ${here.first}, or it has errors.`), h("a", { class: "button", href: "#/" }, "All technologies")));
    return;
  }
  const filling = new Filling({ catalog: app.catalog, plugin, cluster, topology: cluster ? cluster.topology : here.second });
  app.filling = filling;
  app.chip = filling.chip;
  const where = h("div", { class: "where" }, h("span", { class: "kindname", "aria-hidden": "true" }, "/"), filling.title);
  replace(place, top(where), banners(), filling.element);
  await filling.begin();
}

// What is said above all

function banners() {
  app.banners = h("div", { role: "alert" });
  tell();
  return app.banners;
}

function tell() {
  if (!app.banners) return;
  const said = [];
  if (app.status === 0) said.push(h("div", { class: "banner error" }, icon("error"), h("div", { class: "text" }, h("strong", null, "The server is gone. "), "What you typed is kept in this browser. Start ", h("code", null, "everest ui"), " again: this page goes on when it is there.")));
  if (app.status === 401) said.push(h("div", { class: "banner error" }, icon("error"), h("div", { class: "text" }, h("strong", null, "The server was started anew. "), "Open the address that it printed, in this browser: this page goes on then, too. What you typed is kept.")));
  if (app.error) said.push(h("div", { class: "banner error" }, icon("error"), h("div", { class: "text" }, app.error)));
  const found = app.catalog?.findings ?? [];
  const wrong = found.filter((one) => one.severity === "error");
  if (found.length) {
    said.push(h("div", { class: `banner ${wrong.length ? "error" : ""}` }, icon(wrong.length ? "error" : "warning"), h("div", { class: "text" },
      h("strong", null, wrong.length ? "A plugin has errors. " : "There is something to be said of a plugin. "), wrong.length ? "Forms and objects are those from before, as far as there are some; what you typed is kept." : "",
      h("ul", null, found.slice(0, 12).map((one) => h("li", null, h("span", { class: "mono" }, [one.file, one.line, one.column].filter(Boolean).join(":")), " ", one.message, one.hint ? `; ${one.hint}` : "",
        one.allowedText ? ` (allowed: ${one.allowedText})` : "", one.excerpt ? h("pre", null, one.excerpt) : null))),
      found.length > 12 ? h("p", null, `and ${found.length - 12} more`) : null)));
  }
  replace(app.banners, said);
}

// From the server

async function load() {
  try {
    const before = app.catalog;
    app.catalog = await ask("/api/start");
    app.error = null;
    if (before) keepKnown(before, app.catalog);
    return true;
  } catch (problem) {
    if (!(problem instanceof Refused)) throw problem;
    if (problem.status === 0 || problem.status === 401) app.status = problem.status;
    else app.error = problem.message;
    return false;
  }
}

/** A plugin that cannot be read at the moment stays on the page as it was. */
function keepKnown(before, after) {
  if (!after.findings.some((one) => one.severity === "error")) return;
  for (const plugin of before.plugins) if (plugin.own && !after.plugins.some((one) => one.name === plugin.name)) after.plugins.push({ ...plugin, broken: true });
}

async function changed() {
  if (!(await load())) { tell(); return; }
  tell();
  if (!app.filling) { await show(); return; }
  await app.filling.anew(app.catalog);
}

function status(now) {
  const before = app.status;
  app.status = now;
  if (before === now) return;
  tell();
  if (before === 200 && now !== 200) say("The server is gone. What you typed is kept.");
  if (now === 200 && before !== null && before !== 200) { say("The server is there again."); changed(); }
  app.filling?.server(now === 200);
}

addEventListener("hashchange", () => {
  // The address of a server that was started anew, opened in the page of the one before.
  if (takeToken()) { location.reload(); return; }
  app.error = null;
  show();
});
addEventListener("pagehide", () => app.filling?.keep());
drafts.watch((name, value) => app.filling?.elsewhere(name, value));
document.getElementById("skip").addEventListener("click", (event) => {
  event.preventDefault();
  const target = document.getElementById("content");
  target?.setAttribute("tabindex", "-1");
  target?.focus();
});

/** For tests: whether something typed has not been answered yet, and which field shows a path of the document. */
window.everest = {
  busy: () => !app.filling?.result || app.filling.asking === true,
  address: (path) => app.filling.addressOf(path),
};

await load();
if (app.catalog) await show();
else replace(place, top(), banners(), h("main", { id: "content", class: "choose" }));
let generation = app.catalog?.generation;
listen((event) => {
  if (event.generation !== generation) { generation = event.generation; changed(); }
}, status);
