// The input line of one phone.
import { Attachments } from "./attach.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { pickPlace, pickSample } from "./pickers.js";
import { Suggest } from "./suggest.js";
import { fail } from "./toast.js";

function tool(name, label, onclick) {
  return h("button", { class: "icon-button", type: "button", "aria-label": label, title: label, onclick }, icon(name));
}

export class Composer {
  /** `deps`: viewer() → id, inGroup() → bool, commands() → promise, onSend(draft), onSample(sample). */
  constructor(deps) {
    this.deps = deps;
    this.attachments = new Attachments(fail);
    this.field = h("textarea", { class: "field", rows: 1, "aria-label": "输入消息", maxlength: 20000, enterkeyhint: "send" });
    this.suggest = new Suggest(this.field, { commands: deps.commands, onTake: (command) => this.fill(`/${command.name} `) });
    this.mention = h("input", { type: "checkbox", checked: true });
    this.mentionLine = h("label", { class: "mention-line" }, this.mention, h("span", null, "@机器人"));
    this.sendButton = h("button", { class: "send", type: "button", "aria-label": "发送", onclick: () => this.send() }, icon("send"));
    this.images = this.chooser("image/*");
    this.files = this.chooser("");
    this.element = h("div", { class: "composer" }, this.suggest.element, this.attachments.element, this.tools(),
      h("div", { class: "line" }, this.field, this.sendButton), this.images, this.files);
    this.listen();
  }

  chooser(accept) {
    const input = h("input", { type: "file", accept, multiple: true, hidden: true, tabindex: "-1", "aria-hidden": "true" });
    input.addEventListener("change", () => { this.attachments.add([...input.files]); input.value = ""; this.field.focus(); });
    return input;
  }

  tools() {
    return h("div", { class: "tools", role: "toolbar", "aria-label": "工具" },
      tool("slash", "命令", () => this.fill("/")),
      tool("pin", "发位置", () => pickPlace(this.deps.viewer(), (location) => this.deps.onSend({ location, parts: [] })).catch(fail)),
      tool("photo", "发照片", () => this.images.click()),
      tool("sample", "发一张示例照片", () => pickSample((sample) => this.deps.onSample(sample)).catch(fail)),
      tool("file", "发文件", () => this.files.click()),
      h("span", { class: "spring" }), this.mentionLine);
  }

  listen() {
    this.field.addEventListener("input", () => { this.grow(); this.suggest.update().catch(fail); });
    this.field.addEventListener("keydown", (event) => this.key(event));
    this.field.addEventListener("blur", () => this.suggest.close());
    this.field.addEventListener("paste", (event) => {
      const pasted = [...event.clipboardData.files];
      if (!pasted.length) return;
      event.preventDefault();
      this.attachments.add(pasted);
    });
  }

  key(event) {
    if (event.isComposing || this.suggest.key(event)) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.send();
    } else if (event.key === "Escape" && this.attachments.quoted) this.attachments.quote(null);
  }

  grow() {
    this.field.style.height = "auto";
    this.field.style.height = `${Math.min(this.field.scrollHeight, 140)}px`;
    this.sendButton.classList.toggle("ready", Boolean(this.field.value.trim() || this.attachments.parts.length));
  }

  fill(text) {
    this.field.value = text;
    this.field.focus();
    this.field.setSelectionRange(text.length, text.length);
    this.grow();
    this.suggest.update().catch(fail);
  }

  quote(message) {
    this.attachments.quote(message);
    this.field.focus();
  }

  refresh() {
    this.mentionLine.hidden = !this.deps.inGroup();
    this.field.placeholder = this.deps.inGroup() ? "在群里说句话" : "说一句话，或输入 / 看命令";
  }

  send() {
    const text = this.field.value.trim();
    const { parts, quote } = this.attachments.take();
    if (!text && !parts.length) return;
    this.field.value = "";
    this.suggest.close();
    this.grow();
    this.deps.onSend({ text, parts, quote });
  }
}
