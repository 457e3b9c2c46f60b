import { createHash } from "node:crypto";

import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { send } from "@repo/s3-contract/requests";

import { BUCKET, startTestServer, type TestServer } from "./support/test-server.js";

const STATUS = "<Status>Enabled</Status>";
const START = `${STATUS}<Filter><Prefix>a/</Prefix></Filter>`;
const ABORT =
  "<AbortIncompleteMultipartUpload><DaysAfterInitiation>1</DaysAfterInitiation></AbortIncompleteMultipartUpload>";
const TAG = "<Tag><Key>k</Key><Value>v</Value></Tag>";

const expiration = (content: string) => `${START}<Expiration>${content}</Expiration>`;
const transition = (content: string) => `${START}<Transition>${content}</Transition>`;
const filtered = (filter: string, action = "<Expiration><Days>1</Days></Expiration>") =>
  `${STATUS}<Filter>${filter}</Filter>${action}`;

describe("a lifecycle configuration", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.stop());

  function put(document: string) {
    const body = `<LifecycleConfiguration>${document}</LifecycleConfiguration>`;
    const headers = { "content-md5": createHash("md5").update(body).digest("base64") };
    const request = { method: "PUT", path: `/${BUCKET}`, query: "lifecycle=", headers, body };
    return send(server, request);
  }

  it.each([
    ["a prefix beside the filter's place", `${STATUS}<Prefix></Prefix>${ABORT}`],
    ["an empty filter", filtered("")],
    ["a tag", filtered(TAG)],
    ["a size", filtered("<ObjectSizeGreaterThan>500</ObjectSizeGreaterThan>")],
    ["several conditions", filtered(`<And><Prefix>a</Prefix>${TAG}</And>`)],
    ["a date", expiration("<Date>2035-01-01T00:00:00.000Z</Date>")],
    ["delete markers", expiration("<ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker>")],
    ["a transition", transition("<Days>0</Days><StorageClass>GLACIER</StorageClass>")],
    [
      "noncurrent versions",
      `${START}<NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays></NoncurrentVersionExpiration>`,
    ],
  ])("with %s is kept", async (_, rule) => {
    expect(await put(`<Rule>${rule}</Rule>`)).toMatchObject({ status: 200 });
    const get = { method: "GET", path: `/${BUCKET}`, query: "lifecycle=" };
    expect((await send(server, get)).text).toContain(rule);
  });

  it.each([
    ["no action", START, "InvalidRequest"],
    ["no filter", `${STATUS}${ABORT}`, "MalformedXML"],
    ["a filter and a prefix", `${START}<Prefix>a</Prefix>${ABORT}`, "MalformedXML"],
    ["no status", `<Filter></Filter>${ABORT}`, "MalformedXML"],
    ["an unknown status", `<Status>On</Status><Filter></Filter>${ABORT}`, "MalformedXML"],
    ["two statuses", `${STATUS}${START}${ABORT}`, "MalformedXML"],
    ["an unknown element", `${START}${ABORT}<Colour>red</Colour>`, "MalformedXML"],
    ["a name of JavaScript's", `${START}${ABORT}<constructor>x</constructor>`, "MalformedXML"],
    ["an id that is too long", `<ID>${"x".repeat(256)}</ID>${START}${ABORT}`, "InvalidArgument"],
    ["two conditions outside of And", filtered(`<Prefix>a</Prefix>${TAG}`), "MalformedXML"],
    ["one condition in And", filtered(`<And>${TAG}</And>`), "MalformedXML"],
    ["a tag without a value", filtered("<Tag><Key>k</Key></Tag>"), "MalformedXML"],
    ["an abortion by tag", filtered(TAG, ABORT), "InvalidRequest"],
    ["an expiration of nothing", expiration(""), "MalformedXML"],
    [
      "days and a date",
      expiration("<Days>1</Days><Date>2035-01-01T00:00:00Z</Date>"),
      "MalformedXML",
    ],
    ["no days", expiration("<Days>0</Days>"), "InvalidArgument"],
    ["days that are none", expiration("<Days>soon</Days>"), "InvalidArgument"],
    ["a time of the day", expiration("<Date>2035-01-01T12:00:00Z</Date>"), "InvalidArgument"],
    ["a date that is none", expiration("<Date>soon</Date>"), "InvalidArgument"],
    ["a transition to nowhere", transition("<Days>1</Days>"), "MalformedXML"],
    [
      "a transition to an unknown class",
      transition("<Days>1</Days><StorageClass>FLOPPY</StorageClass>"),
      "MalformedXML",
    ],
  ])("with %s is refused", async (_, rule, code) => {
    expect(await put(`<Rule>${rule}</Rule>`)).toMatchObject({ status: 400, code });
  });

  it("with no rule, another element or the same id twice is refused", async () => {
    const malformed = { status: 400, code: "MalformedXML" };
    expect(await put("")).toMatchObject(malformed);
    expect(await put(`<Rule>${START}${ABORT}</Rule><Rules></Rules>`)).toMatchObject(malformed);
    const rule = `<Rule><ID>same</ID>${START}${ABORT}</Rule>`;
    expect(await put(rule + rule)).toMatchObject({ status: 400, code: "InvalidArgument" });
  });
});
