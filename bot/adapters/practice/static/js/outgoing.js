// Messages on their way: shown at once, kept until the server has them, sent again under the same client id.
import { api } from "./api.js";
import { practiceNow, sync } from "./store.js";

const pending = new Map(); // client id → optimistic message
let serial = 0;

export function pendingOf(viewer, chat) {
  return [...pending.values()].filter((one) => one.from === viewer && one.where === chat);
}

function optimistic(wire, parts) {
  serial += 1;
  return {
    ...wire, id: wire.client_id, where: wire.chat, at: practiceNow(), seq: Number.MAX_SAFE_INTEGER - 1e6 + serial, pending: "sending", parts,
    images: parts.filter((part) => part.kind === "image").map((part) => part.url),
    file: parts.filter((part) => part.kind === "file").map((part) => ({ name: part.file.name }))[0],
    voice: parts.some((part) => part.kind === "voice"), wire,
  };
}

async function deliver(message, { onDraw, onBusy }) {
  message.pending = "sending";
  onDraw();
  onBusy(1);
  try {
    await api.send(message.wire, message.parts);
    await sync(message.from);
    pending.delete(message.id);
    for (const part of message.parts) if (part.url) URL.revokeObjectURL(part.url);
  } catch (error) {
    message.pending = "failed";
    message.problem = error.message;
  } finally {
    onBusy(-1);
    onDraw();
  }
}

/** `draft`: text?, location?, quote?, mention_bot?, parts. Returns when the bot has answered. */
export function send(viewer, chat, draft, hooks) {
  const { parts, ...rest } = draft;
  const message = optimistic({ ...rest, from: viewer, chat, client_id: crypto.randomUUID() }, parts);
  pending.set(message.id, message);
  return deliver(message, hooks);
}

export function retry(message, hooks) {
  return deliver(message, hooks);
}

/** The server's copy of a message of ours has come: the optimistic one steps aside. */
export function settle(clientIds) {
  for (const id of clientIds) pending.delete(id);
}
