// The few marks the bot may use (**strong**, ~~gone~~, "> " quotes), and the words one can tap: numbers and commands.
import { h } from "./dom.js";

const MARKS = /(\*\*[^*\n]+\*\*|~~[^~\n]+~~)/;
const LINKS = /(https?:\/\/[\w.~:/?#@!$&*+;=%-]+)/;
const TAPS = /((?<![\w/.:：-])\/[\u4e00-\u9fff]{1,8}(?![\w/])|\b(?:V|L|CN|HT|KP|GY|R|IM|XQ)-[0-9]{3,8}(?:-[0-9]{2,4})?\b)/;

function linked(text, onTap) {
  return text.split(LINKS).map((piece, index) => {
    if (index % 2 === 0) return tappable(piece, onTap);
    return h("a", { href: piece, target: "_blank", rel: "noopener noreferrer" }, piece);
  });
}

function tappable(text, onTap) {
  return text.split(TAPS).map((piece, index) => {
    if (index % 2 === 0 || !onTap) return piece;
    return h("button", { class: "tap", type: "button", onclick: () => onTap(piece), title: "填到输入框" }, piece);
  });
}

function marked(line, onTap) {
  return line.split(MARKS).map((piece, index) => {
    if (index % 2 === 0) return linked(piece, onTap);
    const inner = linked(piece.slice(2, -2), onTap);
    return piece.startsWith("**") ? h("strong", null, inner) : h("s", null, inner);
  });
}

/** Lines of bot text as nodes; a person's own words never come through here. */
export function rich(text, onTap) {
  const blocks = [];
  for (const line of text.split("\n")) {
    const quoted = line.startsWith("> ");
    const last = blocks[blocks.length - 1];
    if (last && last.quoted === quoted) last.lines.push(line);
    else blocks.push({ quoted, lines: [line] });
  }
  return blocks.map(({ quoted, lines }) => {
    const body = lines.map((line, index) => [index > 0 && "\n", marked(quoted ? line.slice(2) : line, onTap)]);
    return h(quoted ? "blockquote" : "div", { class: "words" }, body);
  });
}
