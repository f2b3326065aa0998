// Puts the page together: which phones are open, what the address bar says, one screen or two.
import { api } from "./api.js";
import { ClockBar } from "./clockbar.js";
import { h, replace } from "./dom.js";
import { icon } from "./icons.js";
import { listen } from "./live.js";
import { Phone } from "./phone.js";
import { confirmSheet } from "./pickers.js";
import { memberOf, Rail } from "./rail.js";
import { group, loadState, on, person, refreshOverview, store } from "./store.js";
import { fail, toast } from "./toast.js";

const app = document.getElementById("app");
const desk = document.getElementById("desk");
const address = new URLSearchParams(location.search);
const wide = matchMedia("(min-width: 1000px)");
const deps = { onChange: moved, onBack: () => view("list") };
const first = new Phone(deps);
const second = new Phone(deps);
let two = address.has("with") || !address.has("as"); // a first visit on a wide screen shows how a push arrives

function view(name) {
  app.dataset.view = name;
}

/** Beside a person stands their manager; beside somebody without one, the first person who reports to them. */
function companion(id) {
  const who = person(id);
  const below = store.people.find((one) => one.manager === id);
  return (who.manager && person(who.manager) ? who.manager : below && below.id) || store.people.find((one) => one.id !== id).id;
}

function moved() {
  const words = new URLSearchParams({ as: first.viewer });
  if (first.chat !== "direct") words.set("chat", first.chat);
  if (two && second.viewer) words.set("with", second.viewer);
  history.replaceState(null, "", `?${words}`);
  document.title = `${person(first.viewer).name} · 销售记忆`;
  rail.draw();
}

function arrange() {
  const both = two && wide.matches;
  if (both && (!second.viewer || second.viewer === first.viewer)) second.show(companion(first.viewer));
  replace(desk, first.element, both && second.element);
  desk.classList.toggle("two", both);
  modeButton.setAttribute("aria-pressed", String(both));
  replace(modeButton, icon(both ? "one" : "two", 18), h("span", null, both ? "只看一台" : "并排两台"));
  moved();
}

function openPerson(id) {
  if (two && wide.matches && id === second.viewer) second.show(first.viewer);
  first.show(id);
  view("chat");
  arrange();
}

function openGroup(id) {
  const member = memberOf(group(id), first.viewer);
  if (member !== first.viewer) toast(`${person(member).name}在这个群里，换成了他的手机`);
  first.show(member, id);
  view("chat");
  arrange();
}

function startOver() {
  const run = () => api.reset().then(() => toast("已回到最初的样子"), fail);
  confirmSheet("重新开始？", "所有练习记录都会清掉，回到刚装好的演示公司。", { label: "清掉，重新开始", run });
}

/** A push for somebody whose phone is not on the screen still shows that it arrived. */
let counted = null;
function announce() {
  const shown = new Set([first.viewer, two && wide.matches ? second.viewer : null]);
  for (const [id, seen] of Object.entries(store.overview)) {
    const before = counted && (counted[id] || 0);
    if (counted && seen.unread > before && !shown.has(id) && seen.last && seen.last.from === "bot" && person(id)) {
      toast(seen.last.gist, { tone: "push", title: `${person(id).name} 收到`, action: { label: "看看", run: () => openPerson(id) } });
    }
  }
  counted = Object.fromEntries(Object.entries(store.overview).map(([id, seen]) => [id, seen.unread]));
}

const rail = new Rail(document.getElementById("rail"), {
  current: () => ({ viewer: first.viewer, chat: first.chat }), onPerson: openPerson, onGroup: openGroup,
});
const clock = new ClockBar();
const modeButton = h("button", { class: "mode", type: "button", onclick: () => { two = !two; arrange(); } });
const offline = h("span", { class: "offline", hidden: true }, "连接断了，正在重连…");
document.getElementById("topbar").append(
  h("div", { class: "brand" }, h("img", { src: "/practice/static/icon.svg", alt: "", width: 28, height: 28 }), h("span", null, "销售记忆"), h("small", null, "练习")),
  clock.element, offline,
  h("div", { class: "actions" }, modeButton, h("button", { class: "icon-button", type: "button", "aria-label": "重新开始", title: "重新开始", onclick: startOver }, icon("reset"))),
);

on("overview", announce);
on("live", (yes) => { offline.hidden = yes; });
wide.addEventListener("change", arrange);

async function start() {
  await loadState();
  view(address.has("as") ? "chat" : "list");
  const asked = person(address.get("as")) || person("zhouhang") || store.people[0];
  first.show(asked.id, address.get("chat") || "direct");
  if (person(address.get("with"))) second.show(address.get("with"));
  arrange();
  refreshOverview();
  listen();
}

start().catch((error) => {
  fail(error);
  replace(desk, h("div", { class: "welcome" }, h("p", { class: "welcome-title" }, "练习聊天没有打开"), h("p", null, error.message),
    h("button", { class: "button", type: "button", onclick: () => location.reload() }, "再试一次")));
});
