import assert from "node:assert/strict";

import { injectFaults, memoryObjectStore, MemoryStorage } from "@repo/object-store/testing";

import { publish } from "./podcasts.js";

export async function testPublishing(recording: Uint8Array) {
  const { storage, faults } = injectFaults(new MemoryStorage());
  const { store } = memoryObjectStore({ s3: storage });
  const hostId = "0190f5a0-0000-7000-8000-000000000001";
  const episode = { title: "First.wav", recording, requestId: "1" };

  faults.add({ match: "put", times: 1, fault: { type: "error" } });
  await assert.rejects(publish(store, hostId, episode), { code: "storage_unavailable" });

  const first = await publish(store, hostId, episode);
  const again = await publish(store, hostId, episode);
  assert.equal(again.id, first.id);
}

export async function testAccountDeletion(recording: Uint8Array) {
  const { store, maintenance } = memoryObjectStore();
  const hostId = "0190f5a0-0000-7000-8000-000000000001";
  await publish(store, hostId, { title: "First.wav", recording, requestId: "1" });

  const { complete, lines } = await maintenance.eraseUser(hostId);
  assert.equal(complete, true);
  assert.equal(lines.length, 1);
  assert.equal(await store.forUser(hostId).audio.count(), 0);
}
