// The controls of fields. Each has the same few functions: `element`, `set(value)`, `focus()`, `describe(ids, invalid)`.
import { h, icon, named } from "./dom.js";

const NUMBER = /^-?(\d+(\.\d*)?|\.\d+)$/;

/** A value as a text. */
export const textOf = (value) => (value === undefined || value === null ? "" : typeof value === "object" ? JSON.stringify(value) : String(value));

/** Whether a value says nothing. */
export const isEmpty = (value) =>
  value === undefined || value === null || value === "" || (typeof value === "object" && Object.keys(value).length === 0);

const typed = (text) => (NUMBER.test(text.trim()) && Math.abs(Number(text)) <= Number.MAX_SAFE_INTEGER ? Number(text) : text);

/** What stands in a field while it is empty: its placeholder, or what the cluster has otherwise. */
function ghost(field, otherwise) {
  if (otherwise !== undefined && otherwise !== null) return `${textOf(otherwise)}`;
  return field.placeholder ?? "";
}

/** Say which elements tell more of one. */
function describedBy(element, ids) {
  if (ids.length) element.setAttribute("aria-describedby", ids.join(" "));
  else element.removeAttribute("aria-describedby");
}

function aided(input) {
  return {
    focus: () => input.focus(),
    describe(ids, invalid) {
      describedBy(input, ids);
      if (invalid) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
    },
  };
}

/** Let an input have the text of a value, and its ghost. */
function showText(input, value, field, context) {
  input.placeholder = ghost(field, context.otherwise());
  const text = textOf(value);
  if (input.value !== text) input.value = text;
}

function numberField(field, context) {
  const { min, max, gt, lt } = field.limits ?? {};
  const input = h("input", {
    id: context.id, class: "input", type: "text", inputmode: "decimal", autocomplete: "off", spellcheck: "false",
    disabled: field.disabled, readOnly: field.readOnly, "aria-required": field.required ? "true" : null,
    oninput: () => context.changed(input.value === "" ? null : typed(input.value)),
  });
  const step = field.step ?? field.limits?.multipleOf ?? (field.limits?.odd ? 2 : 1);
  const nudge = (direction) => {
    if (field.disabled || field.readOnly) return;
    const before = input.value === "" ? Number(context.otherwise()) || 0 : Number(input.value);
    if (Number.isNaN(before)) return;
    let after = Math.round((before + direction * step) * 1e6) / 1e6;
    if (min !== undefined && after < min) after = min;
    if (max !== undefined && after > max) after = max;
    if ((gt !== undefined && after <= gt) || (lt !== undefined && after >= lt)) return;
    input.value = String(after);
    context.changed(after);
  };
  input.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
    event.preventDefault();
    nudge(event.key === "ArrowUp" ? 1 : -1);
  });
  const button = (text, direction) =>
    h("button", { type: "button", class: "nudge", tabindex: "-1", "aria-hidden": "true", disabled: field.disabled || field.readOnly, onclick: () => nudge(direction) }, text);
  return {
    element: h("div", { class: "number" }, input, field.unit ? h("span", { class: "unit" }, field.unit) : null, button("−", -1), button("+", 1)),
    set(value) {
      input.placeholder = ghost(field, context.otherwise());
      const text = textOf(value);
      if (document.activeElement !== input || typed(input.value) !== value) input.value = text;
    },
    ...aided(input),
  };
}

function textField(field, context) {
  const look = field.text ?? {};
  const shared = {
    id: context.id, disabled: field.disabled, readOnly: field.readOnly, autocomplete: "off", spellcheck: "false",
    "aria-required": field.required ? "true" : null,
  };
  let input;
  const told = () => context.changed(input.value === "" ? null : input.value);
  if (look.multiline) {
    input = h("textarea", { ...shared, class: `input${look.language ? " code" : ""}`, rows: look.rows ?? 4, oninput: () => { grow(); told(); } });
  } else {
    input = h("input", { ...shared, class: "input", type: look.type ?? "text", oninput: told });
  }
  const grow = () => {
    const lines = input.value.split("\n").length;
    input.rows = Math.min(Math.max(look.rows ?? 4, lines), look.maxRows ?? 24);
  };
  const unit = field.unit && !look.multiline ? h("span", { class: "tag" }, field.unit) : null;
  return {
    element: h("div", { class: "control" }, input, unit),
    set(value) {
      showText(input, value, field, context);
      if (look.multiline) grow();
    },
    ...aided(input),
  };
}

function selectField(field, context) {
  const input = h("select", { id: context.id, class: "input short", disabled: field.disabled || field.readOnly, "aria-required": field.required ? "true" : null });
  input.addEventListener("change", () => {
    input.classList.toggle("unset", input.value === "");
    context.changed(input.value === "" ? null : choiceOf(field, input.value));
  });
  const labelled = (choice) => (choice.note ? `${choice.label} (${choice.note})` : choice.label);
  return {
    element: h("div", { class: "control" }, input),
    set(value) {
      const otherwise = context.otherwise();
      const own = field.choices?.find((choice) => String(choice.value) === textOf(otherwise));
      const nothing = isEmpty(otherwise) ? (field.placeholder ?? "—") : own?.label ?? textOf(otherwise);
      const options = [h("option", { value: "" }, nothing)];
      options.push(...(field.choices ?? []).map((choice) => h("option", { value: String(choice.value) }, labelled(choice))));
      const text = textOf(value);
      // What is not among the choices stays as it is, and a finding says so.
      if (text !== "" && !(field.choices ?? []).some((choice) => String(choice.value) === text)) options.push(h("option", { value: text }, text));
      input.replaceChildren(...options);
      input.value = text;
      input.classList.toggle("unset", text === "");
    },
    ...aided(input),
  };
}

