import { expect } from "@jest/globals";
import fc from "fast-check";

import { collect, sha256 } from "../../support/bytes.js";
import { BODIES } from "./bodies.js";
import { command, inTransaction, owner, pick, picked, said } from "./command.js";
import type { File, Kind, Model } from "./model.js";
import type { Real } from "./real.js";

const KINDS = ["images", "audio"] as const;

/** Lists, counts, URLs, and one file with its bytes, as an owner sees them. */
export const look = fc.tuple(owner, pick, inTransaction).map(([asked, at, isAskedInside]) =>
  command(
    said("look", { owner: asked, at }, isAskedInside),
    () => true,
    async (model, real) => {
      const isInside = isAskedInside && model.transaction !== undefined;
      for (const kind of KINDS) await expectSeen(model, real, { asked, kind, isInside });
      if (model.known.length > 0) {
        await expectFile(model, real, { asked, file: picked(model, at), isInside });
      }
      await expectStored(model, real);
    },
  ),
);

interface Looking {
  asked: number;
  isInside: boolean;
}

async function expectSeen(
  model: Model,
  real: Real,
  { asked, kind, isInside }: Looking & { kind: Kind },
): Promise<void> {
  const { scope, options } = await real.calling(asked, isInside);
  const seen = model.seen(isInside).filter((file) => file.kind === kind);
  const own = seen.filter((file) => file.owner === asked);
  const { items } = await scope[kind].list({ limit: 200, ...options });
  expect(items.map(({ id, sha256: hash }) => ({ id, hash }))).toEqual(
    own
      .map(({ id, body }) => ({ id, hash: BODIES[body]?.sha256 }))
      .sort((a, b) => (a.id < b.id ? 1 : -1)),
  );
  expect(await scope[kind].count(options)).toBe(own.length);
  const urls = await scope[kind].urls(
    model.known.map(({ id }) => id),
    options,
  );
  const visible = seen.filter((file) => file.owner === asked || file.owner === 0);
  expect([...urls.keys()].sort()).toEqual(visible.map(({ id }) => id).sort());
}

async function expectFile(
  model: Model,
  real: Real,
  { asked, file: { id, kind, body, owner: whose }, isInside }: Looking & { file: File },
): Promise<void> {
  const { scope, options } = await real.calling(asked, isInside);
  const isThere = model.seen(isInside).some((file) => file.id === id);
  const isVisible = isThere && (whose === asked || whose === 0);
  expect(await scope[kind].exists(id, options)).toBe(isVisible);
  if (isVisible) {
    const { stream } = await scope[kind].download(id, options);
    expect(sha256(await collect(stream))).toBe(BODIES[body]?.sha256);
    expect(await scope[kind].get(id, options)).toMatchObject({
      id,
      byteSize: BODIES[body]?.bytes.byteLength,
    });
  } else {
    const notFound = { code: "file_not_found" };
    await expect(scope[kind].get(id, options)).rejects.toMatchObject(notFound);
    await expect(scope[kind].download(id, options)).rejects.toMatchObject(notFound);
  }
}

/** The rows and the bucket are as the model has them. */
export async function expectStored(model: Model, real: Real): Promise<void> {
  expect(await real.bucket()).toEqual({ objects: model.objects(), parts: model.parts() });
  const { images, audio } = await real.harness.maintenance.usage();
  expect({ images, audio }).toMatchObject({
    images: model.usage("images"),
    audio: model.usage("audio"),
  });
}
