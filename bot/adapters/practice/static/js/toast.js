import { h } from "./dom.js";
import { icon } from "./icons.js";

const SHOWN_MS = 6000;

/** A line that goes away by itself. `action` is {label, run}; `tone` is "error", "push" or "ok". */
export function toast(text, { tone = "ok", title = null, action = null } = {}) {
  const box = document.getElementById("toasts");
  const close = () => line.remove();
  const run = action && (() => { close(); action.run(); });
  const words = h("span", { class: "toast-words" }, title && h("strong", null, title), h("span", null, text));
  const line = h(
    "div", { class: `toast toast-${tone}`, role: tone === "error" ? "alert" : null },
    tone === "error" && icon("warn", 18),
    run && tone === "push" ? h("button", { class: "toast-open", type: "button", onclick: run }, words) : words,
    run && tone !== "push" && h("button", { class: "link", type: "button", onclick: run }, action.label),
    h("button", { class: "icon-button small", type: "button", "aria-label": "关闭提示", onclick: close }, icon("close", 16)),
  );
  box.append(line);
  while (box.children.length > 3) box.firstElementChild.remove();
  setTimeout(close, SHOWN_MS);
}

export function fail(error) {
  toast(error.message || String(error), { tone: "error" });
}
