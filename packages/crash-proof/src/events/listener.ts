import { setTimeout as sleep } from "node:timers/promises";

import { createDatabase } from "@repo/database";
import { objectStoreProvider } from "@repo/object-store";
import { S3Provider } from "@repo/s3-provider";

import { CHILD } from "../application-names.js";
import type { ListenerJob } from "./messages.js";

/** Milliseconds that a handler takes at most. */
const LONGEST = 200;

/** One attempt in so many fails. */
const FAILS = 30;

process.once("message", (job: ListenerJob) => {
  listen(job);
  process.send?.("listening");
});
process.once("disconnect", () => process.exit());

/** Writes down each event that it hears of, in a table of its own. */
function listen({ databaseUrl: url, s3 }: ListenerJob): void {
  const database = createDatabase({ url, applicationName: CHILD });
  const store = objectStoreProvider({ database, s3: new S3Provider(s3), events: true });
  store.events.listen(
    async ({ id, fileId, type }) => {
      const replacements = { id, fileId, type };
      await database.query(
        "INSERT INTO heard (event_id, file_id, type) VALUES (:id, :fileId, :type)",
        { replacements },
      );
      await sleep(Math.random() * LONGEST);
      if (Math.random() * FAILS < 1) throw new Error("at random");
      await database.query("UPDATE heard SET is_done = true WHERE event_id = :id", {
        replacements,
      });
    },
    { concurrency: 8, leaseSeconds: 5, maxAttempts: 100, retrySeconds: 0 },
  );
}
