import type { Server } from "node:http";

import type { ObjectStoreProvider } from "@repo/object-store";

/** Milliseconds that requests have to end. */
const GRACE_MS = 10_000;

/** Takes no new connections, and waits for the requests under way. */
export async function closeApp(server: Server, store: ObjectStoreProvider): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  const timer = setTimeout(() => {
    // Uploads of these requests fail, and undo what they began.
    server.closeAllConnections();
  }, GRACE_MS);
  await closed;
  clearTimeout(timer);
  await store.close();
}
