import { afterAll, beforeAll, expect, it, jest } from "@jest/globals";
import { v7 as uuidv7 } from "uuid";

import { DatabaseUnavailableError } from "../../src/errors.js";
import { storeOver } from "../../src/object-store-service.js";
import { dependenciesOf } from "../../src/options.js";
import { sqlPersistence } from "../../src/persistence.js";
import { expectNothingStored } from "../support/expect-nothing-stored.js";
import { type Harness, openHarness } from "../support/harness.js";
import { sampleOf } from "../support/samples.js";

let harness: Harness;

beforeAll(async () => {
  harness = await openHarness();
});

afterAll(async () => {
  await harness.close();
});

it("does not have a repetition wait for an upload that failed once it held the key", async () => {
  const userId = await harness.addUser();
  const { bytes: body } = await sampleOf("png");
  const idempotencyKey = uuidv7();
  const persistence = sqlPersistence(harness.database);
  jest
    .spyOn(persistence.files.image, "byIdempotencyKey")
    .mockRejectedValueOnce(new DatabaseUnavailableError("PostgreSQL cannot be reached."));
  const failing = storeOver(dependenciesOf({ s3: harness.s3 }, persistence)).forUser(userId);

  const { code } = await expectNothingStored(harness, () =>
    failing.images.upload({ body }, { idempotencyKey }),
  );
  expect(code).toBe("database_unavailable");
  const { images } = harness.store.forUser(userId);
  await images.upload({ body }, { idempotencyKey, signal: AbortSignal.timeout(30_000) });
});
