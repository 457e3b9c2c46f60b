import { expect } from "@jest/globals";
import fc from "fast-check";

import { expectNothingStored } from "../../support/expect-nothing-stored.js";
import {
  bytesOf,
  command,
  inTransaction,
  keyOf,
  newFile,
  owner,
  pick,
  picked,
  said,
} from "./command.js";
import type { Model } from "./model.js";

export const upload = fc.tuple(newFile, inTransaction).map(([file, isInside]) =>
  command(
    said("upload", file, isInside),
    (model) => model.upload(file, isInside) !== "waits",
    async (model, real) => {
      const { scope, options } = await real.calling(file.owner, isInside);
      if (isInside) model.begin();
      const outcome = model.upload(file, isInside);
      const call = (): Promise<{ file: { id: string } }> =>
        scope[file.kind].upload({ body: bytesOf(file) }, { ...options, ...keyOf(file) });
      if (typeof outcome === "object" && "code" in outcome) {
        expect(await expectNothingStored(real.harness, call)).toMatchObject(outcome);
        return;
      }
      const { id } = (await call()).file;
      if (typeof outcome === "object") expect(id).toBe(outcome.file.id);
      else model.stored({ ...file, id }, isInside);
    },
  ),
);

export const refusedUpload = fc.tuple(newFile, inTransaction).map(([file, isInside]) =>
  command(
    said("upload of a text", file, isInside),
    () => true,
    async (model, real) => {
      const { scope, options } = await real.calling(file.owner, isInside);
      if (isInside) model.begin();
      const { code } = await expectNothingStored(real.harness, () =>
        scope[file.kind].upload({ body: Buffer.from("text") }, { ...options, ...keyOf(file) }),
      );
      expect(code).toBe("unsupported_media_type");
    },
  ),
);

/** By its owner, or by another. */
const by = fc.option(owner, { nil: undefined, freq: 2 });

export const deletion = fc.tuple(pick, by, inTransaction).map(([at, asked, isInside]) => {
  const callOf = (model: Model) => {
    const { id, ...file } = picked(model, at);
    return { id, kind: file.kind, owner: asked ?? file.owner, inTransaction: isInside };
  };
  return command(
    said("delete", { at, asked }, isInside),
    (model) => model.known.length > 0 && model.deletion(callOf(model)) !== "waits",
    async (model, real) => {
      const call = callOf(model);
      const { scope, options } = await real.calling(call.owner, isInside);
      if (isInside) model.begin();
      const outcome = model.deletion(call);
      const deleted = scope[call.kind].delete(call.id, options);
      if (typeof outcome === "object") {
        await expect(deleted).rejects.toMatchObject(outcome);
        return;
      }
      await deleted;
      model.deleted(call.id, isInside);
    },
  );
});

export const deletionOfMany = fc
  .tuple(fc.array(pick, { minLength: 1, maxLength: 5 }), inTransaction)
  .map(([at, isInside]) => {
    const callsOf = (model: Model) => {
      const files = at.map((each) => picked(model, each));
      const { kind, owner: asked } = picked(model, at[0] ?? 0);
      return files.map(({ id }) => ({ id, kind, owner: asked, inTransaction: isInside }));
    };
    return command(
      said("delete many", at, isInside),
      (model) =>
        model.known.length > 0 && callsOf(model).every((call) => model.deletion(call) !== "waits"),
      async (model, real) => {
        const calls = callsOf(model);
        const { kind, owner: asked } = picked(model, at[0] ?? 0);
        const { scope, options } = await real.calling(asked, isInside);
        if (isInside) model.begin();
        const outcomes = calls.map((call) => model.deletion(call));
        const ids = calls.map(({ id }) => id);
        expect(await scope[kind].deleteMany(ids, options)).toMatchObject(
          outcomes.map((outcome, index) =>
            typeof outcome === "object"
              ? { id: ids[index], deleted: false, error: outcome }
              : { id: ids[index], deleted: true },
          ),
        );
        const deleted = ids.filter((_id, index) => typeof outcomes[index] !== "object");
        for (const id of new Set(deleted)) model.deleted(id, isInside);
      },
    );
  });

export const end = fc.constantFrom("commit" as const, "rollback" as const).map((how) =>
  command(
    how,
    ({ transaction }) => transaction !== undefined,
    async (model, real) => {
      await real.end(how);
      model[how]();
    },
  ),
);
