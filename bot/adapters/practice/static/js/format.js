// What a person reads: times in the company's zone, roles, initials, sizes.

const ROLES = {
  rep: "销售", manager: "主管", director: "区域总监", vp: "销售 VP", presales: "售前", delivery: "交付", finance: "财务",
  marketing: "市场", store: "店长", hq: "总部", admin: "管理员", outsider: "外部",
};
const ZONE = "Asia/Shanghai";
const WEEK = { Mon: "周一", Tue: "周二", Wed: "周三", Thu: "周四", Fri: "周五", Sat: "周六", Sun: "周日" };
const PARTS = new Intl.DateTimeFormat("en-GB", {
  timeZone: ZONE, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit",
  second: "2-digit", weekday: "short", hourCycle: "h23",
});
const HUES = [186, 212, 24, 262, 338, 148, 44, 8, 286, 96];

function parts(instant) {
  return Object.fromEntries(PARTS.formatToParts(new Date(instant)).map((part) => [part.type, part.value]));
}

export function roleName(role) {
  return ROLES[role] || role || "";
}

export function clockTime(instant) {
  const at = parts(instant);
  return `${at.hour}:${at.minute}`;
}

export function dayKey(instant) {
  const at = parts(instant);
  return `${at.year}-${at.month}-${at.day}`;
}

export function dayName(instant, now) {
  const at = parts(instant);
  const days = Math.round((Date.parse(dayKey(now)) - Date.parse(dayKey(instant))) / 86400000);
  if (days === 0) return "今天";
  if (days === 1) return "昨天";
  const date = `${Number(at.month)}月${Number(at.day)}日`;
  return dayKey(instant).slice(0, 4) === dayKey(now).slice(0, 4) ? `${date} ${WEEK[at.weekday]}` : `${at.year}年${date}`;
}

/** "14:05", "昨天", "11-13": what the list on the left has room for. */
export function shortTime(instant, now) {
  if (dayKey(instant) === dayKey(now)) return clockTime(instant);
  const name = dayName(instant, now);
  return name === "昨天" ? name : dayKey(instant).slice(5);
}

export function fullClock(instant) {
  const at = parts(instant);
  return { date: `${at.year}年${Number(at.month)}月${Number(at.day)}日`, week: WEEK[at.weekday], time: `${at.hour}:${at.minute}`, seconds: at.second };
}

/** The local wall time as a datetime-local value, and back to an instant with its offset. */
export function toWall(instant) {
  const at = parts(instant);
  return `${at.year}-${at.month}-${at.day}T${at.hour}:${at.minute}`;
}

export function fromWall(wall) {
  return `${wall.length === 16 ? `${wall}:00` : wall}+08:00`;
}

export function initial(name) {
  const letters = [...(name || "?").trim()];
  return letters.length > 2 ? letters.slice(-2).join("") : letters.join("");
}

/** Neighbours in the list of people get different colours. */
export function hue(place) {
  return HUES[Math.max(0, place) % HUES.length];
}

export function fileSize(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${Math.round(bytes / 1024)} KB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

export function since(from, to) {
  const minutes = Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / 60000));
  if (minutes < 60) return `${minutes} 分钟`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 ? `${hours} 小时 ${minutes % 60} 分` : `${hours} 小时`;
  return hours % 24 ? `${Math.floor(hours / 24)} 天 ${hours % 24} 小时` : `${hours / 24} 天`;
}