const choiceOf = (field, text) => field.choices?.find((choice) => String(choice.value) === text)?.value ?? text;

function openSelectField(field, context) {
  const list = named("choices");
  const input = h("input", {
    id: context.id, class: "input short", type: "text", list, autocomplete: "off", spellcheck: "false", disabled: field.disabled, readOnly: field.readOnly,
    "aria-required": field.required ? "true" : null,
    oninput: () => context.changed(input.value === "" ? null : choiceOf(field, input.value)),
  });
  const options = h("datalist", { id: list }, (field.choices ?? []).map((choice) => h("option", { value: String(choice.value), label: choice.label })));
  return {
    element: h("div", { class: "control" }, input, options),
    set: (value) => showText(input, value, field, context),
    ...aided(input),
  };
}

function severalField(field, context) {
  const element = h("div", { class: "checks", role: "group", "aria-labelledby": `${context.id}-label` });
  let held = [];
  const told = () => context.changed(held.length ? held : null);
  const known = () => {
    const choices = field.choices ?? [];
    return choices.concat(held.filter((value) => !choices.some((choice) => String(choice.value) === textOf(value))).map((value) => ({ value, label: textOf(value) })));
  };
  return {
    element,
    set(value) {
      held = Array.isArray(value) ? [...value] : [];
      element.replaceChildren(...known().map((choice, index) => {
        const box = h("input", {
          type: "checkbox", id: index === 0 ? context.id : null, disabled: field.disabled || field.readOnly, checked: held.some((one) => textOf(one) === String(choice.value)),
          onchange: () => {
            held = held.filter((one) => textOf(one) !== String(choice.value));
            if (box.checked) held.push(choice.value);
            told();
          },
        });
        return h("label", null, box, choice.label);
      }));
    },
    focus: () => element.querySelector("input")?.focus(),
    describe: (ids, invalid) => {
      describedBy(element, ids);
      element.classList.toggle("invalid", invalid);
    },
  };
}

function toggleField(field, context) {
  const input = h("input", {
    id: context.id, type: "checkbox", role: "switch", disabled: field.disabled || field.readOnly,
    onchange: () => { shown(input.checked); context.changed(input.checked); },
  });
  const reset = h("button", {
    type: "button", class: "button quiet small", hidden: true, "aria-label": `Say nothing of ${field.label}`, title: "Say nothing, so that the default counts",
    onclick: () => { context.changed(null); result.set(null); input.focus(); },
  }, icon("reset"), "default");
  const shown = (value) => { reset.hidden = typeof value !== "boolean" || field.disabled || field.readOnly; };
  const result = {
    element: h("div", { class: "control" }, h("label", { class: "switch", htmlFor: context.id }, input, h("span", { class: "title" }, field.label)), reset),
    set(value) {
      input.checked = typeof value === "boolean" ? value : context.otherwise() === true;
      shown(value);
    },
    hasLabel: true,
    ...aided(input),
  };
  return result;
}

function mapField(field, context) {
  const element = h("div", { class: "pairs", role: "group", "aria-labelledby": `${context.id}-label` });
  let pairs = [];
  const told = () => {
    const filled = pairs.filter(([key]) => key !== "");
    context.changed(filled.length ? Object.fromEntries(filled) : null);
  };
  const shown = () => {
    const rows = pairs.map((pair, index) => h("div", { class: "pair" },
      h("input", { class: "input", "aria-label": `Name ${index + 1} of ${field.label}`, placeholder: "name", value: pair[0], disabled: field.disabled, id: index === 0 ? context.id : null, oninput: (event) => { pair[0] = event.target.value; told(); } }),
      h("input", { class: "input", "aria-label": `Value ${index + 1} of ${field.label}`, placeholder: "value", value: pair[1], disabled: field.disabled, oninput: (event) => { pair[1] = event.target.value; told(); } }),
      h("button", { type: "button", class: "button icon", disabled: field.disabled, "aria-label": `Remove ${pair[0] || `pair ${index + 1}`}`, onclick: () => { pairs.splice(index, 1); shown(); told(); add.focus(); } }, icon("remove"))));
    element.replaceChildren(...rows, add);
  };
  const add = h("button", {
    type: "button", class: "button small", disabled: field.disabled,
    onclick: () => { pairs.push(["", ""]); shown(); element.querySelectorAll(".pair")[pairs.length - 1].querySelector("input").focus(); },
  }, icon("add"), "Add");
  add.style.justifySelf = "start";
  return {
    element,
    set(value) {
      const given = value && typeof value === "object" ? Object.entries(value).map(([key, below]) => [key, textOf(below)]) : [];
      const own = pairs.filter(([key]) => key !== "");
      if (pairs.length && JSON.stringify(own) === JSON.stringify(given)) return; // a pair without a name is being typed
      pairs = given;
      shown();
    },
    focus: () => (element.querySelector("input") ?? add).focus(),
    describe: (ids) => describedBy(element, ids),
  };
}

/** The control of a field. `context`: `id`, `changed(value)`, `otherwise()`. */
export function control(field, context) {
  if (field.kind === "number") return numberField(field, context);
  if (field.kind === "toggle") return toggleField(field, context);
  if (field.kind === "map") return mapField(field, context);
  if (field.kind === "select" && field.multiple) return severalField(field, context);
  if (field.kind === "select") return field.allowOther ? openSelectField(field, context) : selectField(field, context);
  return textField(field, context);
}
