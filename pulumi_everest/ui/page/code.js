// Text of YAML and Python in numbered lines. Only lines that have changed are made anew.
import { h } from "./dom.js";

function yamlLine(text) {
  if (/^\s*#/.test(text) || text === "---") return [h("span", { class: "c" }, text)];
  const found = /^(\s*(?:- )*)((?:"(?:[^"\\]|\\.)*"|[^\s"'#:][^:#]*?)(?=:(?:\s|$)))?(:?)(.*)$/.exec(text);
  if (!found) return [text];
  const [, before, key, colon, rest] = found;
  return [before, key ? h("span", { class: "k" }, key) : null, colon, rest ? h("span", { class: /^\s*(\d|true|false|null)/.test(rest) ? "" : "s" }, rest) : null];
}

function pythonLine(text) {
  if (/^\s*#/.test(text)) return [h("span", { class: "c" }, text)];
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\b(?:import|as|from|True|False|None)\b|\b\w+(?==)/g)) {
    parts.push(text.slice(end, match.index), h("span", { class: /^["']/.test(match[0]) ? "s" : "k" }, match[0]));
    end = match.index + match[0].length;
  }
  parts.push(text.slice(end));
  return parts;
}

/** A sheet of code, which can be given another text. */
export class Code {
  constructor(language, label) {
    this.paint = language === "yaml" ? yamlLine : pythonLine;
    this.element = h("div", { class: "lines", role: "region", "aria-label": label });
    this.texts = [];
    this.text = "";
  }

  /** Show a text. `marks` gives lines, counted from 1, a class; `notes` gives lines what stands behind them. */
  show(text, marks = new Map(), notes = new Map()) {
    this.text = text;
    const lines = text.replace(/\n$/, "").split("\n");
    const had = this.element.children;
    lines.forEach((line, index) => {
      const mark = marks.get(index + 1) ?? "", note = notes.get(index + 1);
      const key = `${mark}\0${note?.key ?? ""}\0${line}`;
      if (this.texts[index] === key) return;
      this.texts[index] = key;
      const made = h("span", { class: mark || null }, this.paint(line).filter(Boolean), note ? note.make() : null);
      if (had[index]) had[index].replaceWith(made);
      else this.element.append(made);
    });
    while (had.length > lines.length) this.element.lastChild.remove();
    this.texts.length = lines.length;
  }

  /** Bring a line into view. */
  reveal(line) {
    this.element.children[line - 1]?.scrollIntoView({ block: "nearest" });
  }
}
