// The form: sections, and in them fields, groups and lists, made of the tree that the server gives.
//
// `values` is one mapping by keys, which is changed in place; in lists each item is a mapping of its own. An address names
// one part: its key, or in lists `backup.storages[0].name`.
import { control, isEmpty, textOf } from "./fields.js";
import { h, icon, named, rich, say } from "./dom.js";

const OWN = "$of";

/** A form at work. `changed` is called after each change. */
export class Form {
  constructor(tree, values, changed) {
    this.tree = tree;
    this.values = values;
    this.changed = changed;
    this.controls = new Map();
    this.lists = new Map();
    this.hidden = new Set();
    this.found = new Map();
    this.sections = tree.sections.map((section) => this.section(section));
  }

  /** All keys of the form, those in lists left out: what is sent to the server. */
  get keys() {
    const found = [];
    const walk = (parts) => parts.forEach((part) => {
      if (part.kind !== "group" || part.look === "toggleable") found.push(part.key);
      if (part.kind === "group") walk(part.parts);
    });
    this.tree.sections.forEach((section) => walk(section.parts));
    return found;
  }

  section(section) {
    const id = named("section");
    const parts = this.parts(section.parts, { values: this.values, prefix: "", section: section.name });
    const element = h("section", { class: "section", "aria-labelledby": id, "data-section": section.name },
      h("h2", { id, tabindex: "-1" }, section.label),
      section.description ? h("p", { class: "about" }, rich(section.description)) : null,
      parts);
    return { section, element, heading: element.firstChild };
  }

  parts(parts, scope) {
    return h("div", { class: "parts" }, parts.map((part) => this.part(part, scope)).filter(Boolean));
  }

  part(part, scope) {
    if (part.kind === "group") return this.group(part, scope);
    if (part.kind === "list") return this.list(part, scope);
    if (part.kind === "widget" || part.kind === "hidden") return null;
    return this.field(part, scope);
  }

  register(part, scope, entry) {
    const address = scope.prefix + part.key;
    this.controls.set(address, { ...entry, address, part, section: scope.section });
    return address;
  }

  field(part, scope) {
    const id = named("field");
    const own = control(part, {
      id,
      otherwise: () => this.otherwise(part, scope),
      changed: (value) => {
        if (isEmpty(value)) delete scope.values[part.key];
        else scope.values[part.key] = value;
        this.changed();
      },
    });
    const help = part.help ? h("p", { class: "help", id: `${id}-help` }, rich(part.help)) : null;
    const findings = h("div", { id: `${id}-found` });
    const tags = [part.techPreview ? h("span", { class: "tag" }, "preview") : null];
    const label = own.hasLabel
      ? (part.techPreview ? h("div", { class: "label" }, tags) : null)
      : h(part.kind === "map" || part.multiple ? "div" : "label", { class: "label", htmlFor: part.kind === "map" || part.multiple ? undefined : id, id: `${id}-label` },
        part.label, part.required ? h("span", { class: "must", title: "required" }, h("span", { "aria-hidden": "true" }, "*"), h("span", { class: "unseen" }, "required")) : null, tags);
    const element = h("div", { class: "field", "data-key": part.key, title: part.tooltip ?? null }, label, own.element, help, findings);
    const address = this.register(part, scope, { element, findings, own, help, scope });
    element.dataset.address = address;
    own.set(scope.values[part.key]);
    if (help) own.describe([help.id], false);
    return element;
  }

  /** What the cluster has where a field says nothing: what the server says of the values as they are, or of none. */
  otherwise(part, scope) {
    return (scope.prefix === "" ? this.defaults?.[part.key] : undefined) ?? part.otherwise;
  }

  /** Take what the cluster has where fields say nothing; those that say nothing show it. */
  setOtherwise(otherwise) {
    const before = this.defaults ?? {};
    this.defaults = otherwise;
    for (const key of new Set([...Object.keys(before), ...Object.keys(otherwise)])) {
      const entry = this.controls.get(key);
      if (!entry?.own || entry.part.kind === "list" || !isEmpty(this.values[key])) continue;
      if (JSON.stringify(before[key]) !== JSON.stringify(otherwise[key])) entry.own.set(this.values[key]);
    }
  }

