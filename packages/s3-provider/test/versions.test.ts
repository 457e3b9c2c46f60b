import { describe, expect, it } from "@jest/globals";

import { rejectionOf, testResources } from "./support/resources.js";
import { type Reply, respond, respondError, respondXml } from "./support/scripted-server.js";
import { all } from "./support/local-s3.js";

const { scripted } = testResources();

const versioning = (inside: string): Reply =>
  respondXml(`<VersioningConfiguration>${inside}</VersioningConfiguration>`);

const version = (key: string, id: string): string =>
  `<Version><Key>${key}</Key><VersionId>${id}</VersionId><IsLatest>true</IsLatest>` +
  "<Size>3</Size></Version>";

const marker = (key: string, id: string): string =>
  `<DeleteMarker><Key>${key}</Key><VersionId>${id}</VersionId></DeleteMarker>`;

const page = (inside: string, next = "<IsTruncated>false</IsTruncated>"): Reply =>
  respondXml(
    `<ListVersionsResult><EncodingType>url</EncodingType>${inside}${next}</ListVersionsResult>`,
  );

const truncated = (key: string, id: string): string =>
  `<IsTruncated>true</IsTruncated><NextKeyMarker>${key}</NextKeyMarker>` +
  `<NextVersionIdMarker>${id}</NextVersionIdMarker>`;

function queryOf(url: string | undefined): Record<string, string> {
  return Object.fromEntries(new URL(url ?? "", "http://host").searchParams);
}

describe("the status of versioning", () => {
  it.each([
    ["off", "a bucket that never had any", versioning("")],
    ["enabled", "a bucket that has it", versioning("<Status>Enabled</Status>")],
    ["suspended", "a bucket that had it", versioning("<Status>Suspended</Status>")],
    ["off", "a server that does not implement it", respondError(501, "NotImplemented")],
    ["off", "a server that does not allow the method", respondError(405, "MethodNotAllowed")],
  ])("is %s of %s", async (status, _what, reply) => {
    const { s3 } = await scripted([reply]);
    expect(await s3.versions.status()).toBe(status);
  });

  it("is read behind a declaration and a line break", async () => {
    const document = `\n<?xml version="1.0"?>\n<VersioningConfiguration xmlns="x"><Status>Enabled</Status></VersioningConfiguration>`;
    const { s3 } = await scripted([respond(200, { "content-type": "application/xml" }, document)]);
    expect(await s3.versions.status()).toBe("enabled");
  });

  it("is not known to who may not ask", async () => {
    const { s3 } = await scripted([respondError(403, "AccessDenied")]);
    expect(await rejectionOf(s3.versions.status())).toMatchObject({
      code: "s3_access_denied",
      operation: "versioning",
      outcome: "not_applied",
    });
  });
});

describe("Object Lock", () => {
  it.each([
    [
      true,
      "a bucket that has it",
      respondXml(
        "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>",
      ),
    ],
    [false, "a bucket without it", respondError(404, "ObjectLockConfigurationNotFoundError")],
    [false, "a server that does not implement it", respondError(501, "NotImplemented")],
  ])("is %s of %s", async (hasLock, _what, reply) => {
    const { s3 } = await scripted([reply]);
    expect(await s3.versions.hasObjectLock()).toBe(hasLock);
  });

  it("is not known of a bucket that is not there", async () => {
    const { s3 } = await scripted([respondError(404, "NoSuchBucket")]);
    expect(await rejectionOf(s3.versions.hasObjectLock())).toMatchObject({
      code: "s3_bucket_not_found",
    });
  });

  it.each([
    [{ "x-amz-object-lock-legal-hold": "ON" }, { mode: "legal_hold", until: null }],
    [
      {
        "x-amz-object-lock-mode": "COMPLIANCE",
        "x-amz-object-lock-retain-until-date": "2099-01-02T03:04:05.000Z",
      },
      { mode: "compliance", until: new Date("2099-01-02T03:04:05Z") },
    ],
    [
      {
        "x-amz-object-lock-mode": "GOVERNANCE",
        "x-amz-object-lock-retain-until-date": "2099-01-02T03:04:05.000Z",
        "x-amz-object-lock-legal-hold": "OFF",
      },
      { mode: "governance", until: new Date("2099-01-02T03:04:05Z") },
    ],
    [{}, undefined],
  ])("is read from the headers of a version: %j", async (headers, lock) => {
    const { s3, server } = await scripted([respond(200, headers)]);
    expect(await s3.versions.lockOf({ key: "a", versionId: "v1" })).toEqual(lock);
    expect(server.seen[0]).toMatchObject({ method: "HEAD" });
    expect(queryOf(server.seen[0]?.url)).toMatchObject({ versionId: "v1" });
  });
});

