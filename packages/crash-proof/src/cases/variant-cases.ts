import { setTimeout as sleep } from "node:timers/promises";

import { erase, inTransaction, remove, removeMany } from "./acts.js";
import type { Props, UseCase } from "./use-case.js";
import { makeVariant, showVariant } from "./variant-acts.js";

/** Milliseconds for which a transaction stays open, so that whoever makes a variant waits for it. */
const OPEN = 60;

/** What who makes a variant of a file that is deleted meanwhile may be told. */
const GONE = ["file_not_found"];

/** Pictures made of files. */
export const VARIANT_CASES: readonly UseCase[] = [
  {
    name: "variant",
    kinds: ["image"],
    files: 1,
    afterwards: "make again",
    async run(props) {
      await makeVariant(props, 0, "thumb");
      await makeVariant(props, 0, "thumb");
    },
  },
  {
    name: "variant, asked for in two processes at once",
    kinds: ["image"],
    files: 1,
    atOnce: true,
    afterwards: "make again",
    async run(props) {
      const other = props.inAnotherProcess();
      await Promise.all([
        makeVariant(props, 0, "thumb"),
        makeVariant(props, 0, "thumb"),
        makeVariant(props, 0, "thumb", other),
        makeVariant(props, 0, "thumb", other),
      ]);
    },
  },
  {
    name: "variant of a recipe that has changed",
    kinds: ["image"],
    files: 1,
    variants: ["thumb"],
    oneIn: 2,
    async run(props) {
      await showVariant(props, 0, "thumb");
      props.before("put", () => showVariant(props, 0, "thumb"));
      await makeVariant(props, 0, "thumb");
      await showVariant(props, 0, "thumb");
    },
  },
  {
    name: "variant that a file refuses",
    // It has no cover.
    kinds: ["audio"],
    files: 1,
    oneIn: 2,
    meets: ["variant_failed"],
    afterwards: "make again",
    run: (props) => makeVariant(props, 0, "thumb"),
  },
  {
    name: "delete with variants",
    kinds: ["image"],
    files: 1,
    variants: ["thumb", "page"],
    run: (props) => remove(props, 0),
  },
  {
    name: "delete while a variant is made",
    kinds: ["image"],
    files: 1,
    meets: GONE,
    async run(props) {
      props.before("get", () => remove(props, 0));
      await makeVariant(props, 0, "thumb");
    },
  },
  {
    name: "batch delete while a variant is made",
    kinds: ["image"],
    files: 2,
    variants: ["page"],
    oneIn: 2,
    meets: GONE,
    async run(props) {
      props.before("put", () => removeMany(props));
      await makeVariant(props, 0, "thumb");
    },
  },
  {
    name: "transaction with delete while a variant is made",
    kinds: ["image"],
    files: 1,
    variants: ["page"],
    atOnce: true,
    meets: GONE,
    run: (props) => makeDuringDeletion(props, "commit"),
  },
  {
    name: "transaction with delete while a variant is made, rolled back",
    kinds: ["image"],
    files: 1,
    variants: ["page"],
    atOnce: true,
    afterwards: "make again",
    run: (props) => makeDuringDeletion(props, "roll back"),
  },
  {
    name: "erase with variants",
    kinds: ["image"],
    files: 2,
    variants: ["thumb"],
    oneIn: 4,
    afterwards: "erase",
    run: erase,
  },
  {
    name: "erase while a variant is made",
    kinds: ["image"],
    files: 1,
    variants: ["page"],
    oneIn: 4,
    meets: [...GONE, "upload_expired"],
    afterwards: "erase",
    async run(props) {
      props.before("put", () => erase(props));
      await makeVariant(props, 0, "thumb");
    },
  },
];

/** A variant is complete but for its row when the caller's transaction has deleted its file, and is open. */
async function makeDuringDeletion(props: Props, end: "commit" | "roll back"): Promise<void> {
  let deleted: Promise<void> | undefined;
  props.before("put", async () => {
    await new Promise<void>((isDeleted) => {
      deleted = inTransaction(props, end, async (transaction) => {
        await remove(props, 0, transaction);
        isDeleted();
        await sleep(OPEN);
      }).finally(isDeleted);
    });
  });
  await makeVariant(props, 0, "thumb");
  await deleted;
}