  group(part, scope) {
    const title = named("group");
    const help = part.help ? h("p", { class: "help" }, rich(part.help)) : null;
    const parts = this.parts(part.parts, scope);
    const findings = h("div", null);
    let element;
    if (part.look === "accordion") {
      element = h("details", { class: "group", open: part.isOpen !== false }, h("summary", null, part.label), help, findings, parts);
    } else if (part.look === "toggleable") {
      const id = named("field");
      const input = h("input", { id, type: "checkbox", role: "switch" });
      const show = () => { parts.hidden = !input.checked; };
      input.addEventListener("change", () => {
        scope.values[part.key] = input.checked;
        show();
        this.changed();
      });
      element = h("div", { class: "group toggleable", role: "group", "aria-labelledby": title },
        h("label", { class: "switch", htmlFor: id }, input, h("span", { class: "title", id: title }, part.label)), help, findings, parts);
      const own = { set: (value) => { input.checked = value === true; show(); }, focus: () => input.focus(), describe() {} };
      own.set(scope.values[part.key]);
      this.register(part, scope, { element, findings, own, scope });
      element.dataset.address = scope.prefix + part.key;
      return element;
    } else {
      element = h("div", { class: `group ${part.look}`, role: part.label ? "group" : null, "aria-labelledby": part.label ? title : null },
        part.label ? h("div", { class: "title", id: title }, part.label) : null, help, findings, parts);
    }
    this.register(part, scope, { element, findings, own: null, scope });
    return element;
  }

  list(part, scope) {
    const title = named("list");
    const items = h("div", { class: "items" });
    const findings = h("div", null);
    const address = scope.prefix + part.key;
    const add = h("button", { type: "button", class: "button small add", disabled: part.disabled, onclick: () => this.add(part, scope, items, add) }, icon("add"), `Add ${lower(part.itemLabel)}`);
    const element = h("div", { class: "list", role: "group", "aria-labelledby": title, "data-address": address },
      h("div", { class: "title", id: title }, part.label), part.help ? h("p", { class: "help" }, rich(part.help)) : null, findings, items, add);
    const own = { set: () => this.items(part, scope, items), focus: () => (items.querySelector("input, select, textarea") ?? add).focus(), describe() {} };
    this.register(part, scope, { element, findings, own, scope });
    this.items(part, scope, items);
    return element;
  }

  listed(part, scope) {
    const value = scope.values[part.key];
    return Array.isArray(value) ? value : [];
  }

  items(part, scope, items) {
    const values = this.listed(part, scope);
    const address = scope.prefix + part.key;
    for (const known of [...this.controls.keys()]) if (known.startsWith(`${address}[`)) this.controls.delete(known);
    if (!values.length) {
      items.replaceChildren(h("p", { class: "empty" }, `No ${lower(part.label)}.`));
      return;
    }
    items.replaceChildren(...values.map((value, index) => this.item(part, scope, items, value, index, values.length)));
    this.showState();
  }

  item(part, scope, items, value, index, count) {
    const address = `${scope.prefix}${part.key}[${index}]`;
    const name = h("span", { class: "name" });
    const shownName = () => { name.textContent = (part.itemName && textOf(value[part.itemName])) || `${part.itemLabel} ${index + 1}`; };
    shownName();
    const button = (picture, text, disabled, act) =>
      h("button", { type: "button", class: "button icon quiet", "aria-label": `${text} ${name.textContent}`, title: text, disabled: disabled || part.disabled, onclick: act }, icon(picture));
    const inner = { values: value, prefix: `${address}.`, section: scope.section };
    const element = h("div", { class: "item", role: "group", "aria-label": name.textContent, "data-address": address },
      h("div", { class: "head" }, name,
        button("up", "Move up", index === 0, () => this.move(part, scope, items, index, -1)),
        button("down", "Move down", index === count - 1, () => this.move(part, scope, items, index, 1)),
        button("remove", "Remove", false, () => this.remove(part, scope, items, index))),
      this.parts(part.parts, inner));
    element.addEventListener("input", shownName);
    return element;
  }

