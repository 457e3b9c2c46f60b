import { erase, inTransaction, remove, removeMany, update, upload } from "./acts.js";
import { CLOSING_CASES } from "./closing-cases.js";
import { DIRECT_UPLOAD_CASES } from "./direct-upload-cases.js";
import { DRIP_CASES } from "./drip-cases.js";
import { GATE_CASES } from "./gate-cases.js";
import { IN_USE_CASES } from "./in-use-cases.js";
import { KEY } from "./key.js";
import { LATE_PUT_CASES } from "./late-put-cases.js";
import { mediaAt } from "./media-at.js";
import { MIGRATION_CASES } from "./migration-cases.js";
import { behindPooler } from "./pooled-cases.js";
import { counting } from "./quota-cases.js";
import { STRIP_CASES, stripping } from "./strip-cases.js";
import { TRASH_CASES } from "./trash-cases.js";
import type { UseCase } from "./use-case.js";
import { VARIANT_CASES } from "./variant-cases.js";

const DIRECTLY: readonly UseCase[] = [
  {
    name: "upload small",
    files: 0,
    run: (props) => upload(props, mediaAt(props.stage.small, 0), "buffer"),
  },
  {
    name: "upload large, known length",
    files: 0,
    run: (props) => upload(props, mediaAt(props.stage.large, 0), "path"),
  },
  {
    name: "upload large, unknown length",
    files: 0,
    run: (props) => upload(props, mediaAt(props.stage.large, 0), "stream"),
  },
  {
    name: "idempotent retry",
    files: 0,
    afterwards: "retry upload",
    async run(props) {
      const options = { idempotencyKey: KEY };
      await upload(props, mediaAt(props.stage.small, 0), "buffer", options);
      await upload(props, mediaAt(props.stage.small, 0), "buffer", options);
    },
  },
  {
    name: "four uploads at once",
    kinds: ["image"],
    files: 0,
    atOnce: true,
    async run(props) {
      const { small, large } = props.stage;
      await Promise.all([
        upload(props, mediaAt(small, 0), "buffer"),
        upload(props, mediaAt(small, 1), "buffer"),
        upload(props, mediaAt(large, 0), "path"),
        upload(props, mediaAt(large, 1), "stream"),
      ]);
    },
  },
  ...DIRECT_UPLOAD_CASES,
  { name: "delete", files: 1, run: (props) => remove(props, 0) },
  { name: "batch delete", files: 3, run: removeMany },
  { name: "update", files: 1, run: (props) => update(props, 0, "what it is called") },
  {
    name: "transaction with upload",
    files: 0,
    run: (props) =>
      inTransaction(props, "commit", (transaction) =>
        upload(props, mediaAt(props.stage.small, 0), "buffer", { transaction }),
      ),
  },
  {
    name: "transaction with delete",
    files: 1,
    run: (props) => inTransaction(props, "commit", (transaction) => remove(props, 0, transaction)),
  },
  {
    name: "transaction with update and delete",
    files: 2,
    run: (props) =>
      inTransaction(props, "commit", async (transaction) => {
        await update(props, 0, "what it is called", transaction);
        await remove(props, 1, transaction);
      }),
  },
  {
    name: "transaction with upload and delete, rolled back",
    files: 1,
    oneIn: 4,
    run: (props) =>
      inTransaction(props, "roll back", async (transaction) => {
        await upload(props, mediaAt(props.stage.small, 0), "buffer", { transaction });
        await remove(props, 0, transaction);
      }),
  },
  {
    name: "transaction with upload under a key after a delete",
    kinds: ["image"],
    files: 1,
    oneIn: 4,
    keyed: true,
    meets: ["upload_in_progress"],
    run: (props) =>
      inTransaction(props, "commit", async (transaction) => {
        await remove(props, 0, transaction);
        // The bytes of the file that is deleted.
        await upload(props, mediaAt(props.stage.small, 1), "buffer", {
          transaction,
          idempotencyKey: KEY,
        });
      }),
  },
  {
    name: "sweep",
    files: 1,
    oneIn: 4,
    leftovers: { crashedUpload: true, crashedDeletion: true },
    run: ({ journal, maintenance }) =>
      // One batch after the other: the steps of each run have to be the same.
      journal.call({ do: "maintenance" }, () => maintenance.sweep({ parallel: 1 })),
  },
  {
    name: "audit --fix",
    files: 1,
    oneIn: 4,
    leftovers: { orphan: true, missingObject: true },
    afterwards: "audit",
    run: ({ journal, maintenance }) =>
      journal.call({ do: "maintenance" }, () => maintenance.audit({ fix: true })),
  },
  {
    name: "erase",
    files: 2,
    oneIn: 4,
    leftovers: { crashedUpload: true },
    afterwards: "erase",
    run: erase,
  },
  ...TRASH_CASES,
  ...VARIANT_CASES,
  ...STRIP_CASES,
  ...GATE_CASES,
  ...IN_USE_CASES,
  ...LATE_PUT_CASES,
  ...DRIP_CASES,
  ...CLOSING_CASES,
  ...MIGRATION_CASES,
];

export const USE_CASES: readonly UseCase[] = [
  ...DIRECTLY,
  ...stripping(DIRECTLY),
  ...counting(DIRECTLY),
  ...behindPooler(DIRECTLY),
];

export function useCaseNamed(name: string): UseCase {
  const found = USE_CASES.find((useCase) => useCase.name === name);
  if (found === undefined) throw new Error(`there is no use case ${JSON.stringify(name)}`);
  return found;
}
