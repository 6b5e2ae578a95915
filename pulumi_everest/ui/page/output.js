// What the form becomes: the document, the program, the objects with where each value comes from, and the changes.
import { ask, Refused } from "./server.js";
import { h, icon, named, replace, say } from "./dom.js";
import { Code } from "./code.js";

const TITLES = { yaml: "YAML", python: "Python", objects: "Objects", changes: "Changes" };
const IMPACTS = { none: "good", online: "good", "rolling restart": "warning", downtime: "warning", refused: "error" };

/** The panel with the tabs. `page` gives `saves`, `wanted()` (what a check is asked with), `go(path)`, `allow(guard, on)`, `check()`. */
export class Output {
  constructor(page, tabs) {
    this.page = page;
    this.tabs = tabs;
    this.result = null;
    this.codes = { yaml: new Code("yaml", "DatabaseCluster as YAML"), python: new Code("python", "Program in Python") };
    this.objects = [];
    this.tools = h("div", { class: "tools" });
    this.sheet = h("div", { class: "sheet", tabindex: "0", role: "tabpanel" });
    this.buttons = new Map(tabs.map((tab) => [tab, h("button", {
      type: "button", class: "tab", role: "tab", id: named("tab"), onclick: () => this.choose(tab), onkeydown: (event) => this.turn(event, tab),
    }, TITLES[tab])]));
    this.element = h("div", { class: "panel grow" }, h("div", { class: "tabs", role: "tablist", "aria-label": "What the form becomes" }, [...this.buttons.values()]), this.tools, this.sheet);
    this.choose(tabs[0]);
  }

  turn(event, tab) {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    const next = this.tabs[(this.tabs.indexOf(tab) + by + this.tabs.length) % this.tabs.length];
    this.choose(next);
    this.buttons.get(next).focus();
  }

  choose(tab) {
    this.tab = tab;
    for (const [name, button] of this.buttons) {
      button.setAttribute("aria-selected", String(name === tab));
      button.tabIndex = name === tab ? 0 : -1;
    }
    this.sheet.setAttribute("aria-labelledby", this.buttons.get(tab).id);
    this.sheet.scrollTop = 0;
    this.sheet.classList.remove("stale");
    this.drawn = null;
    this.show();
    // Programs and objects are asked for where they are shown: their texts take longer than all else.
    if (this.result && this.result[tab] === null && tab !== "changes") this.page.check();
  }

  /** Show the result of a check. */
  update(result) {
    this.result = result;
    this.show();
  }

  show() {
    const { result, tab } = this;
    if (!result) {
      replace(this.tools);
      replace(this.sheet, h("p", { class: "hint" }, "Nothing yet."));
      return;
    }
    if (tab === "yaml" || tab === "python") this.showCode(tab);
    if (tab === "objects") this.showObjects();
    if (tab === "changes") this.showChanges();
  }

  showCode(tab) {
    const { result } = this, code = this.codes[tab];
    const marks = new Map();
    if (tab === "yaml") {
      for (const one of result.findings) if (one.inDocument && one.line) marks.set(one.line, one.severity === "error" ? "wrong" : marks.get(one.line) ?? "warned");
    }
    if (result[tab] !== null) code.show(result[tab], marks);
    if (this.drawn !== tab) {
      this.drawn = tab;
      replace(this.sheet, code.element);
      this.file = h("span", { class: "file" });
      this.told = h("span", { class: "chip", hidden: true });
      const tools = [this.file, this.told, this.button("copy", "Copy", () => this.copy()), this.button("download", "Download", () => this.download())];
      if (this.page.saves) tools.push(this.button("save", "Save", () => this.save(), "main"));
      replace(this.tools, tools);
    }
    this.file.textContent = result.files[tab];
  }

  button(picture, text, act, look = "") {
    return h("button", { type: "button", class: `button small ${look}`, onclick: act }, icon(picture), text);
  }

