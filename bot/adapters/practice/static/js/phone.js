// One person's phone: whose it is, their chats, the open conversation, the input line.
import { api } from "./api.js";
import { avatar } from "./bubble.js";
import { Composer } from "./composer.js";
import { h, replace } from "./dom.js";
import { roleName } from "./format.js";
import { icon } from "./icons.js";
import * as outgoing from "./outgoing.js";
import { chatName, groupsOf, message, messagesOf, on, opened, person, refreshOverview, store, sync } from "./store.js";
import { Thread } from "./thread.js";
import { welcome } from "./welcome.js";
import { fail, toast } from "./toast.js";

const BUZZ_MS = 900;

export class Phone {
  /** `deps`: onChange() when the person or chat changes here, onBack() on a narrow screen. */
  constructor(deps) {
    this.deps = deps;
    this.viewer = null;
    this.chat = "direct";
    this.chosen = new Map(); // message id → the action pressed here
    this.running = 0;
    this.head = h("header", { class: "phone-head" });
    this.tabs = h("div", { class: "tabs", role: "tablist", "aria-label": "聊天" });
    this.thread = new Thread(this.threadDeps());
    this.composer = new Composer({
      viewer: () => this.viewer, inGroup: () => this.chat !== "direct", commands: () => this.commands(),
      onSend: (draft) => this.send(draft), onSample: (sample) => this.sendSample(sample),
    });
    this.element = h("section", { class: "phone" }, this.head, this.tabs, this.thread.element, this.composer.element);
    this.acceptDrops();
    on("messages", (detail) => this.heard(detail));
    on("overview", () => { this.drawTabs(); this.markRead(); });
    on("state", () => this.viewer && this.drawHead());
    on("reset", () => { this.thread.clear(); if (this.viewer) this.load(); });
  }

  threadDeps() {
    return {
      find: (id) => message(this.viewer, id), jump: (id) => this.thread.jump(id), chosen: (id) => this.chosen.get(id),
      onQuote: (one) => this.composer.quote(one), onTap: (text) => this.composer.fill(`${text} `),
      onRetry: (one) => outgoing.retry(one, this.hooks()), card: (one) => this.cardDeps(one),
    };
  }

  cardDeps(one) {
    return {
      chosen: this.chosen.get(one.id), onTap: (text) => this.composer.fill(`${text} `), onFail: fail,
      onPress: async (action, values) => {
        const { viewer } = this;
        this.chosen.set(one.id, action);
        await this.during(api.act({ from: viewer, message_id: one.id, action, values, client_id: crypto.randomUUID() }).then(() => sync(viewer)));
      },
    };
  }

  /** While something of ours is under way, what the bot says here is an answer, not a push. */
  async during(work) {
    this.running += 1;
    try {
      await work;
    } finally {
      this.running -= 1;
    }
  }

  hooks() {
    return { onDraw: () => this.draw(), onBusy: (step) => { this.running += step; this.thread.busy(this.running > 0); } };
  }

  commands() {
    if (!this.known || this.knownFor !== this.viewer) {
      this.knownFor = this.viewer;
      this.known = api.commands(this.viewer).then((answer) => answer.commands);
    }
    return this.known;
  }

  show(viewer, chat = "direct") {
    if (viewer === this.viewer && chat === this.chat) return;
    const allowed = chat === "direct" || groupsOf(viewer).some((one) => one.id === chat);
    this.viewer = viewer;
    this.chat = allowed ? chat : "direct";
    this.thread.clear();
    this.composer.refresh();
    this.drawHead();
    this.load();
  }

  load() {
    this.draw();
    sync(this.viewer).then(() => { this.draw(); this.markRead(); }, fail);
  }

  heard({ viewer, changed, fresh }) {
    if (viewer !== this.viewer) return;
    outgoing.settle(changed.map((one) => one.client_id).filter(Boolean));
    this.draw();
    this.markRead();
    const pushed = this.settled && fresh.some((one) => one.from === "bot") && this.running === 0;
    if (pushed) this.buzz();
    this.settled = true;
  }

  buzz() {
    this.element.classList.add("buzz");
    setTimeout(() => this.element.classList.remove("buzz"), BUZZ_MS);
  }

