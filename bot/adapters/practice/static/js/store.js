// What this page knows: people, groups, the practice clock, the messages each opened person can see.
import { api } from "./api.js";

const listeners = new Map();
const messages = new Map(); // viewer → Map(message id → message)
const cursors = new Map(); // viewer → change number already seen
const syncing = new Map(); // viewer → promise of the running sync
const waiting = new Set(); // viewers changed again while their sync ran

export const store = { people: [], groups: [], overview: {}, now: null, frozen: true, anchor: 0 };

export function on(event, listener) {
  if (!listeners.has(event)) listeners.set(event, new Set());
  listeners.get(event).add(listener);
  return () => listeners.get(event).delete(listener);
}

export function emit(event, detail) {
  for (const listener of [...(listeners.get(event) || [])]) listener(detail);
}

export const person = (id) => store.people.find((one) => one.id === id);
export const group = (id) => store.groups.find((one) => one.id === id);
export const groupsOf = (id) => store.groups.filter((one) => one.members.includes(id));
export const chatName = (chat) => (chat === "direct" ? "销售记忆" : (group(chat) || {}).name || chat);

export function setClock({ now, frozen }) {
  if (now) store.now = now;
  if (frozen !== undefined) store.frozen = frozen;
  store.anchor = performance.now();
  emit("clock");
}

/** The practice instant right now: the last one heard, moved on by the time since unless the clock stands still. */
export function practiceNow() {
  const passed = store.frozen ? 0 : performance.now() - store.anchor;
  return new Date(Date.parse(store.now) + passed).toISOString();
}

export function messagesOf(viewer, chat) {
  const all = [...(messages.get(viewer) || new Map()).values()];
  return all.filter((one) => chatKey(one) === chat).sort((a, b) => a.seq - b.seq);
}

export const message = (viewer, id) => (messages.get(viewer) || new Map()).get(id);
export const chatKey = (one) => (one.chat.type === "direct" ? "direct" : one.chat.id);

async function pull(viewer) {
  const heard = await api.messages(viewer, cursors.get(viewer) || 0);
  const known = messages.get(viewer) || new Map();
  messages.set(viewer, known);
  const fresh = heard.messages.filter((one) => !known.has(one.id));
  for (const one of heard.messages) known.set(one.id, one);
  cursors.set(viewer, heard.cursor);
  if (heard.messages.length) emit("messages", { viewer, changed: heard.messages, fresh });
}

/** Fetch what changed for `viewer`; calls made while one runs are folded into one more round. */
export function sync(viewer) {
  if (syncing.has(viewer)) {
    waiting.add(viewer);
    return syncing.get(viewer);
  }
  const run = pull(viewer).finally(() => {
    syncing.delete(viewer);
    if (waiting.delete(viewer)) return sync(viewer);
    return undefined;
  });
  syncing.set(viewer, run);
  return run;
}

export const opened = (viewer) => messages.has(viewer);

let overviewTimer = 0;
export function refreshOverview() {
  if (overviewTimer) return;
  overviewTimer = setTimeout(async () => {
    overviewTimer = 0;
    store.overview = (await api.overview()).people;
    emit("overview");
  }, 60);
}

export function forgetMessages() {
  messages.clear();
  cursors.clear();
  emit("reset");
}

export async function loadState() {
  const state = await api.state();
  store.people = state.people;
  store.groups = state.groups;
  setClock(state);
  emit("state");
}
