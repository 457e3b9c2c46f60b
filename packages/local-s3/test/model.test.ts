import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  CreateBucketCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { sdkClient } from "@repo/s3-contract/requests";
import fc from "fast-check";

import { startTestServer, type TestServer } from "./support/test-server.js";

const RUNS = 20;
const STEPS_PER_RUN = 100;
const POOL = 6;

/** Where keys are named, it is by their place in the run's pool, so that they meet again. */
type Step =
  | { readonly type: "put"; readonly key: number; readonly body: Uint8Array }
  | { readonly type: "copy"; readonly from: number; readonly to: number }
  | { readonly type: "delete"; readonly key: number }
  | { readonly type: "get"; readonly key: number }
  | {
      readonly type: "list";
      readonly key: number;
      readonly prefixLength: number;
      readonly delimiter: string | undefined;
      readonly pageSize: number;
    };

const place = fc.nat(POOL - 1);
/** As a length and a pattern: to draw and to shrink it byte by byte takes longer than the requests. */
const body = fc
  .tuple(fc.nat(3_000), fc.uint8Array({ minLength: 1, maxLength: 16 }))
  .map(([byteLength, pattern]) => Buffer.alloc(byteLength, pattern));
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant("put" as const),
      key: place,
      body,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant("copy" as const), from: place, to: place }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("delete" as const), key: place }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("get" as const), key: place }) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant("list" as const),
      key: place,
      prefixLength: fc.nat(4),
      delimiter: fc.constantFrom(undefined, "/"),
      pageSize: fc.integer({ min: 1, max: 7 }),
    }),
  },
);
/** Unicode with slashes, dots, signs of URLs and XML, and control characters in it. */
const key = fc
  .array(
    fc.oneof(
      fc.constantFrom("/", "..", "a", "+", "%", " ", "&", "<", "\n", "é", "ｚ", "𐀀"),
      fc.string({ unit: "binary", minLength: 1, maxLength: 4 }),
    ),
    { minLength: 1, maxLength: 6 },
  )
  .map((pieces) => pieces.join(""));
const keys = fc.uniqueArray(key, { minLength: POOL, maxLength: POOL });

/** What S3 is to the steps. */
class Model {
  readonly objects = new Map<string, Buffer>();

  list(prefix: string, delimiter: string | undefined): string[] {
    const found = new Set<string>();
    for (const each of this.objects.keys()) {
      if (!each.startsWith(prefix)) continue;
      const end = delimiter === undefined ? -1 : each.indexOf(delimiter, prefix.length);
      found.add(end < 0 ? each : each.slice(0, end + 1));
    }
    return [...found].sort(byBytes);
  }
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

describe("the server and a model of it", () => {
  let server: TestServer;
  let client: S3Client;
  beforeAll(async () => {
    server = await startTestServer();
    client = sdkClient(server);
  });
  afterAll(async () => {
    client.destroy();
    await server.stop();
  });

  async function read(Bucket: string, Key: string): Promise<Buffer | undefined> {
    try {
      const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
      return Buffer.from((await Body?.transformToByteArray()) ?? []);
    } catch (error) {
      expect(error).toMatchObject({ name: "NoSuchKey" });
      return undefined;
    }
  }

  /** All pages; keys and rolled-up prefixes in one order. */
  async function list(
    Bucket: string,
    Prefix: string,
    Delimiter: string | undefined,
    pageSize: number,
  ) {
    const found: string[] = [];
    let ContinuationToken: string | undefined;
    do {
      const page = await client.send(
        new ListObjectsV2Command({
          Bucket,
          Prefix,
          Delimiter,
          MaxKeys: pageSize,
          ContinuationToken,
          EncodingType: "url",
        }),
      );
      const entries = [
        ...(page.Contents ?? []).map(({ Key }) => Key),
        ...(page.CommonPrefixes ?? []).map((each) => each.Prefix),
      ]
        .map((each = "") => decodeURIComponent(each.replaceAll("+", " ")))
        .sort(byBytes);
      expect(entries.length).toBeLessThanOrEqual(pageSize);
      found.push(...entries);
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);
    return found;
  }

  async function take(
    Bucket: string,
    model: Model,
    pool: readonly string[],
    action: Step,
  ): Promise<void> {
    const at = (index: number): string => pool[index] ?? "";
    switch (action.type) {
      case "put": {
        const Key = at(action.key);
        await client.send(new PutObjectCommand({ Bucket, Key, Body: action.body }));
        model.objects.set(Key, Buffer.from(action.body));
        break;
      }
      case "copy": {
        const [from, to] = [at(action.from), at(action.to)];
        const CopySource = `${Bucket}/${encodeURIComponent(from)}`;
        const outcome = client.send(new CopyObjectCommand({ Bucket, Key: to, CopySource }));
        const source = model.objects.get(from);
        if (from === to) {
          await expect(outcome).rejects.toMatchObject({ name: "InvalidRequest" });
        } else if (source === undefined) {
          await expect(outcome).rejects.toMatchObject({ name: "NoSuchKey" });
        } else {
          await outcome;
          model.objects.set(to, source);
        }
        break;
      }
      case "delete":
        await client.send(new DeleteObjectCommand({ Bucket, Key: at(action.key) }));
        model.objects.delete(at(action.key));
        break;
      case "get":
        expect(await read(Bucket, at(action.key))).toEqual(model.objects.get(at(action.key)));
        break;
      case "list": {
        const prefix = Array.from(at(action.key)).slice(0, action.prefixLength).join("");
        const listed = await list(Bucket, prefix, action.delimiter, action.pageSize);
        expect(listed).toEqual(model.list(prefix, action.delimiter));
        break;
      }
    }
  }

  it(`agree over ${RUNS * STEPS_PER_RUN} random steps`, async () => {
    let steps = 0;
    let run = 0;
    const actions = fc.array(step, { minLength: STEPS_PER_RUN, maxLength: STEPS_PER_RUN });
    await fc.assert(
      fc.asyncProperty(keys, actions, async (pool, sequence) => {
        const Bucket = `model-${++run}`;
        await client.send(new CreateBucketCommand({ Bucket }));
        const model = new Model();
        for (const action of sequence) {
          await take(Bucket, model, pool, action);
          steps++;
        }
        expect(await list(Bucket, "", undefined, 1000)).toEqual(model.list("", undefined));
        for (const each of pool) expect(await read(Bucket, each)).toEqual(model.objects.get(each));
      }),
      // A failure names its seed; to shrink a hundred requests takes longer than a test may.
      { numRuns: RUNS, endOnFailure: true },
    );
    expect(steps).toBeGreaterThanOrEqual(2_000);
  });
});
