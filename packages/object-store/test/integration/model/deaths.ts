import { sizedMedia } from "@repo/sample-media";
import fc from "fast-check";

import { collect, pieces } from "../../support/bytes.js";
import { bytesOf, command, keyOf, newFile, owner, pick, picked, said } from "./command.js";
import type { Model } from "./model.js";
import type { Death } from "./real.js";

const uploadThatDies = fc
  .tuple(
    newFile,
    fc.constantFrom<Death>(
      { at: "put", isCarriedOut: false },
      { at: "put", isCarriedOut: true },
      { at: "presignGet", isCarriedOut: true },
    ),
  )
  .map(([file, how]) =>
    command(
      said("die in upload", { ...file, ...how }),
      (model) => model.upload(file, false) === "stored",
      async (model, real) => {
        const id = await real.dieIn(how, file.owner, (scope) =>
          scope[file.kind].upload({ body: bytesOf(file) }, keyOf(file)),
        );
        model.died({
          ...{ id, owner: file.owner, kind: file.kind, key: file.key, purpose: "upload" },
          ...{ hasObject: how.isCarriedOut, hasParts: false, isOver: false, isSettled: false },
        });
      },
    ),
  );

let large: Promise<Buffer> | undefined;

/** Of a body that goes in parts, as its length is not known. */
const uploadInPartsThatDies = owner.map((asked) =>
  command(
    said("die in upload in parts", { owner: asked }),
    () => true,
    async (model, real) => {
      const bytes = await (large ??= collect(sizedMedia("wav", 6_000_000)));
      const how = { at: "uploadPart", isCarriedOut: false } as const;
      const id = await real.dieIn(how, asked, (scope) =>
        scope.audio.upload({ body: pieces(bytes, 1_000_000) }),
      );
      model.died({
        ...{ id, owner: asked, kind: "audio", purpose: "upload" },
        ...{ hasObject: false, hasParts: true, isOver: false, isSettled: false },
      });
    },
  ),
);

const deletionThatDies = fc.tuple(pick, fc.boolean()).map(([at, isCarriedOut]) => {
  const callOf = (model: Model) => ({ ...picked(model, at), inTransaction: false });
  return command(
    said("die in delete", { at, isCarriedOut }),
    (model) => model.known.length > 0 && model.deletion(callOf(model)) === "deleted",
    async (model, real) => {
      const { id, owner: asked, kind } = callOf(model);
      await real.dieIn({ at: "delete", isCarriedOut }, asked, (scope) => scope[kind].delete(id));
      model.died({
        ...{ id, owner: asked, kind, purpose: "removal" },
        ...{ hasObject: !isCarriedOut, hasParts: false, isOver: false, isSettled: true },
      });
    },
  );
});

/** A call of a process that dies in it; seldom one in parts, as its body is large. */
export const death = fc.oneof(
  { weight: 5, arbitrary: uploadThatDies },
  { weight: 3, arbitrary: deletionThatDies },
  { weight: 2, arbitrary: uploadInPartsThatDies },
);
