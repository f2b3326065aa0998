// The practice clock: what time it is here, and the buttons that move it.
import { api } from "./api.js";
import { h, replace } from "./dom.js";
import { fromWall, fullClock, since, toWall } from "./format.js";
import { icon } from "./icons.js";
import { on, practiceNow, setClock, store } from "./store.js";
import { fail, toast } from "./toast.js";

const WEEK_MS = 7 * 24 * 3600 * 1000;
const STEPS = [["+15 分", "PT15M"], ["+1 时", "PT1H"], ["+1 天", "P1D"]];

export class ClockBar {
  constructor() {
    this.face = h("div", { class: "clock-face" });
    this.buttons = STEPS.map(([label, advance]) => h("button", { class: "step", type: "button", onclick: () => this.move({ advance }) }, label));
    this.nextButton = h("button", { class: "step next", type: "button", onclick: () => this.toNext() }, icon("next", 15), "到下一件事");
    this.wall = h("input", { class: "input", type: "datetime-local", "aria-label": "跳到" });
    const go = (event) => { event.preventDefault(); if (this.wall.value) this.move({ to: fromWall(this.wall.value) }); };
    this.jump = h("form", { class: "jump", onsubmit: go }, this.wall, h("button", { class: "step", type: "submit" }, "跳到"));
    this.panel = h("div", { class: "clock-panel" }, h("div", { class: "steps", role: "group", "aria-label": "拨动练习时钟" }, this.buttons, this.nextButton), this.jump);
    this.toggle = h("button", { class: "clock-toggle", type: "button", "aria-expanded": "false", onclick: () => this.open() }, this.face, icon("down", 16));
    this.element = h("div", { class: "clock", role: "region", "aria-label": "练习时钟" }, this.toggle, this.panel);
    on("clock", () => { this.wall.value = toWall(practiceNow()); this.draw(); });
    setInterval(() => store.now && !store.frozen && this.draw(), 1000);
  }

  open(yes = !this.element.classList.contains("open")) {
    this.element.classList.toggle("open", yes);
    this.toggle.setAttribute("aria-expanded", String(yes));
  }

  draw() {
    const now = fullClock(practiceNow());
    const key = now.date + now.time;
    if (this.drawn === key) return;
    this.drawn = key;
    replace(this.face, h("span", { class: "clock-time" }, now.time), h("span", { class: "clock-date" }, `${now.date} ${now.week}`), h("span", { class: "sr" }, "练习时间"));
  }

  busy(yes) {
    for (const button of [...this.buttons, this.nextButton, this.jump.querySelector("button")]) button.disabled = yes;
    this.element.classList.toggle("moving", yes);
  }

  /** Run `work`, which returns how many messages were delivered, and say how far time went. */
  async passing(work) {
    this.busy(true);
    const before = practiceNow();
    try {
      const pushed = await work();
      const words = pushed ? `送达 ${pushed} 条` : "期间没有新消息";
      toast(`过了 ${since(before, practiceNow())}，${words}`);
      this.open(false);
    } catch (error) {
      fail(error);
    } finally {
      this.busy(false);
    }
  }

  async step(move) {
    const { now, pushed } = await api.clock(move);
    setClock({ now });
    return pushed;
  }

  move(move) {
    return this.passing(() => this.step(move));
  }

  /** On to the next thing somebody hears of: what runs unseen on the way is passed over, for at most a week. */
  toNext() {
    const until = Date.parse(practiceNow()) + WEEK_MS;
    return this.passing(async () => {
      for (;;) {
        const { at } = await api.next();
        if (!at || Date.parse(at) > until) throw new Error("一周内没有在等的事：先登记一次拜访或承诺");
        const pushed = await this.step({ to: at });
        if (pushed) return pushed;
      }
    });
  }
}
