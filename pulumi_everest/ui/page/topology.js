// The topology, drawn: each component with its pods, those that keep data as drums.
import { h, s } from "./dom.js";

const POD = 22;
const GAP = 5;
const MOST = 5;

function states(components, now) {
  return components.map((component) => {
    const own = now[component.name];
    const known = Object.keys(now).length > 0;
    const there = own !== undefined || (!known && !component.optional);
    return { ...component, there, replicas: own?.replicas ?? component.replicas, version: own?.version, size: own?.size };
  });
}

function pod(x, y, keepsData, color, dashed) {
  const look = { fill: dashed ? "none" : color, "fill-opacity": dashed ? 1 : 0.2, stroke: color, "stroke-width": 1.6, "stroke-dasharray": dashed ? "3 3" : null };
  if (!keepsData) return s("rect", { x, y: y + 1, width: POD, height: POD - 2, rx: 6, ...look });
  const top = y + 4, bottom = y + POD - 4, right = x + POD, middle = POD / 2;
  return s("g", null,
    s("path", { d: `M${x} ${top}v${bottom - top}a${middle} 4 0 0 0 ${POD} 0V${top}`, ...look }),
    s("ellipse", { cx: x + middle, cy: top, rx: middle, ry: 4, ...look }),
    s("path", { d: `M${x} ${top}a${middle} 4 0 0 0 ${right - x} 0`, fill: "none", stroke: color, "stroke-width": 1.6, "stroke-dasharray": look["stroke-dasharray"] }));
}

function pods(component, x, y, color) {
  const number = component.counted ? (component.replicas ?? 1) : 1;
  const shown = Math.max(1, Math.min(number, MOST));
  const drawn = [];
  for (let index = 0; index < shown; index++) {
    drawn.push(pod(x + index * (POD + GAP), y, component.keepsData, color, !component.there || number === 0));
  }
  if (number > MOST) drawn.push(s("text", { x: x + shown * (POD + GAP), y: y + 16, class: "many", fill: color, "font-size": 13, "font-weight": 650 }, `×${number}`));
  return drawn;
}

const wide = (component) => Math.max(1, Math.min(component.counted ? (component.replicas ?? 1) : 1, MOST)) * (POD + GAP) - GAP;

/** The components of a topology. `now` says what the cluster has of each: replicas, version, size; `go` goes to one. */
export function drawing(components, now, go) {
  const all = states(components, now);
  const there = all.filter((component) => component.there), away = all.filter((component) => !component.there);
  const card = (component) => {
    const width = wide(component) + (component.counted && component.replicas > MOST ? 30 : 0);
    const about = [component.version, component.size].filter(Boolean).join(" · ") || component.type;
    const number = component.counted && component.replicas !== undefined ? `${component.replicas} ${component.replicas === 1 ? "pod" : "pods"}` : "";
    return h("li", null, h("button", { type: "button", class: "member", title: `Go to ${component.name}`, onclick: () => go(component.name) },
      h("b", null, component.name),
      s("svg", { viewBox: `-1 0 ${width + 2} ${POD}`, width: width + 2, height: POD, "aria-hidden": "true" }, pods(component, 0, 0, "var(--accent)")),
      h("small", null, [number, about].filter(Boolean).join(" · "))));
  };
  const pill = (component) => h("li", null, h("button", { type: "button", class: "away-member", onclick: () => go(component.name) }, h("span", { "aria-hidden": "true" }, "+ "), component.name));
  return h("div", { "aria-label": "Components of the topology", role: "group" }, h("ul", { class: "members" }, there.map(card)),
    away.length ? h("div", { class: "away" }, h("span", null, "not there:"), h("ul", null, away.map(pill))) : null);
}

/** The same, small and without words: for a choice that says them. */
export function sketch(components) {
  const all = states(components, {}).filter((component) => component.there);
  const shown = all.filter((component) => component.counted).concat(all.filter((component) => !component.counted));
  // As large as it may be where all of them are to be seen in two rows.
  let size = 0.9, rows;
  do {
    size -= 0.12;
    rows = [[]];
    let x = 0;
    for (const component of shown) {
      const width = wide(component) * size;
      if (x > 0 && x + width > 118) { rows.push([]); x = 0; }
      rows.at(-1).push({ component, x });
      x += width + 9;
    }
  } while (rows.length > 2 && size > 0.35);
  const high = POD * size + 3;
  const drawn = rows.slice(0, 2).flatMap((row, index) => row.map(({ component, x: at }) =>
    s("g", { transform: `translate(${at} ${22 - (Math.min(rows.length, 2) * high) / 2 + index * high}) scale(${size})` }, pods(component, 0, 0, "var(--accent)"))));
  return s("svg", { class: "mini", viewBox: "-1 0 120 44", "aria-hidden": "true" }, drawn);
}
