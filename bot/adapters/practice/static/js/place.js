// A location as a small drawn map. No map service: the streets are decoration, the pin and the figures are real.
import { h, svg } from "./dom.js";
import { icon } from "./icons.js";

function noise(lat, lng) {
  let state = Math.floor(Math.abs(lat * 1e4) * 31 + Math.abs(lng * 1e4)) % 2147483647 || 7;
  return (low, high) => {
    state = (state * 48271) % 2147483647;
    return low + (state / 2147483647) * (high - low);
  };
}

function street(points, width) {
  return svg("path", { d: points, class: "map-street", "stroke-width": width });
}

function drawing({ lat, lng }) {
  const pick = noise(lat, lng);
  const across = [pick(14, 34), pick(58, 76), pick(92, 108)];
  const down = [pick(24, 60), pick(104, 150), pick(190, 236)];
  const blocks = [0, 1, 2].map((n) => svg("rect", {
    class: n === 1 ? "map-green" : "map-block", rx: 3, x: down[n] + 9, y: across[n % 2] + 8, width: pick(22, 36), height: pick(12, 24),
  }));
  return svg(
    "svg", { class: "map", viewBox: "0 0 260 112", preserveAspectRatio: "xMidYMid slice", "aria-hidden": "true" },
    svg("path", { class: "map-water", d: `M0 ${pick(96, 108)} C 70 ${pick(70, 92)} 150 ${pick(100, 116)} 260 ${pick(74, 96)} V112 H0 Z` }),
    blocks,
    across.map((y) => street(`M0 ${y} L260 ${y + pick(-14, 14)}`, pick(4, 8))),
    down.map((x) => street(`M${x} 0 L${x + pick(-18, 18)} 112`, pick(4, 8))),
    svg("circle", { class: "map-halo", cx: 130, cy: 58, r: 20 }),
    svg("path", { class: "map-pin", d: "M130 60s11-10 11-18.500a11 11 0 0 0-22 0C119 50 130 60 130 60z" }),
    svg("circle", { class: "map-dot", cx: 130, cy: 41.500, r: 4 }),
  );
}

export function placeCard(place) {
  const figures = `${Number(place.lat).toFixed(6)}, ${Number(place.lng).toFixed(6)}`;
  return h(
    "div", { class: "place", role: "group", "aria-label": `位置 ${place.label || figures}` },
    drawing(place),
    h("div", { class: "place-words" }, icon("pin", 16), h("div", null,
      h("div", { class: "place-label" }, place.label || "我的位置"), h("div", { class: "place-figures" }, figures))),
  );
}
