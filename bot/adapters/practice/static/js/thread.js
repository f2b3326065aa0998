// The conversation of one person in one chat: keeps rows by id, redraws only what changed, stays at the newest line.
import { h, reconcile } from "./dom.js";
import { bubbleView } from "./bubble.js";
import { clockTime, dayKey, dayName } from "./format.js";
import { icon } from "./icons.js";
import { practiceNow } from "./store.js";

const GAP_MS = 5 * 60 * 1000;
const NEAR_PX = 120;
const PAGE = 150; // messages drawn at first, and with every "earlier"

function stamp(message, before) {
  const sameDay = before && dayKey(before.at) === dayKey(message.at);
  if (sameDay && Date.parse(message.at) - Date.parse(before.at) < GAP_MS) return null;
  const text = sameDay ? clockTime(message.at) : `${dayName(message.at, practiceNow())} ${clockTime(message.at)}`;
  return h("li", { class: "stamp", dataset: { text } }, h("time", { datetime: message.at }, text));
}

export class Thread {
  constructor(deps) {
    this.deps = deps;
    this.rows = new Map(); // id → {key, element}
    this.stamps = new Map();
    this.list = h("ol", { class: "messages", "aria-label": "消息" });
    this.empty = h("div", { class: "empty" });
    this.typing = h("div", { class: "typing", role: "status", hidden: true }, h("span", { class: "sr" }, "正在处理"), h("i"), h("i"), h("i"));
    this.newest = h("button", { class: "newest", type: "button", hidden: true, onclick: () => this.toEnd(true) }, icon("down", 16), "新消息");
    this.scroller = h("div", { class: "scroller", tabindex: "0", "aria-label": "对话内容" }, this.empty, this.list, this.typing);
    this.scroller.addEventListener("scroll", () => { if (this.nearEnd()) this.newest.hidden = true; });
    this.list.addEventListener("load", () => { if (this.pinned) this.toEnd(); }, true);
    this.element = h("div", { class: "thread" }, this.scroller, this.newest);
    this.older = h("li", { class: "older-line" }, h("button", { class: "older", type: "button", onclick: () => this.showOlder() }, "看更早的消息"));
    this.pinned = true;
    this.limit = PAGE;
  }

  showOlder() {
    const below = this.scroller.scrollHeight - this.scroller.scrollTop;
    this.limit += PAGE;
    this.show(...this.shown);
    this.scroller.scrollTop = this.scroller.scrollHeight - below;
    this.scroller.focus({ preventScroll: true });
  }

  nearEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight < NEAR_PX;
  }

  toEnd(smooth = false) {
    this.scroller.scrollTo({ top: this.scroller.scrollHeight, behavior: smooth ? "smooth" : "instant" });
    this.newest.hidden = true;
  }

  row(message) {
    const key = JSON.stringify([message, this.deps.chosen(message.id)]);
    const known = this.rows.get(message.id);
    if (known && known.key === key) return known.element;
    const element = bubbleView(message, this.deps);
    if (known) element.classList.add("changed");
    else if (this.drawn) element.classList.add("arrived");
    this.rows.set(message.id, { key, element });
    return element;
  }

  stampOf(message, before) {
    const fresh = stamp(message, before);
    const known = this.stamps.get(message.id);
    if (fresh && known && known.dataset.text === fresh.dataset.text) return known;
    if (fresh) this.stamps.set(message.id, fresh);
    return fresh;
  }

  show(all, emptyState) {
    this.shown = [all, emptyState];
    const messages = all.slice(-this.limit);
    this.pinned = this.nearEnd() || !this.drawn;
    const last = messages[messages.length - 1];
    const wanted = messages.flatMap((one, index) => [this.stampOf(one, messages[index - 1]), this.row(one)]).filter(Boolean);
    const grown = last && this.lastId && last.id !== this.lastId;
    if (all.length > messages.length) wanted.unshift(this.older);
    const held = this.list.contains(document.activeElement) && document.activeElement.closest("li");
    reconcile(this.list, wanted);
    if (held && !held.isConnected) this.refocus(held.dataset.id);
    this.empty.replaceChildren(...(messages.length ? [] : [emptyState]));
    if (this.pinned || (last && last.pending)) this.toEnd(false);
    else if (grown) this.newest.hidden = false;
    this.lastId = last && last.id;
    this.drawn = true;
  }

  /** A card was redrawn under the keyboard: put the focus back on what can be pressed there, else on the conversation. */
  refocus(id) {
    const row = this.rows.get(id);
    const target = row && row.element.querySelector(".card-button:not(:disabled)");
    (target || this.scroller).focus({ preventScroll: true });
  }

  busy(yes) {
    this.typing.hidden = !yes;
    if (yes && this.nearEnd()) this.toEnd();
  }

  jump(id) {
    const row = this.rows.get(id);
    if (!row) return;
    row.element.scrollIntoView({ block: "center", behavior: "smooth" });
    row.element.classList.remove("pointed");
    requestAnimationFrame(() => row.element.classList.add("pointed"));
  }

  clear() {
    this.rows.clear();
    this.stamps.clear();
    this.list.replaceChildren();
    this.drawn = false;
    this.lastId = null;
    this.limit = PAGE;
  }
}
