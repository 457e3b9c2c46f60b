import { inspect } from "node:util";

import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import type { StorageClient } from "../../src/testing.js";
import { type Harness, openHarness } from "../support/harness.js";
import { sampleOf } from "../support/samples.js";

let harness: Harness;
let userId: string;

beforeAll(async () => {
  harness = await openHarness();
  userId = await harness.addUser();
});
afterAll(() => harness.close());

describe("an error of a server under util.inspect", () => {
  it("shows no owner, key, idempotency key or URL", async () => {
    const { bytes: body } = await sampleOf("png");
    const secrets = [userId, "images/users", "secret-key", "X-Amz"];
    const { databaseUrl, database } = harness;
    await database.query(
      `ALTER TABLE images ADD CONSTRAINT strange CHECK (byte_size <> ${body.byteLength})`,
    );
    const { images } = harness.store.forUser(userId);
    const ghost = "0190f5a0-0000-7000-8000-0000000000ff";
    const errors = await Promise.all(
      [
        images.upload({ body }, { idempotencyKey: "secret-key" }),
        harness.store.forUser(ghost).images.upload({ body }, { idempotencyKey: "secret-key" }),
        harness
          .storeWith({ s3: broken() })
          .forUser(userId)
          .images.upload({ body }, { idempotencyKey: "secret-key" }),
      ].map((call) =>
        call.then(
          () => "it was stored",
          (error: unknown) => error,
        ),
      ),
    );
    for (const error of errors) {
      expect(error).toMatchObject({ code: expect.stringMatching(/^(database|owner|storage)_/) });
      const text = inspect(error, { depth: 9, showHidden: true });
      for (const secret of [...secrets, ghost, databaseUrl]) expect(text).not.toContain(secret);
    }
  });
});

/** A storage that names all it was asked in what it fails with. */
function broken(): StorageClient {
  const fail = (...asked: unknown[]): Promise<never> =>
    Promise.reject(new Error(`https://s3.test?X-Amz-Signature=1 ${inspect(asked)}`));
  return new Proxy({} as StorageClient, { get: () => fail });
}
