// One form being filled in: its sections, the drawing, what is wrong, and the loop that asks the server after each change.
import * as drafts from "./drafts.js";
import { ask, Refused } from "./server.js";
import { h, icon, replace, say } from "./dom.js";
import { Form } from "./form.js";
import { Output } from "./output.js";
import { drawing } from "./topology.js";

const KEPT_AFTER = 200;

export class Filling {
  constructor({ catalog, plugin, cluster, topology }) {
    Object.assign(this, { catalog, plugin, cluster });
    this.mode = cluster ? "edit" : "new";
    this.wantedTopology = topology;
    this.values = {};
    this.allowed = [];
    this.sequence = 0;
    this.chip = h("span", { class: "chip" }, "…");
    this.title = h("h1", null, plugin.title);
    this.output = new Output({
      saves: catalog.saves, wanted: () => this.request(), go: (address) => this.go(address), allow: (guard, on) => this.allow(guard, on), check: () => this.check(), origin: cluster?.from,
    }, cluster ? ["changes", "yaml", "python", "objects"] : ["yaml", "python", "objects"]);
    this.problems = h("ul", null);
    this.problemsTitle = h("h2", null, "…");
    this.problemsPanel = h("div", { class: "panel problems", hidden: true }, this.problemsTitle, this.problems);
    this.shape = h("div", { class: "shape" });
    this.drawn = h("figure", null);
    this.address = h("p", { class: "address" });
    this.notes = h("p", { class: "address" });
    this.steps = h("ol", null);
    this.sections = h("div", null);
    this.pager = h("div", { class: "pager" });
    this.element = h("div", null, this.views(), this.layout());
  }

  layout() {
    return (this.grid = h("div", { class: "fill", "data-view": "form" },
      h("nav", { class: "steps", "aria-label": "Sections of the form" }, this.steps),
      h("main", { id: "content", class: "main" }, this.shape, this.sections, this.pager),
      h("aside", { class: "side", "aria-label": "What comes of it" }, this.problemsPanel, this.output.element)));
  }

  views() {
    const button = (view, text) => h("button", { type: "button", "aria-pressed": String(view === "form"), onclick: (event) => {
      this.grid.dataset.view = view;
      for (const one of event.target.parentElement.children) one.setAttribute("aria-pressed", String(one === event.target));
    } }, text);
    return h("div", { class: "views", role: "group", "aria-label": "What is shown" }, button("form", "Form"), button("output", "What comes of it"));
  }

  // Beginning, and beginning anew when the plugin has changed

  async begin() {
    const topology = this.wantedTopology || this.plugin.topologies.find((one) => one.default)?.name || this.plugin.topologies[0]?.name;
    const draft = drafts.read(this.plugin.name, this.named(topology));
    if (draft) {
      this.allowed = draft.allowed ?? [];
      this.dirty = true;
    }
    await this.load(draft?.topology ?? topology, draft);
    if (draft && this.form) say("What you typed before is here again.");
  }

  /** What the browser keeps the form under: a cluster that is there by its own name, a new one by its topology. */
  named(topology) {
    return this.cluster ? this.cluster.id : `new:${topology}`;
  }

  get document() {
    return this.named(this.tree.topology);
  }

  async load(topology, draft) {
    let answer;
    try {
      answer = await ask("/api/form", { plugin: this.plugin.name, topology: topology ?? null, mode: this.mode, cluster: this.cluster?.id ?? null });
    } catch (problem) {
      if (!(problem instanceof Refused)) throw problem;
      this.failed(problem);
      return;
    }
    if (this.ended) return;
    this.start = answer.values;
    this.notes.textContent = answer.notes.join(" ");
    const values = draft ? draft.values : structuredClone(answer.values);
    this.take(answer.form, values);
    this.check();
  }

  failed(problem) {
    if (this.form) return; // the one from before stays
    replace(this.sections, h("section", { class: "section" }, h("h2", null, "There is no form"), h("p", { class: "about" }, problem.message),
      (problem.data.findings ?? []).map((one) => h("p", { class: `finding ${one.severity}` }, icon(one.severity), h("span", null, [one.file, one.line].filter(Boolean).join(":"), " ", one.message)))));
  }

