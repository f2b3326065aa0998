// The list of commands that opens above the composer after "/". Arrow keys move, Enter or Tab takes, Esc closes.
import { h, replace } from "./dom.js";

const SHOWN = 60; // the list scrolls
let serial = 0;

function rank(command, typed) {
  const names = [command.name, ...(command.aliases || [])];
  if (!typed) return 0;
  if (names.some((name) => name.startsWith(typed))) return 0;
  if (names.some((name) => name.includes(typed))) return 1;
  return (command.help || "").includes(typed) || (command.pinyin || "").startsWith(typed.toLowerCase()) ? 2 : -1;
}

export function matching(commands, typed) {
  const ranked = commands.map((command) => [rank(command, typed), command]).filter(([place]) => place >= 0);
  return ranked.sort((a, b) => a[0] - b[0]).slice(0, SHOWN).map(([, command]) => command);
}

export class Suggest {
  constructor(field, { commands, onTake }) {
    serial += 1;
    this.id = `commands-${serial}`;
    this.field = field;
    this.commands = commands;
    this.onTake = onTake;
    this.rows = [];
    this.at = 0;
    this.element = h("div", { class: "suggest", id: this.id, role: "listbox", "aria-label": "命令", hidden: true });
    field.setAttribute("role", "combobox");
    field.setAttribute("aria-controls", this.id);
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("aria-expanded", "false");
  }

  get open() {
    return !this.element.hidden;
  }

  async update() {
    const typed = /^[/／]([^\s/]*)$/.exec(this.field.value);
    if (!typed) return this.close();
    this.found = matching(await this.commands(), typed[1]);
    if (!this.found.length) return this.close();
    this.rows = this.found.map((command, index) => this.row(command, index));
    replace(this.element, this.rows);
    this.element.hidden = false;
    this.field.setAttribute("aria-expanded", "true");
    return this.point(0);
  }

  row(command, index) {
    return h(
      "div", {
        class: "suggest-row", role: "option", id: `${this.id}-${index}`,
        onpointerdown: (event) => { event.preventDefault(); this.take(index); }, onpointermove: () => this.at !== index && this.point(index),
      },
      h("span", { class: "suggest-name" }, `/${command.name}`), h("span", { class: "suggest-help" }, command.help || ""),
    );
  }

  point(index) {
    this.at = (index + this.rows.length) % this.rows.length;
    this.rows.forEach((row, place) => row.setAttribute("aria-selected", String(place === this.at)));
    this.rows[this.at].scrollIntoView({ block: "nearest" });
    this.field.setAttribute("aria-activedescendant", this.rows[this.at].id);
  }

  take(index) {
    const command = this.found[index];
    this.close();
    this.onTake(command);
  }

  close() {
    this.element.hidden = true;
    this.field.setAttribute("aria-expanded", "false");
    this.field.removeAttribute("aria-activedescendant");
  }

  /** True when the key was meant for the list. */
  key(event) {
    if (!this.open) return false;
    const moves = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in moves) this.point(this.at + moves[event.key]);
    else if (event.key === "Escape") this.close();
    else if (event.key === "Tab" || (event.key === "Enter" && !this.exact())) this.take(this.at);
    else return false;
    event.preventDefault();
    return true;
  }

  /** The whole command is typed already: Enter sends it. */
  exact() {
    return this.found[this.at].name === this.field.value.slice(1);
  }
}
