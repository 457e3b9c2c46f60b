import type { ObjectStoreMaintenance } from "@repo/object-store/maintenance";

import type { Entry, Failure } from "../journal.js";

/** Strips all stored files once more. Gives what this adds to the journal. */
export async function stripAgain(maintenance: ObjectStoreMaintenance): Promise<Entry[]> {
  const call = 1_000;
  const failures: Failure[] = [];
  await maintenance.strip({
    privacy: "all",
    onFinding: ({ fileId: id, code }) => {
      failures.push({ id, code });
    },
  });
  return [
    { entry: "begun", call, intent: { do: "strip" }, inTransaction: false },
    { entry: "done", call, failures },
  ];
}