  draw() {
    if (!this.viewer) return;
    this.element.classList.toggle("direct", this.chat === "direct");
    Object.assign(this.thread.deps, { viewer: this.viewer, inGroup: this.chat !== "direct" });
    const all = [...messagesOf(this.viewer, this.chat), ...outgoing.pendingOf(this.viewer, this.chat)];
    this.thread.show(all, all.length ? null : this.emptyState());
    this.drawTabs();
  }

  emptyState() {
    if (!opened(this.viewer)) return h("p", { class: "hint" }, "正在打开…");
    const key = `${this.viewer} ${this.chat}`;
    if (this.emptyKey === key) return this.emptyBox;
    const box = h("div");
    Object.assign(this, { emptyKey: key, emptyBox: box });
    const who = person(this.viewer);
    const draw = (commands) => replace(box, welcome(who, this.chat, commands, (text) => this.composer.fill(text)));
    this.commands().then(draw, fail);
    return box;
  }

  markRead() {
    if (!this.viewer) return;
    const last = messagesOf(this.viewer, this.chat).at(-1);
    const unread = this.unread(this.chat);
    if (last && unread && document.visibilityState === "visible" && this.element.isConnected) {
      api.read(this.viewer, this.chat, last.seq).then(refreshOverview, fail);
    }
  }

  unread(chat) {
    const mine = store.overview[this.viewer];
    return (mine && mine.chats && mine.chats[chat]) || 0;
  }

  drawHead() {
    const who = person(this.viewer);
    const choose = h("select", { class: "whose", "aria-label": "看谁的手机", onchange: () => { this.show(choose.value); this.deps.onChange(this); } },
      store.people.map((one) => h("option", { value: one.id }, `${one.name} · ${roleName(one.role)}`)));
    choose.value = this.viewer;
    this.element.setAttribute("aria-label", `${who.name}的手机`);
    replace(this.head,
      h("button", { class: "icon-button back", type: "button", "aria-label": "回到列表", onclick: () => this.deps.onBack() }, icon("back")),
      avatar(who.id), h("div", { class: "whose-words" }, h("div", { class: "whose-name" }, who.name),
        h("div", { class: "whose-role" }, [roleName(who.role), who.team].filter(Boolean).join(" · "))),
      h("label", { class: "whose-pick", title: "换个人" }, h("span", null, "换人"), icon("down", 14), choose));
  }

  drawTabs() {
    if (!this.viewer) return;
    const chats = ["direct", ...groupsOf(this.viewer).map((one) => one.id)];
    const held = this.tabs.contains(document.activeElement);
    replace(this.tabs, chats.map((chat) => this.tab(chat)));
    if (held) this.tabs.querySelector('[aria-selected="true"]').focus();
    this.tabs.hidden = chats.length < 2;
  }

  tab(chat) {
    const unread = chat === this.chat ? 0 : this.unread(chat);
    const selected = chat === this.chat;
    const element = h("button", {
      class: "tab", role: "tab", type: "button", "aria-selected": String(selected), tabindex: selected ? "0" : "-1", dataset: { chat },
      onclick: () => { this.show(this.viewer, chat); this.deps.onChange(this); },
    }, chatName(chat), unread > 0 && h("span", { class: "badge", "aria-label": `${unread} 条未读` }, unread > 99 ? "99+" : unread));
    element.addEventListener("keydown", (event) => this.tabKey(event, element));
    return element;
  }

  tabKey(event, element) {
    const next = { ArrowRight: element.nextElementSibling, ArrowLeft: element.previousElementSibling }[event.key];
    if (!next) return;
    next.focus();
    next.click();
  }

  send(draft) {
    const mention = this.chat !== "direct" && this.composer.mention.checked;
    outgoing.send(this.viewer, this.chat, mention ? { ...draft, mention_bot: true } : draft, this.hooks()).catch(fail);
  }

  async sendSample(sample) {
    try {
      const file = await api.sample(sample.id, this.viewer);
      this.send({ parts: [{ kind: "image", file, url: URL.createObjectURL(file) }] });
    } catch (error) {
      toast(error.message, { tone: "error" });
    }
  }

  acceptDrops() {
    const over = (event) => { event.preventDefault(); this.element.classList.add("dropping"); };
    this.element.addEventListener("dragover", over);
    this.element.addEventListener("dragleave", () => this.element.classList.remove("dropping"));
    this.element.addEventListener("drop", (event) => {
      event.preventDefault();
      this.element.classList.remove("dropping");
      this.composer.attachments.add([...event.dataTransfer.files]);
      this.composer.field.focus();
    });
  }
}
