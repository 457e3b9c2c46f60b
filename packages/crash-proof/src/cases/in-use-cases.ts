import { erase, inTransaction, remove, removeMany } from "./acts.js";
import type { UseCase } from "./use-case.js";

const MEETS = ["file_in_use"];

/** Deletions of files that rows of the application's refer to. */
export const IN_USE_CASES: readonly UseCase[] = [
  {
    name: "delete a file in use",
    kinds: ["image"],
    files: 1,
    references: ["restrict"],
    meets: MEETS,
    run: (props) => remove(props, 0),
  },
  {
    name: "delete a file whose references cascade",
    kinds: ["audio"],
    files: 1,
    references: ["cascade"],
    run: (props) => remove(props, 0),
  },
  {
    name: "batch delete with files in use",
    kinds: ["audio"],
    files: 3,
    references: ["restrict", "cascade"],
    meets: MEETS,
    run: removeMany,
  },
  {
    name: "transaction with deletes, one of a file in use",
    kinds: ["image"],
    files: 2,
    references: ["restrict", "cascade"],
    meets: MEETS,
    run: (props) =>
      inTransaction(props, "commit", async (transaction) => {
        await remove(props, 0, transaction);
        await remove(props, 1, transaction);
      }),
  },
  {
    name: "erase with a file in use",
    kinds: ["image"],
    files: 3,
    oneIn: 4,
    references: ["restrict", "cascade"],
    afterwards: "erase",
    run: erase,
  },
];
