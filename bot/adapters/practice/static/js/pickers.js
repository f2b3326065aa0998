// Dialogs that hand something to send: a place, a sample photo.
import { api } from "./api.js";
import { h, replace } from "./dom.js";
import { icon } from "./icons.js";

const METRES_PER_DEGREE = 111320;
const STEPS = [["就在门口", 0], ["约 150 米外", 150], ["约 260 米外", 260], ["约 3 公里外", 3000]];

function sheet(title, body) {
  const dialog = h("dialog", { class: "sheet", "aria-label": title });
  const close = () => dialog.close();
  dialog.append(
    h("div", { class: "sheet-head" }, h("h2", null, title),
      h("button", { class: "icon-button", type: "button", "aria-label": "关闭", onclick: close }, icon("close"))),
    body,
  );
  dialog.addEventListener("click", (event) => { if (event.target === dialog) close(); });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

function north(place, metres) {
  return { lat: Math.round((place.lat + metres / METRES_PER_DEGREE) * 1e6) / 1e6, lng: place.lng, label: place.label };
}

function freeEntry(onPick) {
  const lat = h("input", { class: "input", name: "lat", inputmode: "decimal", placeholder: "纬度 31.2304", "aria-label": "纬度", required: true });
  const lng = h("input", { class: "input", name: "lng", inputmode: "decimal", placeholder: "经度 121.4737", "aria-label": "经度", required: true });
  const label = h("input", { class: "input", name: "label", placeholder: "地点名称（可不填）", "aria-label": "地点名称" });
  const problem = h("p", { class: "problem", role: "alert" });
  const submit = (event) => {
    event.preventDefault();
    const place = { lat: Number(lat.value), lng: Number(lng.value), label: label.value.trim() };
    const good = lat.value.trim() && lng.value.trim() && Math.abs(place.lat) <= 90 && Math.abs(place.lng) <= 180;
    if (!good) { problem.textContent = "纬度在 -90 到 90 之间，经度在 -180 到 180 之间"; return; }
    onPick(place);
  };
  return h("form", { class: "free-place", onsubmit: submit }, h("div", { class: "pair" }, lat, lng), label, problem,
    h("button", { class: "button", type: "submit" }, "发送这个位置"));
}

function placeList(places, onPick) {
  const away = h("select", { class: "input", "aria-label": "离登记地址多远" }, STEPS.map(([name, metres]) => h("option", { value: metres }, name)));
  const search = h("input", { class: "input", type: "search", placeholder: "搜客户", "aria-label": "搜客户" });
  const list = h("div", { class: "choices" });
  const draw = () => {
    const found = places.filter((place) => `${place.label}${place.address || ""}`.includes(search.value.trim()));
    replace(list, found.length ? found.map((place) => h(
      "button", { class: "choice", type: "button", onclick: () => onPick(north(place, Number(away.value))) },
      icon("pin"), h("span", null, h("strong", null, place.label), h("small", null, place.address || `${place.lat}, ${place.lng}`)))) : h("p", { class: "hint" }, "没有找到这样的客户"));
  };
  search.addEventListener("input", draw);
  draw();
  return h("div", { class: "place-list" }, h("div", { class: "pair" }, search, away), list);
}

export async function pickPlace(viewer, onPick) {
  const { places } = await api.places(viewer);
  const body = h("div", { class: "sheet-body" });
  const dialog = sheet("发送位置", body);
  const pick = (place) => { dialog.close(); onPick(place); };
  body.append(
    places.length ? placeList(places, pick) : h("p", { class: "hint" }, "名下还没有登记过地址的客户，可以直接填坐标。"),
    h("h3", null, "或者填坐标"), freeEntry(pick),
  );
}

export async function pickSample(onPick) {
  const { samples } = await api.samples();
  const body = h("div", { class: "sheet-body" }, h("p", { class: "hint" }, "照片是现画的，水印时间跟着练习时钟走。"));
  const dialog = sheet("发一张示例照片", body);
  body.append(h("div", { class: "choices" }, samples.map((sample) => h(
    "button", { class: "choice", type: "button", onclick: () => { dialog.close(); onPick(sample); } },
    icon("sample"), h("span", null, h("strong", null, sample.label), h("small", null, sample.hint || ""))))));
}

export function confirmSheet(title, words, { label, run }) {
  const dialog = sheet(title, h("div", { class: "sheet-body" }, h("p", null, words), h("div", { class: "sheet-buttons" },
    h("button", { class: "button quiet", type: "button", onclick: () => dialog.close() }, "算了"),
    h("button", { class: "button danger", type: "button", onclick: () => { dialog.close(); run(); } }, label))));
}
