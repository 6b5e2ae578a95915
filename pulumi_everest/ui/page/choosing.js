// The first page: technologies, clusters that are there, and what was begun.
import * as drafts from "./drafts.js";
import { h, icon, replace } from "./dom.js";
import { ask, Refused } from "./server.js";
import { sketch } from "./topology.js";

const MATURITY = { stable: "good", beta: "note", alpha: "warning" };

/** All that can be chosen. */
export function choosing(catalog) {
  return h("main", { id: "content", class: "choose" },
    h("h1", null, "What do you need?"),
    h("p", { class: "lead" }, "Choose a technology and its topology. The form shows what it takes, says what is wrong while you type, and what comes of it: the document, the program, the objects."),
    catalog.clusters.length || catalog.clusterFindings.length ? existing(catalog) : null,
    begun(catalog),
    catalog.clusters.length ? h("h2", null, "New clusters") : null,
    h("div", { class: "cards" }, catalog.plugins.map(card)));
}

function card(plugin) {
  return h("article", { class: "card", "data-plugin": plugin.name },
    h("div", null,
      h("div", { class: "head" }, h("h3", null, plugin.title), h("span", { class: `chip ${MATURITY[plugin.maturity] ?? ""}` }, plugin.maturity)),
      h("p", { class: "facts" }, `${plugin.operator.name} ${plugin.operator.version}`, plugin.own ? h("span", { class: "tag" }, "from --plugin or installed") : null)),
    plugin.description ? h("p", { class: "about" }, plugin.description) : null,
    h("div", { class: "kinds" }, plugin.topologies.map((topology) => h("button", {
      type: "button", class: "kind", onclick: () => { location.hash = `#/${encodeURIComponent(plugin.name)}/${encodeURIComponent(topology.name)}`; },
    }, sketch(topology.components), h("span", null, h("b", null, topology.name), h("small", null, members(topology))), h("span", { class: "arrow" }, icon("arrow"))))),
    proved(plugin));
}

function members(topology) {
  const needed = topology.components.filter((component) => !component.optional).map((component) => component.name);
  return needed.join(", ");
}

/** What the kit proves of a plugin: known of those that are built in, asked for with a button of others. */
function proved(plugin) {
  if (plugin.proved.length) return capabilities(plugin, plugin.proved);
  if (!plugin.own || plugin.broken) return null;
  const place = h("div", { class: "proving", "aria-live": "polite" });
  const button = h("button", { type: "button", class: "button small", onclick: () => prove(plugin, place, button) }, "What does its kit prove?");
  replace(place, button);
  return place;
}

async function prove(plugin, place, button) {
  button.disabled = true;
  replace(place, button, h("p", { class: "facts" }, "The kit tries every field, which takes seconds to minutes …"));
  try {
    const found = await ask("/api/prove", { plugin: plugin.name });
    const first = found.first && h("p", { class: "finding error" }, icon("error"), h("span", null, found.errors > 1 ? `${found.errors} errors, the first: ` : "", found.first.message));
    replace(place, first, found.proved.length ? capabilities(plugin, found.proved) : null);
    plugin.proved = found.errors ? [] : found.proved;
  } catch (problem) {
    if (!(problem instanceof Refused)) throw problem;
    button.disabled = false;
    replace(place, button, h("p", { class: "finding error" }, icon("error"), h("span", null, problem.message)));
  }
}

function capabilities(plugin, rows) {
  const topologies = plugin.topologies.map((topology) => topology.name);
  const yes = rows.filter((row) => Object.values(row.topologies).some((state) => state.startsWith("proved")));
  return h("details", null, h("summary", null, `Proved: ${yes.length} of ${rows.length} capabilities`),
    h("ul", { class: "proved" }, rows.map((row) => h("li", null, h("span", null, row.title),
      h("span", { class: "state" }, topologies.map((name, index) => [index ? " · " : "", h("span", { class: `state ${row.topologies[name]?.startsWith("proved") ? "yes" : ""}` }, topologies.length > 1 ? `${name}: ` : "", row.topologies[name] ?? "—")]))))));
}

function existing(catalog) {
  return [
    h("h2", null, "Clusters that are there"),
    catalog.clusterFindings.map((one) => h("p", { class: `finding ${one.severity}` }, icon(one.severity), h("span", null, one.file ? `${one.file}${one.line ? `:${one.line}` : ""}: ` : "", one.message, one.hint ? `; ${one.hint}` : ""))),
    h("div", { class: "rows" }, catalog.clusters.map((cluster) => h("button", { type: "button", class: "row", disabled: !cluster.plugin, onclick: () => { location.hash = `#/cluster/${encodeURIComponent(cluster.id)}`; } },
      h("strong", null, cluster.name), h("span", { class: "chip note" }, cluster.title ?? cluster.provider), h("small", null, `${cluster.namespace} · ${cluster.topology ?? ""} · ${cluster.from}`), h("span", { class: "room" }),
      drafts.read(cluster.plugin, cluster.id) ? h("span", { class: "chip warning" }, "edited") : null, icon("arrow")))),
  ];
}

function begun(catalog) {
  const known = drafts.all().filter((draft) => draft.document.startsWith("new:") && catalog.plugins.some((plugin) => plugin.name === draft.plugin));
  if (!known.length) return null;
  return [h("h2", null, "Begun in this browser"), h("div", { class: "rows" }, known.map((draft) => {
    const plugin = catalog.plugins.find((one) => one.name === draft.plugin);
    return h("button", { type: "button", class: "row", onclick: () => { location.hash = `#/${encodeURIComponent(plugin.name)}/${encodeURIComponent(draft.topology)}`; } },
      h("strong", null, draft.name || "without a name"), h("span", { class: "chip note" }, plugin.title), h("small", null, `${draft.topology} · ${ago(draft.time)}`), h("span", { class: "room" }), icon("arrow"));
  }))];
}

function ago(time) {
  const minutes = Math.round((Date.now() - (time ?? 0)) / 60000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} min ago`;
  return minutes < 60 * 48 ? `${Math.round(minutes / 60)} h ago` : `${Math.round(minutes / 1440)} days ago`;
}
