import { expect, it } from "@jest/globals";
import type { FaultRule, LocalS3 } from "@repo/local-s3";

import { strike, watch } from "../src/run/s3-trouble.js";

/** A server that keeps the rules it is given. */
function serverWith(rules: FaultRule[]): LocalS3 {
  return { faults: { add: (rule: FaultRule) => rules.push(rule) } } as unknown as LocalS3;
}

function ask(rule: FaultRule | undefined, bucket: string, operation: string): boolean {
  const match = rule?.match as unknown as (asked: object) => boolean;
  return match({ bucket, operation, key: "key" });
}

it("counts the requests to the bucket of its case alone", () => {
  const rules: FaultRule[] = [];
  const seen = watch(serverWith(rules), "mine");
  ask(rules[0], "other", "PutObject");
  ask(rules[0], "mine", "DeleteObject");
  expect(seen.operations).toEqual(["DeleteObject"]);
});

it("strikes the request with its number to the bucket of its case, and no other", () => {
  const rules: FaultRule[] = [];
  const seen = strike(
    serverWith(rules),
    "mine",
    { type: "s3", request: 2, fault: "error once" },
    [],
  );
  expect(ask(rules[0], "mine", "PutObject")).toBe(false);
  expect(ask(rules[0], "other", "PutObject")).toBe(false);
  expect(seen.struck).toBe(false);
  expect(ask(rules[0], "mine", "PutObject")).toBe(true);
  expect(seen.struck).toBe(true);
  expect(ask(rules[0], "mine", "PutObject")).toBe(false);
});
