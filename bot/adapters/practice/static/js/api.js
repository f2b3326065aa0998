// The practice chat's HTTP API. Every failure becomes an Error whose message is a sentence for a person.

const ROOT = "/practice/api";

async function answer(response) {
  const body = await response.json().catch(() => null);
  if (response.ok) return body;
  const error = new Error((body && body.error) || `没有成功（${response.status}）`);
  error.status = response.status;
  throw error;
}

async function call(path, options) {
  let response;
  try {
    response = await fetch(ROOT + path, { cache: "no-store", ...options });
  } catch {
    throw new Error("连不上练习聊天，请看看程序还在不在运行");
  }
  return answer(response);
}

function json(path, body) {
  return call(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
}

function query(values) {
  const wanted = Object.entries(values).filter(([, value]) => value !== null && value !== undefined && value !== "");
  return new URLSearchParams(wanted).toString();
}

function multipart(message, parts) {
  const form = new FormData();
  for (const [key, value] of Object.entries(message)) {
    if (value === null || value === undefined || value === "") continue;
    form.append(key, typeof value === "object" ? JSON.stringify(value) : String(value));
  }
  for (const part of parts) form.append(part.kind, part.file, part.file.name);
  return form;
}

export const api = {
  state: () => call("/state"),
  overview: () => call("/overview"),
  commands: (viewer) => call(`/commands?${query({ viewer })}`),
  places: (viewer) => call(`/places?${query({ viewer })}`),
  samples: () => call("/samples"),
  next: () => call("/clock/next"),
  messages: (viewer, changedAfter) => call(`/messages?${query({ viewer, changed_after: changedAfter })}`),
  read: (viewer, chat, seq) => json("/read", { viewer, chat, seq }),
  act: (press) => json("/actions?wait=1", press),
  clock: (move) => json("/clock", move),
  reset: () => json("/reset", {}),
  events: () => new EventSource(`${ROOT}/events`),
  send(message, parts) {
    if (!parts.length) return json("/messages?wait=1", message);
    return call("/messages?wait=1", { method: "POST", body: multipart(message, parts) });
  },
  async sample(id, viewer) {
    const response = await fetch(`${ROOT}/samples/${encodeURIComponent(id)}?${query({ viewer })}`);
    if (!response.ok) await answer(response);
    const picture = await response.blob();
    return new File([picture], `${id}.${picture.type === "image/png" ? "png" : "jpg"}`, { type: picture.type });
  },
};