  take(tree, values) {
    const at = this.current;
    const focused = document.activeElement?.closest?.("[data-address]")?.dataset.address;
    this.values = values;
    this.form = new Form(tree, this.values, () => this.changed());
    this.tree = tree;
    replace(this.sections, this.form.sections.map((one) => one.element));
    this.buttons = this.form.sections.map((one) => h("button", { type: "button", class: "step", onclick: () => this.step(one.section.name, true) },
      h("span", { class: "name" }, one.section.label), h("span", { class: "count", hidden: true })));
    replace(this.steps, this.buttons.map((button) => h("li", null, button)));
    this.bar();
    this.step(tree.sections.some((one) => one.name === at) ? at : tree.sections[0]?.name);
    if (this.result) this.apply(this.result);
    if (focused) this.form.controls.get(focused)?.own?.focus();
    else if (at === undefined) this.firstFocus();
  }

  firstFocus() {
    for (const entry of this.form.controls.values()) if (entry.part.focus && entry.own) { entry.own.focus(); return; }
  }

  bar() {
    const topologies = this.plugin.topologies;
    const choice = h("select", { id: "topology", class: "input short", disabled: topologies.length < 2, onchange: () => this.switchTo(choice.value) },
      topologies.map((one) => h("option", { value: one.name, selected: one.name === this.tree.topology }, one.name)));
    const anew = h("button", { type: "button", class: "button small quiet", onclick: () => this.anewValues() }, icon("reset"), this.cluster ? "Take all back" : "Start anew");
    replace(this.shape, h("div", { class: "bar" }, h("label", { htmlFor: "topology" }, "Topology"), choice, h("span", { class: "room" }), anew), this.drawn, this.address, this.notes);
    this.draw({});
  }

  draw(now) {
    const components = this.plugin.topologies.find((one) => one.name === this.tree.topology)?.components ?? [];
    const key = JSON.stringify([components, now]);
    if (key === this.drawnKey) return;
    this.drawnKey = key;
    replace(this.drawn, drawing(components, now, (name) => this.goTo(`spec.instances.${name}`)));
  }

  async switchTo(topology) {
    this.keep();
    const own = this.cluster ? null : drafts.read(this.plugin.name, this.named(topology));
    await this.load(topology, { values: { ...own?.values, ...this.values } });
    this.keep();
    if (!this.cluster) history.replaceState(null, "", `#/${encodeURIComponent(this.plugin.name)}/${encodeURIComponent(topology)}`);
    say(`Topology ${topology}`);
  }

  /** The plugin has changed, or clusters have: the form is made anew, and keeps what was typed. */
  async anew(catalog) {
    this.catalog = catalog;
    const plugin = catalog.plugins.find((one) => one.name === this.plugin.name);
    if (plugin) this.plugin = plugin;
    if (this.cluster) this.cluster = catalog.clusters.find((one) => one.id === this.cluster.id) ?? this.cluster;
    if (this.tree && !plugin?.broken) {
      const known = this.plugin.topologies.some((one) => one.name === this.tree.topology) ? this.tree.topology : null;
      // What was not touched follows what a new form starts with.
      await this.load(known, this.dirty ? { values: this.values } : null);
    } else if (!this.tree) {
      await this.begin();
    }
  }

  anewValues() {
    const before = { values: structuredClone(this.values), allowed: this.allowed };
    drafts.forget(this.plugin.name, this.document);
    this.dirty = false;
    this.allowed = [];
    this.form.set(structuredClone(this.start));
    this.check();
    const undo = h("button", { type: "button", class: "button small", onclick: () => {
      this.allowed = before.allowed;
      this.form.set(before.values);
      box.remove();
      this.changed();
    } }, "Undo");
    const box = h("div", { class: "banner note" }, h("div", { class: "text" }, "The form is as it was at the beginning."), undo);
    this.shape.before(box);
    setTimeout(() => box.remove(), 12000);
    undo.focus();
  }

  // Sections

