import { randomUUID } from "node:crypto";

import { memoryObjectStore, MemoryStorage } from "../../src/testing.js";
import { storedInBucket } from "../support/stored.js";
import { describeBehaviour } from "./behaviour.js";

describeBehaviour("the store in memory", () => {
  const s3 = new MemoryStorage();
  const users = new Set<string>();
  const memory = memoryObjectStore({ s3, isOwner: (userId) => users.has(userId) });
  return Promise.resolve({
    store: memory.store,
    storeWith: memory.storeWith,
    addUser() {
      const id = randomUUID();
      users.add(id);
      return Promise.resolve(id);
    },
    transaction: memory.transaction,
    keys: () => Promise.resolve(s3.keys),
    stored: () => storedInBucket(s3),
    fetch: () => undefined,
    async send({ url, headers }, body) {
      const key = decodeURI(new URL(url).pathname.slice(1));
      const contentType = headers["content-type"] ?? "";
      await s3.put({ key, body, byteLength: body.byteLength, contentType });
    },
    close: () => Promise.resolve(),
  });
});
