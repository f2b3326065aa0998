// An empty conversation says what one can do here, for this role.
import { h } from "./dom.js";
import { icon } from "./icons.js";

const TRIES = {
  rep: ["/拜访 华东机械", "下周三下午3点前给王总寄样品", "/日报", "/我的", "/帮助"],
  manager: ["/谁需要支援", "/今天", "/承诺 今天", "/客户 华东机械"],
  store: ["/店报", "/帮助"],
  admin: ["/体检", "/帮助"],
};
const OTHERS = ["/帮助", "/今天"];

/** Only what this person can really use is offered; `commands` comes from the program. */
function offered(who, commands) {
  const names = commands.map((command) => command.name);
  const tries = (TRIES[who.role] || OTHERS).filter((text) => !text.startsWith("/") || names.includes(text.slice(1).split(" ")[0]));
  return tries.length ? tries : ["/帮助"];
}

export function welcome(who, chat, commands, onTry) {
  if (chat !== "direct") {
    return h("div", { class: "welcome" }, h("p", { class: "welcome-title" }, "群里还没有人说话"), h("p", null, "机器人只听 @ 它的话；涉及个人和客户的内容，它会私聊回。"));
  }
  const tries = offered(who, commands);
  return h("div", { class: "welcome" },
    h("img", { src: "/practice/static/icon.svg", alt: "", width: 48, height: 48 }),
    h("p", { class: "welcome-title" }, `${who.name}，说一句话就能记`),
    h("p", null, "可以直接说，可以用 / 命令，也可以发位置和照片。试试："),
    h("div", { class: "tries" }, tries.map((text) => h("button", { class: "try", type: "button", onclick: () => onTry(text) }, text, icon("back", 14)))));
}
