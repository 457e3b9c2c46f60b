import { randomUUID } from "node:crypto";

import { jest } from "@jest/globals";

import { injectFaults, memoryObjectStore, MemoryStorage } from "../../src/testing.js";
import { storedInBucket } from "../support/stored.js";
import { describeBehaviour } from "./behaviour.js";
import { VARIANTS } from "./variants.js";

describeBehaviour("the store in memory", async () => {
  const { storage: s3, faults } = injectFaults(new MemoryStorage());
  const endpoint = await s3.listen();
  const users = new Set<string>();
  const memory = memoryObjectStore({
    s3,
    isOwner: (userId) => users.has(userId),
    variants: VARIANTS,
    events: true,
  });
  const { maintenance } = memory;
  return {
    ...memory,
    storeWith: (options) => memory.storeWith({ events: false, ...options }),
    s3,
    faults,
    addUser() {
      const id = randomUUID();
      users.add(id);
      return Promise.resolve(id);
    },
    keys: () => Promise.resolve(s3.keys),
    stored: async () => ({ ...(await storedInBucket(s3)), usage: await maintenance.usage() }),
    pass(days) {
      jest.useFakeTimers({
        now: Date.now() + days * 86_400_000,
        // All but Date.
        doNotFake: [
          "hrtime",
          "nextTick",
          "performance",
          "queueMicrotask",
          "setImmediate",
          "clearImmediate",
          "setInterval",
          "clearInterval",
          "setTimeout",
          "clearTimeout",
        ],
      });
      return Promise.resolve(maintenance);
    },
    async close() {
      jest.useRealTimers();
      await endpoint.close();
    },
  };
});
