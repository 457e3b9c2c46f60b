import { erase, inTransaction, remove } from "./acts.js";
import { restore, trash } from "./trash-acts.js";
import type { UseCase } from "./use-case.js";

/** Files that are moved to the trash, restored from it, and deleted once their time there is over. */
export const TRASH_CASES: readonly UseCase[] = [
  { name: "move to the trash", files: 1, run: (props) => trash(props, 0) },
  { name: "restore", files: 1, trash: "restorable", run: (props) => restore(props, 0) },
  {
    name: "delete what is in the trash",
    files: 1,
    trash: "restorable",
    oneIn: 2,
    run: (props) => remove(props, 0),
  },
  {
    name: "transaction that moves to the trash and restores",
    files: 2,
    trash: "restorable",
    run: (props) =>
      inTransaction(props, "commit", async (transaction) => {
        await restore(props, 0, transaction);
        await trash(props, 1, transaction);
      }),
  },
  {
    name: "sweep of the trash",
    kinds: ["image"],
    files: 2,
    variants: ["page"],
    trash: "overdue",
    // One batch after the other: the steps of each run have to be the same.
    run: ({ journal, maintenance }) =>
      journal.call({ do: "maintenance" }, () => maintenance.sweep({ parallel: 1 })),
  },
  {
    name: "erase with a file in the trash",
    kinds: ["audio"],
    files: 2,
    trash: "restorable",
    oneIn: 4,
    afterwards: "erase",
    run: erase,
  },
];
