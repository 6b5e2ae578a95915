// Making elements. Texts are always texts: nothing here, or in any other file, makes markup of them.

const SVG = "http://www.w3.org/2000/svg";
const PROPERTIES = new Set(["value", "checked", "disabled", "readOnly", "indeterminate", "selected", "open", "hidden", "htmlFor"]);

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (PROPERTIES.has(name)) element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children.flat(Infinity)) {
    if (child === undefined || child === null || child === false) continue;
    element.append(child.nodeType ? child : String(child));
  }
  return element;
}

/** An element of HTML. `on…` are listeners, false and null leave an attribute away. */
export function h(tag, attributes, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** An element of a drawing. */
export function s(tag, attributes, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

/** Put these children in the place of those that an element has. */
export function replace(element, ...children) {
  element.replaceChildren(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
}

/** A text in which `this` is code. */
export function rich(text) {
  return text.split(/`([^`]+)`/).map((part, index) => (index % 2 ? h("code", null, part) : part));
}

const ICONS = {
  error: "M8 4.2v4.6M8 11.4v.1M8 1.2 15 14H1z",
  warning: "M8 4.6v4M8 11v.1M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13z",
  note: "M8 7.4V11M8 4.8v.1M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13z",
  good: "m3 8.5 3.2 3.2L13 4.8",
  up: "M8 13V3.5M4 7.5l4-4 4 4",
  down: "M8 3v9.5M4 8.5l4 4 4-4",
  remove: "m4 4 8 8M12 4l-8 8",
  add: "M8 3v10M3 8h10",
  copy: "M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z",
  download: "M8 2.5v7.5M4.5 7 8 10.5 11.5 7M2.5 13.5h11",
  save: "M2.5 2.5h9l2 2v9h-11zM5 2.5v4h5v-4M5 13.5v-4h6v4",
  back: "M9.5 3.5 5 8l4.5 4.5",
  arrow: "m6 3.5 4.5 4.5L6 12.5",
  theme: "M8 1.5a6.5 6.5 0 1 0 6.5 6.5A5 5 0 0 1 8 1.5z",
  reset: "M3 8a5 5 0 1 1 1.6 3.7M3 13v-3.2h3.2",
};

/** A small picture that says nothing to who cannot see it. */
export function icon(name) {
  return s("svg", { class: "icon-svg", viewBox: "0 0 16 16", "aria-hidden": "true" }, s("path", { d: ICONS[name] }));
}

/** Say something to who listens to the page. */
export function say(text) {
  document.getElementById("said").textContent = text;
}

let last = 0;
/** A name for an element that no other has. */
export const named = (what) => `${what}-${++last}`;