  tell(text, look = "good") {
    this.told.className = `chip ${look}`;
    this.told.textContent = text;
    this.told.hidden = false;
    say(text);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => { this.told.hidden = true; }, 6000);
  }

  async copy() {
    const text = this.result[this.tab];
    try {
      await navigator.clipboard.writeText(text);
      this.tell("copied");
    } catch {
      const range = document.createRange();
      range.selectNodeContents(this.codes[this.tab].element);
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      this.tell("selected: copy it with the keyboard", "note");
    }
  }

  download() {
    const address = URL.createObjectURL(new Blob([this.result[this.tab]], { type: "text/plain" }));
    const link = h("a", { href: address, download: this.result.files[this.tab].split("/").pop() });
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
    this.tell("downloaded");
  }

  async save(over = false) {
    try {
      const { saved, error } = await ask("/api/save", { ...this.page.wanted(), what: this.tab, over });
      if (saved) this.tell(`saved: ${saved.join(", ")}`);
      else this.askOver(error);
    } catch (problem) {
      if (!(problem instanceof Refused)) throw problem;
      this.tell(problem.message, "error");
    }
  }

  askOver(text) {
    const no = h("button", { type: "button", class: "button small", onclick: () => { box.remove(); } }, "Keep it");
    const box = h("div", { class: "banner", role: "alertdialog", "aria-label": "Write over a file" }, h("div", { class: "text" }, text),
      h("button", { type: "button", class: "button small", onclick: () => { box.remove(); this.save(true); } }, "Write over it"), no);
    this.tools.after(box);
    no.focus();
  }

  // Objects, with where their values come from

  showObjects() {
    const { result } = this;
    if (this.drawn !== "objects") {
      this.drawn = "objects";
      this.objects = [];
      this.explaining = h("span", { class: "file" });
      replace(this.tools, this.explaining, this.button("copy", "Copy all", () => this.copyObjects()));
      this.told = h("span", { class: "chip", hidden: true });
      this.tools.append(this.told);
      this.sheet.replaceChildren();
    }
    const wrong = result.findings.some((one) => one.severity === "error");
    if (!result.objects) return;
    if (!result.objects.length && wrong && this.objects.length && this.sheet.children.length) {
      this.sheet.classList.add("stale");
      this.explaining.textContent = "as they were before the errors";
      return;
    }
    this.sheet.classList.remove("stale");
    if (!result.objects.length) {
      this.objects = [];
      replace(this.sheet, h("p", { class: "hint" }, wrong ? "There are no objects while there are errors." : "This becomes no objects."));
      this.explaining.textContent = "";
      return;
    }
    if (this.objects.length !== result.objects.length) {
      this.objects = result.objects.map((object) => new Code("yaml", object.title));
      replace(this.sheet, this.objects.map((code, index) => h("div", { class: "object" }, h("h3", null, result.objects[index].title), code.element)));
    }
    result.objects.forEach((object, index) => {
      this.sheet.children[index].firstChild.textContent = object.title;
      this.objects[index].show(object.yaml, new Map(), this.explained?.seq === result.seq ? this.notes(index) : new Map());
    });
    if (this.explained?.seq !== result.seq) this.explain();
  }

  /** Ask where the values come from, when nothing was typed for a moment. */
  explain() {
    clearTimeout(this.asking);
    this.explaining.textContent = "";
    this.asking = setTimeout(async () => {
      const { result } = this;
      if (this.tab !== "objects" || !result?.objects.length) return;
      this.explaining.textContent = "looking where values come from …";
      try {
        const explained = await ask("/api/explain", this.page.wanted());
        if (this.result !== result || this.tab !== "objects") return;
        if (explained.abandoned) { this.explain(); return; }
        this.explained = { seq: result.seq, objects: explained.objects };
        this.explaining.textContent = explained.objects ? "where each value comes from stands behind it" : "";
        this.showObjects();
      } catch (problem) {
        if (!(problem instanceof Refused)) throw problem;
        this.explaining.textContent = "";
      }
    }, 350);
  }

  notes(index) {
    const notes = new Map();
    for (const [line, one] of Object.entries(this.explained.objects?.[index] ?? {})) {
      notes.set(Number(line), { key: JSON.stringify(one), make: () => this.note(one) });
    }
    return notes;
  }

  note(one) {
    const parts = [];
    one.sources.forEach((source) => {
      if (parts.length) parts.push("; ");
      parts.push(source.address
        ? h("button", { type: "button", title: `Go to the field of ${source.path}`, onclick: () => this.page.go(source.address) }, source.path)
        : source.path, ` (${source.origin}${source.place ? ` ${source.place}` : ""})`);
    });
    return h("span", { class: "from" }, `# ${one.template ?? "of no template"}`, parts.length ? " ← " : "", parts);
  }

  async copyObjects() {
    const text = this.result.objects.map((object) => object.yaml).join("---\n");
    try {
      await navigator.clipboard.writeText(text);
      this.tell("copied");
    } catch {
      this.tell("the browser does not let this page copy", "error");
    }
  }

  // Changes

  showChanges() {
    const { changes } = this.result;
    this.drawn = "changes";
    replace(this.tools, h("span", { class: "file" }, `against ${this.page.origin ?? "what there is"}`));
    if (!changes) {
      replace(this.sheet, h("p", { class: "hint" }, "What changes is not known while there are errors."));
      return;
    }
    const top = h("div", { class: "overall" }, h("span", { class: `chip ${IMPACTS[changes.impact] ?? "note"}` }, changes.impact),
      h("span", null, changes.changes.length ? SAID[changes.impact] ?? "" : "Nothing changes for the database."));
    replace(this.sheet, top,
      changes.changes.map((one) => this.change(one)),
      changes.objects.map((object) => h("div", { class: "fields-changed" }, h("h3", null, `${object.title}: ${object.change}`), h("ul", null, object.fields.map((field) =>
        h("li", null, `${field.path}: `, field.old !== undefined ? h("del", null, textOf(field.old)) : null, field.old !== undefined && field.new !== undefined ? " → " : null, field.new !== undefined ? h("ins", null, textOf(field.new)) : null))))));
  }

  change(one) {
    const lift = one.guard && one.liftable
      ? h("label", { class: "switch" }, h("input", { type: "checkbox", role: "switch", checked: one.lifted, onchange: (event) => this.page.allow(one.guard, event.target.checked) }), h("span", null, `lift the guard ${one.guard} (--allow ${one.guard})`))
      : null;
    return h("div", { class: "change" },
      h("div", { class: "head" }, h("span", { class: "path" }, one.path), h("span", { class: `chip ${one.lifted ? "warning" : IMPACTS[one.impact] ?? "note"}` }, one.lifted ? "lifted" : one.impact)),
      h("div", { class: "values" }, h("del", null, textOf(one.old)), " → ", h("ins", null, textOf(one.new))),
      one.why ? h("div", { class: "why" }, one.why) : null, one.hint ? h("div", { class: "why" }, one.hint) : null, lift);
  }
}

const SAID = {
  none: "The database stays as it is.", online: "The database goes on serving.", "rolling restart": "Pods restart one after the other.",
  downtime: "Clients cannot connect for a while.", refused: "Guards refuse a change: data would be lost, or the operator cannot do it.",
};

const textOf = (value) => (value === null || value === undefined ? "(nothing)" : typeof value === "object" ? JSON.stringify(value) : String(value));