  step(name, focus = false) {
    this.current = name;
    const index = this.form.sections.findIndex((one) => one.section.name === name);
    this.form.sections.forEach((one, number) => {
      one.element.classList.toggle("away", number !== index);
      one.element.hidden = number !== index;
      if (number === index) this.buttons[number].setAttribute("aria-current", "step");
      else this.buttons[number].removeAttribute("aria-current");
    });
    const shown = this.form.sections.filter((one, number) => !this.buttons[number].parentElement.hidden);
    const at = shown.findIndex((one) => one.section.name === name);
    const go = (one, text, picture) => one ? h("button", { type: "button", class: "button", onclick: () => this.step(one.section.name, true) }, picture === "back" ? icon("back") : null, text, one.section.label, picture === "arrow" ? icon("arrow") : null) : h("span");
    replace(this.pager, go(shown[at - 1], "", "back"), go(shown[at + 1], "", "arrow"));
    if (focus) {
      this.form.sections[index].heading.focus({ preventScroll: true });
      this.grid.querySelector(".main").scrollIntoView({ block: "start" });
    }
  }

  /** The address of the first part that is about a path of the document. */
  addressOf(path) {
    const about = (text) => text === path || text?.startsWith(`${path}.`);
    for (const { part, address } of this.form.controls.values()) {
      if (about(part.writes) || about(part.path) || part.paths?.some(about)) return address;
    }
    return null;
  }

  /** Go to the first part that is about a path of the document. */
  goTo(path) {
    const address = this.addressOf(path);
    if (address) this.go(address);
  }

  /** Go to the field of an address, wherever it is. */
  go(address) {
    const entry = this.form.nearest(address);
    if (!entry) return;
    this.grid.dataset.view = "form";
    this.element.querySelectorAll(".views button").forEach((one, index) => one.setAttribute("aria-pressed", String(index === 0)));
    this.step(entry.section);
    for (let here = entry.element; here; here = here.parentElement) if (here.tagName === "DETAILS") here.open = true;
    entry.own?.focus();
    entry.element.scrollIntoView({ block: "center" });
  }

  // The loop

  changed() {
    this.began ??= performance.now();
    this.dirty = true;
    clearTimeout(this.keeping);
    this.keeping = setTimeout(() => this.keep(), KEPT_AFTER);
    this.check();
  }

  allow(guard, on) {
    this.allowed = this.allowed.filter((one) => one !== guard).concat(on ? [guard] : []);
    this.changed();
  }

  keep() {
    clearTimeout(this.keeping);
    if (!this.form || !this.dirty) return;
    const kept = drafts.keep(this.plugin.name, this.document, {
      topology: this.tree.topology, values: this.withoutPasswords(), allowed: this.allowed, name: this.result?.name ?? "",
    });
    if (!kept && !this.toldFull) {
      this.toldFull = true;
      say("The browser does not keep what you type: its storage is full or switched off.");
    }
  }

  withoutPasswords() {
    const hidden = new Set();
    const walk = (parts) => parts.forEach((part) => {
      if (part.text?.type === "password") hidden.add(part.key);
      if (part.parts) walk(part.parts);
    });
    this.tree.sections.forEach((section) => walk(section.parts));
    return hidden.size ? JSON.parse(JSON.stringify(this.values, (key, value) => (hidden.has(key) ? undefined : value))) : this.values;
  }

  request() {
    const values = {};
    for (const key of this.form.keys) if (key in this.values) values[key] = this.values[key];
    return { plugin: this.plugin.name, topology: this.tree.topology, mode: this.mode, cluster: this.cluster?.id ?? null, values, allow: this.allowed, shows: this.output.tab };
  }

  /** Ask the server; while it is asked, what comes in between is asked at once afterwards, and only the last of it. */
  async check() {
    if (this.asking) { this.again = true; return; }
    this.asking = true;
    try {
      do {
        this.again = false;
        const began = this.began;
        this.began = undefined;
        const seq = ++this.sequence;
        const result = await ask("/api/check", this.request());
        if (this.ended) return;
        result.seq = seq;
        this.apply(result);
        if (began !== undefined) {
          requestAnimationFrame(() => performance.measure("everest:update", { start: began, end: performance.now() }));
        }
      } while (this.again);
    } catch (problem) {
      if (!(problem instanceof Refused)) throw problem;
      this.unanswered(problem);
    } finally {
      this.asking = false;
    }
  }

  unanswered(problem) {
    this.chip.className = "chip error";
    this.chip.textContent = problem.status === 0 || problem.status === 401 ? "not checked: no server" : "not checked";
    if (problem.status !== 0 && problem.status !== 401) {
      replace(this.problems, h("li", null, h("div", { class: "problem" }, h("div", { class: "finding error" }, icon("error"), h("span", null, problem.message)))));
      this.problemsTitle.textContent = "Not checked";
      this.problemsPanel.hidden = false;
    }
  }

