// What waits above the input line: chosen pictures and files, and the message being quoted.
import { h, replace } from "./dom.js";
import { gist, nameOf } from "./bubble.js";
import { fileSize } from "./format.js";
import { icon } from "./icons.js";

export const LARGEST = 20 * 1024 * 1024;
const MOST = 9;

export function kindOf(file) {
  if (file.type.startsWith("image/")) return "image";
  return file.type.startsWith("audio/") ? "voice" : "file";
}

export class Attachments {
  constructor(onProblem) {
    this.parts = [];
    this.quoted = null;
    this.onProblem = onProblem;
    this.element = h("div", { class: "waiting" });
  }

  add(files) {
    for (const file of files) {
      if (file.size > LARGEST) this.onProblem(new Error(`${file.name} 有 ${fileSize(file.size)}，最大 20 MB`));
      else if (this.parts.length >= MOST) this.onProblem(new Error(`一次最多 ${MOST} 个`));
      else this.parts.push({ kind: kindOf(file), file, url: kindOf(file) === "image" ? URL.createObjectURL(file) : null });
    }
    this.draw();
  }

  quote(message) {
    this.quoted = message;
    this.draw();
  }

  take() {
    const taken = { parts: this.parts, quote: this.quoted && this.quoted.id };
    this.parts = [];
    this.quoted = null;
    this.draw();
    return taken;
  }

  drop(part) {
    this.parts = this.parts.filter((one) => one !== part);
    if (part.url) URL.revokeObjectURL(part.url);
    this.draw();
  }

  part(part) {
    const name = part.file.name || "图片";
    return h("div", { class: `waiting-part ${part.kind}` },
      part.url ? h("img", { src: part.url, alt: name }) : [icon(part.kind === "voice" ? "voice" : "file"), h("span", null, name, h("small", null, fileSize(part.file.size)))],
      h("button", { class: "icon-button small", type: "button", "aria-label": `去掉 ${name}`, onclick: () => this.drop(part) }, icon("close", 14)));
  }

  draw() {
    replace(this.element,
      this.quoted && h("div", { class: "waiting-quote" }, icon("quote", 16), h("span", null, `${nameOf(this.quoted.from)}：${gist(this.quoted)}`),
        h("button", { class: "icon-button small", type: "button", "aria-label": "不引用了", onclick: () => this.quote(null) }, icon("close", 14))),
      this.parts.length > 0 && h("div", { class: "waiting-parts" }, this.parts.map((part) => this.part(part))));
  }
}
