import { createHash } from "node:crypto";

import { expect } from "expect";

import { type CheckGroup, HTTP_DIALECT } from "../check.js";
import { type Reply } from "../requests/http.js";
import { type Subject } from "../subject.js";

const RACERS = 16;
const CREATE = { "if-none-match": "*" };

function etagOf(body: string): string {
  return `"${createHash("md5").update(body).digest("hex")}"`;
}

/** S3 tells a loser 412, or 409 when the race is still on. */
async function expectOneWinner(
  s3: Subject,
  replies: readonly Reply[],
  bodies: readonly string[],
): Promise<void> {
  const statuses = replies.map(({ status }) => status);
  expect(statuses.filter((status) => status === 200)).toHaveLength(1);
  expect(statuses.filter((status) => ![200, 409, 412].includes(status))).toEqual([]);
  expect(await s3.get("race")).toMatchObject({ text: bodies[statuses.indexOf(200)] });
}

export const conditionalWrites: CheckGroup = {
  name: "PutObject on condition",
  dialects: HTTP_DIALECT,
  checks: {
    async "with If-None-Match: * creates and does not replace"(s3) {
      expect(await s3.put("new", "first", CREATE)).toMatchObject({ status: 200 });
      const second = await s3.put("new", "second", CREATE);
      expect(second).toMatchObject({ status: 412, code: "PreconditionFailed" });
      expect(await s3.get("new")).toMatchObject({ text: "first" });
    },

    async "has one winner among racers that create"(s3) {
      const bodies = Array.from({ length: RACERS }, (_, racer) => `racer ${racer}`);
      const replies = await Promise.all(bodies.map((body) => s3.put("race", body, CREATE)));
      await expectOneWinner(s3, replies, bodies);
    },

    async "with If-Match replaces only the version that it names, and by one racer only"(s3) {
      await s3.put("race", "origin");
      const headers = { "if-match": etagOf("origin") };
      const bodies = Array.from({ length: RACERS }, (_, racer) => `racer ${racer}`);
      const replies = await Promise.all(bodies.map((body) => s3.put("race", body, headers)));
      await expectOneWinner(s3, replies, bodies);
      expect(await s3.put("race", "late", headers)).toMatchObject({
        status: 412,
        code: "PreconditionFailed",
      });
    },
  },
};