  add(part, scope, items) {
    const value = {};
    const start = (parts) => parts.forEach((one) => {
      if (one.kind === "group") {
        if (one.look === "toggleable" && typeof one.default === "boolean") value[one.key] = one.default;
        start(one.parts);
      } else if (one.default !== undefined && one.default !== null) value[one.key] = structuredClone(one.default);
    });
    start(part.parts);
    scope.values[part.key] = [...this.listed(part, scope), value];
    this.items(part, scope, items);
    items.lastElementChild.querySelector("input, select, textarea")?.focus();
    this.changed();
    say(`${part.itemLabel} ${scope.values[part.key].length} added`);
  }

  remove(part, scope, items, index) {
    const values = this.listed(part, scope);
    values.splice(index, 1);
    if (!values.length) delete scope.values[part.key];
    this.items(part, scope, items);
    const left = items.querySelectorAll(":scope > .item");
    (left[Math.min(index, left.length - 1)]?.querySelector("input, select, textarea") ?? items.nextElementSibling)?.focus();
    this.changed();
    say(`${part.itemLabel} ${index + 1} removed`);
  }

  move(part, scope, items, index, by) {
    const values = this.listed(part, scope);
    const [moved] = values.splice(index, 1);
    values.splice(index + by, 0, moved);
    this.items(part, scope, items);
    const buttons = items.children[index + by].querySelectorAll(".head button");
    (buttons[by < 0 ? 0 : 1].disabled ? buttons[by < 0 ? 1 : 0] : buttons[by < 0 ? 0 : 1]).focus();
    this.changed();
    say(`${part.itemLabel} ${index + 1} is now number ${index + by + 1}`);
  }

  /** Take other values: all controls show them. */
  set(values) {
    for (const key of Object.keys(this.values)) delete this.values[key];
    Object.assign(this.values, values);
    this.refresh();
  }

  /** Let all controls show what the values are, and what counts otherwise. */
  refresh() {
    for (const [address, entry] of [...this.controls]) {
      if (this.controls.get(address) === entry && entry.own) entry.own.set(entry.scope.values[entry.part.key]);
    }
  }

  /** What the server says: addresses that are not shown, and findings by address. */
  state(hidden, found) {
    this.hidden = new Set(hidden);
    this.found = found;
    this.showState();
  }

  showState() {
    for (const [address, entry] of this.controls) {
      entry.element.hidden = this.hidden.has(address);
      const own = this.found.get(address) ?? [];
      const told = own.map((one) => `${one.severity} ${one.message} ${one.hint ?? ""} ${one.allowedText ?? ""}`).join("\n");
      if (entry.told === told) continue;
      entry.told = told;
      entry.findings.replaceChildren(...own.map((one) => this.finding(one, entry)));
      if (entry.own && entry.findings.id) {
        const ids = [entry.help?.id, own.length ? entry.findings.id : null].filter(Boolean);
        entry.own.describe(ids, own.some((one) => one.severity === "error"));
      }
    }
  }

  finding(one, entry) {
    const near = /^did you mean '([^']+)'\?$/.exec(one.hint ?? "");
    const canFix = near && ["text", "select"].includes(entry.part.kind) && entry.own;
    const more = canFix ? null : one.hint;
    const fix = canFix
      ? h("button", { type: "button", class: "fix", onclick: () => { entry.scope.values[entry.part.key] = near[1]; entry.own.set(near[1]); entry.own.focus(); this.changed(); } }, `Use “${near[1]}”`)
      : null;
    return h("div", { class: `finding ${one.severity}` }, icon(one.severity),
      h("span", null, h("span", { class: "unseen" }, `${one.severity}: `), one.message, " ", fix,
        one.allowedText && !near ? h("span", { class: "more" }, `allowed: ${one.allowedText}`) : null,
        more ? h("span", { class: "more" }, more) : null));
  }

  /** The nearest part that there is for an address. */
  nearest(address) {
    for (let here = address; here; here = here.replace(/(\.[^.[]+|\[\d+\])$/, "")) {
      if (this.controls.has(here)) return this.controls.get(here);
      if (!/[.[]/.test(here)) break;
    }
    return null;
  }
}

const lower = (text) => (/^[A-Z][a-z]/.test(text) ? text[0].toLowerCase() + text.slice(1) : text);
