// A picture in the conversation; a tap shows it large.
import { h, replace } from "./dom.js";
import { icon } from "./icons.js";

let viewer = null;

function enlarge(source, name) {
  if (!viewer) {
    viewer = h("dialog", { class: "lightbox", "aria-label": "看大图" });
    viewer.addEventListener("click", () => viewer.close());
    document.body.append(viewer);
  }
  replace(viewer, h("img", { src: source, alt: name }),
    h("button", { class: "icon-button lightbox-close", type: "button", "aria-label": "关闭大图" }, icon("close")));
  viewer.showModal();
}

export function picture(source, name, className = "picture") {
  const image = h("img", { src: source, alt: name, loading: "lazy", decoding: "async" });
  const button = h("button", { class: className, type: "button", "aria-label": `看大图：${name}`, onclick: () => enlarge(source, name) }, image);
  image.addEventListener("error", () => {
    button.disabled = true;
    replace(button, h("span", { class: "picture-missing" }, icon("photo"), "这张图看不了了"));
  });
  return button;
}
