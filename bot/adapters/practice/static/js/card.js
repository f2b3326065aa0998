// One bot card: title, state, body, fields, picture, inputs, buttons. Redrawn in place when the bot changes it.
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { picture } from "./picture.js";
import { rich } from "./richtext.js";

const STATES = { done: "已处理", void: "已作废" };
const STYLES = new Set(["primary", "danger"]);

function option(choice) {
  return h("option", { value: choice.value }, choice.label);
}

const choices = (input, props) => h("select", props, h("option", { value: "" }, "请选择"), input.options.map(option));
const line = (input, props) => h("input", { ...props, type: "text", autocomplete: "off" });

// One drawing for each kind of `bot.reply.InputKind`; an unknown kind is a line of text.
const CONTROLS = {
  text: line,
  select: choices,
  multi: (input, props) => h("select", { ...props, multiple: true, size: Math.min(input.options.length, 5), class: "input many" }, input.options.map(option)),
  datetime: (input, props) => h("input", { ...props, type: "datetime-local" }),
};

function control(input, id) {
  const field = (CONTROLS[input.kind] || line)(input, { id, name: input.name, class: "input" });
  if (input.value) field.value = input.value;
  return field;
}

function inputs(message, closed) {
  return (message.card.inputs || []).map((input, index) => {
    const id = `in-${message.id}-${index}-${crypto.randomUUID().slice(0, 4)}`;
    const field = control(input, id);
    field.disabled = closed;
    return h("div", { class: "card-input" }, h("label", { for: id }, input.label || input.name), field);
  });
}

function typedIn(field) {
  return field.multiple ? [...field.selectedOptions].map((chosen) => chosen.value).join(",") : field.value;
}

function values(box) {
  const typed = [...box.querySelectorAll(".card-input [name]")].map((field) => [field.name, typedIn(field)]);
  return Object.fromEntries(typed.filter(([, value]) => value !== ""));
}

// While a press is under way the buttons are only marked, not disabled: a disabled element would drop the keyboard's focus.
function press(box, pressed, deps) {
  if (box.getAttribute("aria-busy") === "true") return;
  const all = [...box.querySelectorAll(".card-buttons button:not(:disabled)")];
  const mark = (busy) => {
    box.setAttribute("aria-busy", String(busy));
    pressed.element.classList.toggle("busy", busy);
    for (const button of all) button.setAttribute("aria-disabled", String(busy));
  };
  mark(true);
  deps.onPress(pressed.action, values(box)).then(() => mark(false), (error) => { mark(false); deps.onFail(error); });
}

function buttons(card, box, deps) {
  if (!card.buttons || !card.buttons.length) return null;
  const row = h("div", { class: `card-buttons${card.buttons.length > 3 ? " many" : ""}` });
  for (const button of card.buttons) {
    const style = STYLES.has(button.style) ? button.style : "plain";
    const chosen = button.disabled && deps.chosen === button.action;
    const element = h(
      "button", { class: `card-button ${style}${chosen ? " chosen" : ""}`, type: "button", disabled: Boolean(button.disabled) },
      chosen && icon("check", 16), button.label,
    );
    element.addEventListener("click", () => press(box, { element, action: button.action }, deps));
    row.append(element);
  }
  return row;
}

function fields(list) {
  if (!list || !list.length) return null;
  return h("dl", { class: "card-fields" }, list.map((field) => h("div", null, h("dt", null, field.label), h("dd", null, rich(String(field.value ?? ""))))));
}

/** `deps`: onPress(action, values) → promise, onFail(error), onTap(text), chosen (the action pressed from this page). */
export function cardView(message, deps) {
  const { card } = message;
  const closed = card.state !== "open";
  const box = h("div", { class: `card${closed ? " closed" : ""}`, role: "group", "aria-label": card.title || "卡片" });
  const parts = [
    (card.title || closed) && h("div", { class: "card-head" },
      card.title && h("div", { class: "card-title" }, rich(card.title, deps.onTap)),
      STATES[card.state] && h("span", { class: `card-state ${card.state}` }, STATES[card.state])),
    card.body && h("div", { class: "card-body" }, rich(card.body, deps.onTap)),
    fields(card.fields),
    card.image_url && picture(card.image_url, card.title || "卡片里的图", "card-image"),
    inputs(message, closed),
  ];
  box.append(...parts.flat().filter(Boolean));
  const row = buttons(card, box, deps);
  if (row) box.append(row);
  if (card.note) box.append(h("div", { class: "card-note" }, card.note));
  return box;
}
