// One message in the conversation.
import { h } from "./dom.js";
import { cardView } from "./card.js";
import { clockTime, hue, initial } from "./format.js";
import { icon } from "./icons.js";
import { picture } from "./picture.js";
import { placeCard } from "./place.js";
import { rich } from "./richtext.js";
import { person, store } from "./store.js";

export function avatar(id, size = "") {
  if (id === "bot") {
    return h("span", { class: `avatar bot ${size}`, "aria-hidden": "true" }, h("img", { src: "/practice/static/icon.svg", alt: "" }));
  }
  const who = person(id);
  return h("span", { class: `avatar hue-${hue(store.people.indexOf(who))} ${size}`, "aria-hidden": "true" }, initial(who ? who.name : id));
}

export const nameOf = (id) => (id === "bot" ? "销售记忆" : (person(id) || {}).name || id);

const plain = (text) => text.replace(/\*\*|~~|^> /gm, "");

/** One line that says what a message was: for quotes and the list on the left. */
export function gist(message) {
  if (!message) return "一条消息";
  if (message.text) return plain(message.text);
  if (message.card) return plain(message.card.title || message.card.body || "[卡片]");
  if (message.location) return `[位置] ${message.location.label || ""}`.trim();
  if (message.image_url) return "[图片]";
  if (message.file) return `[文件] ${message.file.name}`;
  return message.voice ? "[语音]" : "一条消息";
}

function quoted(message, deps) {
  if (!message.quote) return null;
  const original = deps.find(message.quote);
  return h("button", { class: "quoted", type: "button", onclick: () => deps.jump(message.quote) },
    h("span", { class: "quoted-name" }, original ? nameOf(original.from) : "引用"), h("span", null, gist(original).slice(0, 60)));
}

function attachments(message) {
  const { file } = message;
  const face = file && [icon("file"), h("span", null, file.name)];
  const names = file && (file.url ? h("a", { class: "file", href: file.url, download: file.name, "aria-label": `保存文件 ${file.name}` }, face) : h("div", { class: "file" }, face));
  const voice = message.voice && h("div", { class: "file" }, icon("voice"), h("span", null, "语音"));
  const images = (message.images || (message.image_url ? [message.image_url] : []));
  return [images.map((url, index) => picture(url, `${nameOf(message.from)} 发的图片${images.length > 1 ? ` ${index + 1}` : ""}`)), names, voice];
}

function said(message, deps) {
  if (!message.text) return null;
  const mention = message.mention_bot && !message.text.startsWith("@") && h("span", { class: "mention" }, "@销售记忆 ");
  return h("div", { class: "bubble" }, mention, message.from === "bot" ? rich(message.text, deps.onTap) : message.text);
}

function foot(message, deps) {
  if (message.pending === "failed") {
    return h("div", { class: "foot failed" }, icon("warn", 14), h("span", null, message.problem || "没发出去"),
      h("button", { class: "link", type: "button", onclick: () => deps.onRetry(message) }, "重发"));
  }
  if (message.pending) return h("div", { class: "foot" }, "发送中…");
  if (message.updated_at) return h("div", { class: "foot" }, `${clockTime(message.updated_at)} 更新`);
  return null;
}

function tools(message, deps) {
  if (message.pending) return null;
  return h("button", { class: "icon-button small quote-it", type: "button", "aria-label": "引用这条", title: "引用", onclick: () => deps.onQuote(message) }, icon("quote", 17), h("span", null, "引用"));
}

/** `deps`: viewer, inGroup, find, jump, onQuote, onRetry, onTap, card(message) → card deps. */
export function bubbleView(message, deps) {
  const mine = message.from === deps.viewer;
  const content = h(
    "div", { class: "content" },
    deps.inGroup && !mine && h("div", { class: "sender" }, nameOf(message.from)),
    quoted(message, deps), said(message, deps), message.location && placeCard(message.location), attachments(message),
    message.card && cardView(message, deps.card(message)), foot(message, deps),
  );
  const pick = (event) => { if (!event.target.closest("button, input, select, textarea, a")) event.currentTarget.classList.toggle("picked"); };
  return h(
    "li", { onclick: pick, class: `message ${mine ? "mine" : "theirs"}${message.pending ? ` ${message.pending}` : ""}`, dataset: { id: message.id } },
    avatar(message.from), content, tools(message, deps), h("span", { class: "sr" }, clockTime(message.at)),
  );
}
