// People and groups, with what is unread, and a search over both.
import { avatar } from "./bubble.js";
import { h, replace } from "./dom.js";
import { roleName, shortTime } from "./format.js";
import { icon } from "./icons.js";
import { on, person, practiceNow, store } from "./store.js";

function badge(count) {
  return count > 0 && h("span", { class: "badge", "aria-label": `${count} 条未读` }, count > 99 ? "99+" : count);
}

function row({ id, face, name, tag, last, unread, current }, onclick) {
  return h("button", { class: `row${current ? " current" : ""}`, type: "button", "aria-current": current ? "true" : null, dataset: { id }, onclick },
    face,
    h("span", { class: "row-words" },
      h("span", { class: "row-top" }, h("span", { class: "row-name" }, name), tag && h("span", { class: "row-tag" }, tag),
        last && h("time", { class: "row-time" }, shortTime(last.at, practiceNow()))),
      h("span", { class: "row-bottom" }, h("span", { class: "row-last" }, last ? last.gist : "还没有消息"), badge(unread))));
}

export class Rail {
  /** `deps`: current() → {viewer, chat}, onPerson(id), onGroup(id). */
  constructor(element, deps) {
    this.deps = deps;
    this.search = h("input", { class: "search", type: "search", placeholder: "搜人或群", "aria-label": "搜人或群", oninput: () => this.draw() });
    this.list = h("div", { class: "rows" });
    element.append(h("div", { class: "search-line" }, icon("search", 18), this.search), this.list);
    for (const event of ["state", "overview", "clock"]) on(event, () => this.draw());
  }

  people(typed) {
    const { viewer, chat } = this.deps.current();
    const found = store.people.filter((one) => [one.name, one.id, roleName(one.role), one.team].join(" ").includes(typed));
    return found.map((one) => {
      const seen = store.overview[one.id] || {};
      return row({ id: one.id, face: avatar(one.id), name: one.name, tag: roleName(one.role), last: seen.last, unread: seen.unread, current: one.id === viewer && chat === "direct" },
        () => this.deps.onPerson(one.id));
    });
  }

  groups(typed) {
    const { viewer, chat } = this.deps.current();
    const near = (one) => (one.members.includes(viewer) ? 0 : 1);
    const found = store.groups.filter((one) => `${one.name} ${one.id}`.includes(typed)).sort((a, b) => near(a) - near(b));
    return found.map((one) => {
      const mine = one.members.includes(viewer);
      const seen = (store.overview[mine ? viewer : one.members[0]] || {}).groups || {};
      const last = seen[one.id];
      return row({ id: one.id, face: h("span", { class: "avatar group", "aria-hidden": "true" }, [...one.name][0]), name: one.name, tag: `${one.members.length} 人`, last,
        unread: mine ? ((store.overview[viewer] || {}).chats || {})[one.id] : 0, current: chat === one.id }, () => this.deps.onGroup(one.id));
    });
  }

  draw() {
    const typed = this.search.value.trim();
    const people = this.people(typed);
    const groups = this.groups(typed);
    const held = this.list.contains(document.activeElement) && document.activeElement.dataset.id;
    replace(this.list,
      groups.length > 0 && [h("h2", { class: "rows-title" }, "群"), groups],
      people.length > 0 && [h("h2", { class: "rows-title" }, "同事"), people],
      !people.length && !groups.length && h("p", { class: "hint" }, `没有“${typed}”这个人或群`));
    if (held) this.list.querySelector(`[data-id="${CSS.escape(held)}"]`)?.focus();
  }
}

export const memberOf = (group, viewer) => (group.members.includes(viewer) ? viewer : group.members.find((id) => person(id)));
