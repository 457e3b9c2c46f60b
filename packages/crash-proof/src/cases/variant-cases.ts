import { setTimeout as sleep } from "node:timers/promises";

import { erase, inTransaction, remove, removeMany, type Transaction, upload } from "./acts.js";
import { complete } from "./direct-acts.js";
import { whenSent } from "./direct-upload-cases.js";
import { mediaAt } from "./media-at.js";
import type { Props, UseCase } from "./use-case.js";
import { fill, makeVariant, showVariant } from "./variant-acts.js";

/** Milliseconds for which a transaction stays open, so that whoever makes a variant waits for it. */
const OPEN = 60;

/** What who makes a variant of a file that is deleted meanwhile may be told. */
const GONE = ["file_not_found"];

/** The variants that files are uploaded with. */
const EAGER = { variants: ["thumb"] };

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
      const { collection: other } = props.inAnotherProcess();
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
    name: "upload with a variant",
    kinds: ["image"],
    files: 0,
    run: (props) => uploadWithVariant(props),
  },
  {
    name: "transaction with upload with a variant",
    kinds: ["image"],
    files: 0,
    oneIn: 2,
    run: (props) =>
      inTransaction(props, "commit", (transaction) => uploadWithVariant(props, { transaction })),
  },
  {
    name: "transaction with upload with a variant, rolled back",
    kinds: ["image"],
    files: 0,
    oneIn: 4,
    run: (props) =>
      inTransaction(props, "roll back", (transaction) => uploadWithVariant(props, { transaction })),
  },
  {
    name: "direct upload with a variant",
    kinds: ["image"],
    files: 0,
    oneIn: 2,
    async run(props) {
      const media = mediaAt(props.stage.small, 0);
      await whenSent(props, media, (direct) => complete(props, direct, media, EAGER));
    },
  },
  {
    name: "fill in variants",
    kinds: ["image"],
    files: 3,
    variants: ["thumb", "banner"],
    // The recipes of a file are applied at once.
    atOnce: true,
    afterwards: "fill again",
    run: fill,
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

function uploadWithVariant(
  props: Props,
  options: { transaction?: Transaction } = {},
): Promise<string | undefined> {
  return upload(props, mediaAt(props.stage.small, 0), "buffer", { ...EAGER, ...options });
}

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
