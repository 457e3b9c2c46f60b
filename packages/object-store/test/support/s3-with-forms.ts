import { afterAll, beforeAll } from "@jest/globals";

import { faultyS3 } from "./faulty-s3.js";
import { type Harness, openHarness } from "./harness.js";
import { services } from "./services.js";

/** The module over the S3 server of all tests, or over one of the file's own where that takes no forms. */
export function s3WithForms(): () => Harness {
  if (services().s3.postForms === false) return faultyS3().harness;
  let harness: Harness;
  beforeAll(async () => {
    harness = await openHarness();
  });
  afterAll(() => harness.close());
  return () => harness;
}