describe("a listing of versions", () => {
  it("has the versions and delete markers of all pages, whatever their keys", async () => {
    const { s3, server } = await scripted([
      page(version("p/a%01", "v1") + marker("p/a%01", "m1"), truncated("p/a%01", "v1")),
      page(version("p/b", "null")),
    ]);
    expect(await all(s3.versions.list({ prefix: "p/" }))).toEqual([
      { key: "p/a\u0001", versionId: "v1", isDeleteMarker: false, byteLength: 3 },
      { key: "p/a\u0001", versionId: "m1", isDeleteMarker: true, byteLength: 0 },
      { key: "p/b", versionId: "null", isDeleteMarker: false, byteLength: 3 },
    ]);
    expect(server.seen.map(({ url }) => queryOf(url))).toMatchObject([
      { versions: "", prefix: "p/" },
      { versions: "", prefix: "p/", "key-marker": "p/a\u0001", "version-id-marker": "v1" },
    ]);
  });

  it.each([
    ["a version that is not below the prefix", page(version("other/a", "v1"))],
    ["a version without an id", page("<Version><Key>p/a</Key><Size>3</Size></Version>")],
    ["a page that is not the last and names no next", page("", "<IsTruncated>true</IsTruncated>")],
  ])("is refused when the answer is %s", async (_what, reply) => {
    const { s3 } = await scripted([reply]);
    const listing = all(s3.versions.list({ prefix: "p/" }));
    expect(await rejectionOf(listing)).toMatchObject({ code: "s3_unexpected" });
  });

  it("is refused when it goes round", async () => {
    const same = page(version("a", "v1"), truncated("a", "v1"));
    const { s3 } = await scripted([same, same]);
    expect(await rejectionOf(all(s3.versions.list()))).toMatchObject({ code: "s3_unexpected" });
  });
});

describe("the removal of a version", () => {
  it("names the version, and is fine when there is none", async () => {
    const { s3, server } = await scripted([respond(204), respondError(404, "NoSuchVersion")]);
    await s3.versions.delete({ key: "a", versionId: "v1" });
    await s3.versions.delete({ key: "a", versionId: "v1" });
    expect(server.seen.map(({ method }) => method)).toEqual(["DELETE", "DELETE"]);
    expect(queryOf(server.seen[0]?.url)).toMatchObject({ versionId: "v1" });
  });

  it("says that it was denied", async () => {
    const { s3 } = await scripted([respondError(403, "AccessDenied")]);
    const removal = s3.versions.delete({ key: "a", versionId: "v1" });
    expect(await rejectionOf(removal)).toMatchObject({
      code: "s3_access_denied",
      operation: "deleteVersion",
      outcome: "not_applied",
    });
  });
});

describe("a delete marker", () => {
  it("is noticed in the answer to a deletion", async () => {
    const { s3 } = await scripted([
      respond(204),
      respond(204, { "x-amz-delete-marker": "true", "x-amz-version-id": "m1" }),
    ]);
    await s3.delete("a");
    expect(s3.versions.sawDeleteMarker).toBe(false);
    await s3.delete("a");
    expect(s3.versions.sawDeleteMarker).toBe(true);
  });

  it("is noticed in an entry of the answer to a deletion of many", async () => {
    const plain = "<Deleted><Key>a</Key></Deleted>";
    const marked =
      "<Deleted><Key>b</Key><DeleteMarker>true</DeleteMarker>" +
      "<DeleteMarkerVersionId>m1</DeleteMarkerVersionId></Deleted>";
    const { s3 } = await scripted([
      respondXml(`<DeleteResult>${plain}</DeleteResult>`),
      respondXml(`<DeleteResult>${plain}${marked}</DeleteResult>`),
    ]);
    await s3.deleteMany(["a"]);
    expect(s3.versions.sawDeleteMarker).toBe(false);
    await s3.deleteMany(["a", "b"]);
    expect(s3.versions.sawDeleteMarker).toBe(true);
  });
});
