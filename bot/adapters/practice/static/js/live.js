// Server-sent events are only hints ("something changed for these people"); the page then asks what changed.
import { api } from "./api.js";
import { emit, forgetMessages, loadState, opened, refreshOverview, setClock, store, sync } from "./store.js";
import { fail } from "./toast.js";

function changed(event) {
  const { viewers } = JSON.parse(event.data);
  refreshOverview();
  emit("heard", viewers);
  for (const viewer of viewers) if (opened(viewer)) sync(viewer).catch(fail);
}

async function caughtUp() {
  emit("live", true);
  await loadState();
  refreshOverview();
  await Promise.all(store.people.filter((one) => opened(one.id)).map((one) => sync(one.id)));
}

async function startedOver() {
  forgetMessages();
  await loadState();
  refreshOverview();
}

export function listen() {
  const source = api.events();
  source.addEventListener("open", () => caughtUp().catch(fail));
  source.addEventListener("error", () => {
    emit("live", false);
    if (source.readyState === EventSource.CLOSED) setTimeout(listen, 2000);
  });
  source.addEventListener("change", changed);
  source.addEventListener("clock", (event) => setClock(JSON.parse(event.data)));
  source.addEventListener("reset", () => startedOver().catch(fail));
}