  server(there) {
    if (!there) this.unanswered(new Refused(0, "the server is gone"));
  }

  apply(result) {
    this.result = result;
    const found = new Map();
    for (const one of result.findings) for (const address of one.addresses) {
      const entry = this.form.nearest(address);
      if (!entry) continue;
      if (!found.has(entry.address)) found.set(entry.address, []);
      if (!found.get(entry.address).includes(one)) found.get(entry.address).push(one);
    }
    this.form.state(result.hidden, found);
    this.count(found, result.hidden);
    this.tell(result);
    // What is drawn stays while there are errors: nothing else is known.
    if (Object.keys(result.components).length || !result.findings.some((one) => one.severity === "error")) this.draw(result.components);
    this.address.textContent = result.host ? `Clients reach it at ${result.host}` : "";
    this.title.textContent = result.name || this.plugin.title;
    document.title = `${result.name || this.plugin.title} – everest`;
    this.output.update(result);
    this.form.setOtherwise(result.otherwise);
  }

  count(found, hidden) {
    const counts = new Map();
    for (const [address, list] of found) {
      const { section } = this.form.controls.get(address);
      const own = counts.get(section) ?? { error: 0, warning: 0 };
      for (const one of list) if (one.severity in own) own[one.severity]++;
      counts.set(section, own);
    }
    this.form.sections.forEach(({ section }, index) => {
      const button = this.buttons[index], mark = button.lastChild, own = counts.get(section.name);
      button.parentElement.hidden = hidden.includes(section.name);
      mark.hidden = !own?.error && !own?.warning;
      mark.className = `count ${own?.error ? "error" : "warning"}`;
      if (mark.hidden) return;
      const number = own.error || own.warning;
      replace(mark, String(number), h("span", { class: "unseen" }, own.error ? " errors" : " warnings"));
    });
  }

  tell(result) {
    const errors = result.findings.filter((one) => one.severity === "error").length;
    const warnings = result.findings.length - errors;
    const text = errors ? counted(errors, "error") : warnings ? counted(warnings, "warning") : "valid";
    this.chip.className = `chip ${errors ? "error" : warnings ? "warning" : "good"}`;
    replace(this.chip, icon(errors ? "error" : warnings ? "warning" : "good"), text);
    const texts = result.findings.map((one) => `${one.severity}\n${one.message}\n${one.path}`).join("\n\n");
    if (texts === this.toldTexts) return;
    if (this.toldTexts !== undefined || errors) say(result.findings.length ? `${text}: ${result.findings[0].message}` : "no findings");
    this.toldTexts = texts;
    this.problemsPanel.hidden = !result.findings.length;
    this.problemsTitle.textContent = [errors ? counted(errors, "error") : null, warnings ? counted(warnings, "warning") : null].filter(Boolean).join(", ");
    replace(this.problems, result.findings.map((one) => h("li", null, h("button", { type: "button", class: "problem", onclick: () => this.follow(one) },
      h("span", { class: "at" }, one.path || one.subject || "", one.file && !one.inDocument ? ` ${one.file}${one.line ? `:${one.line}` : ""}` : ""),
      h("span", { class: `finding ${one.severity}` }, icon(one.severity), h("span", null, h("span", { class: "unseen" }, `${one.severity}: `), one.message,
        one.hint ? h("span", { class: "more" }, one.hint) : null, one.allowedText ? h("span", { class: "more" }, `allowed: ${one.allowedText}`) : null))))));
  }

  follow(one) {
    const address = one.addresses.find((each) => this.form.nearest(each));
    if (address) this.go(address);
    else if (one.inDocument && one.line) { this.output.choose("yaml"); this.output.codes.yaml.reveal(one.line); }
  }

  // Other pages of this browser

  elsewhere(name, value) {
    if (name !== drafts.nameOf(this.plugin.name, this.document) || value === null || !this.form) return;
    const draft = JSON.parse(value);
    if (draft.topology !== this.tree.topology) return;
    this.allowed = draft.allowed ?? [];
    this.form.set(draft.values);
    this.check();
    say("Another page has changed this form.");
  }

  end() {
    this.keep();
    this.ended = true;
  }
}

const counted = (number, what) => `${number} ${what}${number === 1 ? "" : "s"}`;
