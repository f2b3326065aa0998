"use strict";
// Asks once, shows what it will send, posts once. Nothing is kept, nothing runs in the background.

const GOOD = 30; // metres: no need to wait for a better fix
const WAIT = 12000; // milliseconds until the best fix so far will do
const POST_FOR = 15000;
const LATER = "回到聊天再试，或发水印带地址的照片，我按「弱位置」记。";
const WHY = {
  1: ["没有拿到定位权限。", "在手机设置里允许钉钉（或浏览器）使用位置，再点一次；也可以点右上角「···」用浏览器打开。"],
  2: ["手机现在定不了位。", "打开系统的定位服务，走到窗边或户外再试。"],
  3: ["定位太慢，还没有结果。", "走到窗边或户外再试。"],
};

const at = (id) => document.getElementById(id);
const weakFrom = Number(at("place").dataset.weakFrom);
let best = null;
let first = locate;
let second = locate;

function say(words, kind = "", hint = "") {
  at("words").textContent = words;
  at("words").className = kind;
  at("hint").textContent = hint;
}

function offer(label, next, otherLabel = "", other = locate) {
  first = next;
  second = other;
  at("go").textContent = label;
  at("go").hidden = !label;
  at("go").disabled = false;
  at("again").textContent = otherLabel;
  at("again").hidden = !otherLabel;
}

function busy(label) {
  at("go").textContent = label;
  at("go").disabled = true;
  at("again").hidden = true;
}

function locate() {
  if (!window.isSecureContext || !navigator.geolocation) {
    say("这里不能定位。", "warn", `点右上角「···」用浏览器打开；还不行就${LATER}`);
    offer("", locate);
    return;
  }
  best = null;
  at("fix").hidden = true;
  say("正在定位，第一次要点「允许」…");
  busy("定位中…");
  const done = () => {
    navigator.geolocation.clearWatch(watch);
    clearTimeout(timer);
  };
  const watch = navigator.geolocation.watchPosition(
    (found) => {
      if (!best || found.coords.accuracy < best.coords.accuracy) best = found;
      show();
      if (best.coords.accuracy <= GOOD) {
        done();
        ready();
      }
    },
    (error) => {
      done();
      if (best) ready();
      else failed(error.code);
    },
    { enableHighAccuracy: true, maximumAge: 0, timeout: WAIT },
  );
  const timer = setTimeout(() => {
    done();
    if (best) ready();
    else failed(3);
  }, WAIT + 500);
}

function show() {
  const { latitude, longitude, accuracy } = best.coords;
  at("point").textContent = `${latitude.toFixed(6)}, ${longitude.toFixed(6)}`;
  at("accuracy").textContent = `±${Math.round(accuracy)} 米`;
  at("accuracy").className = accuracy > weakFrom ? "off" : "";
  at("fix").hidden = false;
}

function ready() {
  if (best.coords.accuracy > weakFrom) {
    const where = matchMedia("(pointer: coarse)").matches ? "走到窗边或户外再试一次。" : "电脑定位偏差大，请用手机打开这个链接。";
    say(`误差超过 ${weakFrom} 米，只能记「弱位置」，不算满分。`, "warn", where);
    offer("重新定位", locate, "就发这个（弱位置）", send);
    return;
  }
  say("将发送上面两项。");
  offer("发送位置", send, "重新定位");
}

function failed(code) {
  const [words, hint] = WHY[code] || WHY[2];
  say(words, "warn", hint);
  offer("再试一次", locate);
}

async function send() {
  busy("发送中…");
  const { latitude: lat, longitude: lng, accuracy } = best.coords;
  const gaveUp = new AbortController();
  const timer = setTimeout(() => gaveUp.abort(), POST_FOR);
  try {
    const answer = await fetch(location.pathname, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ lat, lng, accuracy }),
      cache: "no-store",
      signal: gaveUp.signal,
    });
    finish(answer.status, await answer.json().catch(() => ({})));
  } catch {
    say("网络不通，还没发出去。", "warn", "再点一次「发送」，不会重复记。");
    offer("发送位置", send, "重新定位");
  } finally {
    clearTimeout(timer);
  }
}

function finish(status, told) {
  if (status === 201 || status === 409) {
    say(status === 201 ? "✓ 已发送" : "✓ 已收到，不会重复记", "good", told.words || "可以回到聊天了。");
    offer("", locate);
    return;
  }
  const again = status === 503 || status === 429 || status === 400;
  say(`${told.error || "没发出去"}。`, "warn", told.hint || "再点一次试试。");
  if (again) offer("发送位置", send, "重新定位");
  else offer("", locate);
}

at("go").addEventListener("click", () => first());
at("again").addEventListener("click", () => second());
