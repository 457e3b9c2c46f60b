import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { S3UnavailableError } from "@repo/s3-provider";
import { sizedMedia } from "@repo/sample-media";

import type { VerifyFinding, VerifyOptions, VerifyReport } from "../../src/maintenance.js";
import type { StorageClient } from "../../src/testing.js";
import { collect } from "../support/bytes.js";
import { type Harness, openHarness } from "../support/harness.js";
import { sampleOf, uploadSample } from "../support/samples.js";
import { storageWith } from "../support/storage-with.js";

let harness: Harness;
let files: { id: string; s3_key: string }[];
let bytes: number;

beforeAll(async () => {
  harness = await openHarness();
});

beforeEach(async () => {
  for (const table of ["images", "audio"]) await harness.database.query(`DELETE FROM ${table}`);
  const scopes = [harness.store.forUser(await harness.addUser()), harness.store.forSystem()];
  bytes = 0;
  for (const scope of scopes) {
    for (const format of ["png", "mp3"] as const) {
      bytes += (await uploadSample(scope, await sampleOf(format))).file.byteSize;
    }
  }
  files = await harness.rows();
});

afterAll(async () => {
  await harness.close();
});

async function verify(options: VerifyOptions = {}, s3: StorageClient = harness.s3) {
  const findings: VerifyFinding[] = [];
  const report = await harness.maintenanceWith({ s3 }).verify({
    onFinding: (finding) => void findings.push(finding),
    ...options,
  });
  return { report, findings };
}

async function replace(key: string, body: Uint8Array): Promise<void> {
  await harness.s3.put({ key, body, byteLength: body.byteLength, contentType: "image/png" });
}

const key = (index: number): string => files[index]?.s3_key ?? "";

describe("verify", () => {
  it("reads every ready file and finds it intact", async () => {
    expect(await verify()).toEqual({
      report: { files: 4, bytes, corrupt: 0, unreadable: 0, cursor: null },
      findings: [],
    });
  });

  it("finds missing objects, other sizes and other bytes", async () => {
    await harness.s3.delete(key(0));
    await replace(key(1), Buffer.from("short"));
    const { body } = await harness.s3.get(key(2));
    const flipped = await collect(body);
    flipped[100] = (flipped[100] ?? 0) ^ 1;
    await replace(key(2), flipped);
    await replace(key(3), Buffer.alloc(0));

    const { report, findings } = await verify();
    expect(report).toMatchObject({ files: 4, corrupt: 4, unreadable: 0, cursor: null });
    expect(findings.map(({ finding, key }) => [finding, key])).toEqual([
      ["missing", key(0)],
      ["size", key(1)],
      ["sha256", key(2)],
      ["size", key(3)],
    ]);
    expect(findings[2]).toMatchObject({ kind: "image", fileId: files[2]?.id });
  });

  it("goes on where an earlier call ended, file by file and after an abort", async () => {
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const { report }: { report: VerifyReport } = await verify({ maxFiles: 1, cursor });
      if (report.files === 1) seen.push(Buffer.from(report.cursor ?? "", "base64url").toString());
      cursor = report.cursor;
    } while (cursor !== null);
    expect(seen).toEqual(files.map(({ s3_key }) => s3_key));

    const controller = new AbortController();
    let soFar: Readonly<VerifyReport> | undefined;
    const onProgress = (report: Readonly<VerifyReport>): void => {
      soFar = report;
      if (report.files === 3) controller.abort();
    };
    await expect(verify({ signal: controller.signal, onProgress })).rejects.toMatchObject({
      code: "operation_aborted",
    });
    expect((await verify({ cursor: soFar?.cursor ?? null })).report).toMatchObject({ files: 1 });
  });

  it("reads a large file in ranges", async () => {
    for (const table of ["images", "audio"]) await harness.database.query(`DELETE FROM ${table}`);
    const body = sizedMedia("wav", 200_000);
    const { file } = await harness.store.forSystem().audio.upload({ body });
    const ranges: unknown[] = [];
    const counting = storageWith(harness.s3, {
      get(key, options) {
        if (key.includes(file.id)) ranges.push(options?.range);
        return harness.s3.get(key, options);
      },
    });
    const { report } = await verify({ bytesPerSecond: 100_000_000 }, counting);
    expect(report).toMatchObject({ files: 1, corrupt: 0 });
    expect(ranges).toEqual([{ start: 0, end: 199_999 }]);

    ranges.length = 0;
    const signal = AbortSignal.timeout(10_000);
    await verify({ bytesPerSecond: 150_000, signal }, counting);
    expect(ranges).toEqual([
      { start: 0, end: 149_999 },
      { start: 150_000, end: 199_999 },
    ]);
  });

  it("passes over a file that is deleted meanwhile", async () => {
    const deleting = storageWith(harness.s3, {
      async get(key, options) {
        await harness.database.query("DELETE FROM audio");
        await harness.s3.delete(key);
        return harness.s3.get(key, options);
      },
    });
    const { findings } = await verify({ maxFiles: 1 }, deleting);
    expect(findings).toEqual([]);
  });

  it("counts what S3 does not give, and gives up when nothing comes any more", async () => {
    const failure = new S3UnavailableError({
      operation: "get",
      reason: "down",
      outcome: "not_applied",
      retryable: true,
    });
    const failing = storageWith(harness.s3, { get: () => Promise.reject(failure) });
    const { report, findings } = await verify({}, failing);
    expect(report).toMatchObject({ files: 4, corrupt: 0, unreadable: 4 });
    expect(findings[0]).toMatchObject({ finding: "unreadable" });

    const png = (await sampleOf("png")).bytes;
    for (let count = 0; count < 8; count += 1) {
      await harness.store.forSystem().images.upload({ body: png });
    }
    await expect(verify({}, failing)).rejects.toMatchObject({ code: "storage_unavailable" });
  });

  it.each<[VerifyOptions, string]>([
    [{ bytesPerSecond: 0 }, "invalid_input"],
    [{ maxFiles: 0 }, "invalid_input"],
    [{ cursor: "nonsense" }, "invalid_cursor"],
  ])("refuses %j", async (options, code) => {
    await expect(verify(options)).rejects.toMatchObject({ code });
  });
});
