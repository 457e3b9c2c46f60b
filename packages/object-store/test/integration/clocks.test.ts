import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  jest,
} from "@jest/globals";

import type { MediaScope } from "../../src/index.js";
import { storageWith } from "../support/storage-with.js";
import { sendPut } from "../support/direct-http.js";
import { type Harness, openHarness } from "../support/harness.js";
import { sampleOf } from "../support/samples.js";
import { addUnfinished } from "../support/unfinished.js";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

const RealDate = Date;

/** The clock of this process, and of nothing else: timers go on as they do. */
function setClockBy(ms: number): void {
  class OtherDate extends RealDate {
    constructor(...given: [] | [number | string]) {
      super(...((given.length === 0 ? [RealDate.now() + ms] : given) as [number]));
    }
    static override now(): number {
      return RealDate.now() + ms;
    }
  }
  globalThis.Date = OtherDate as DateConstructor;
}

let harness: Harness;
let userId: string;
let scope: MediaScope;
let png: Uint8Array;

beforeAll(async () => {
  harness = await openHarness();
  png = (await sampleOf("png")).bytes;
});

beforeEach(async () => {
  await harness.database.query("DELETE FROM object_store_journal");
  userId = await harness.addUser();
  // Servers of S3 refuse requests of another day: what is signed is signed by the right time.
  const atTheRightTime = <Result>(call: () => Promise<Result>): Promise<Result> => {
    const { Date: other } = globalThis;
    globalThis.Date = RealDate;
    return call().finally(() => {
      globalThis.Date = other;
    });
  };
  const { s3 } = harness;
  const storage = storageWith(s3, {
    put: (...call) => atTheRightTime(() => s3.put(...call)),
    copy: (...call) => atTheRightTime(() => s3.copy(...call)),
    get: (...call) => atTheRightTime(() => s3.get(...call)),
    head: (...call) => atTheRightTime(() => s3.head(...call)),
    delete: (...call) => atTheRightTime(() => s3.delete(...call)),
  });
  scope = harness.storeWith({ s3: storage }).forUser(userId);
});

afterEach(() => {
  globalThis.Date = RealDate;
  jest.restoreAllMocks();
});

afterAll(() => harness.close());

const upload = async (): Promise<string> => (await scope.images.upload({ body: png })).file.id;

async function listed(query: Parameters<MediaScope["images"]["list"]>[0] = {}): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of scope.images.all({ limit: 1, ...query })) ids.push(id);
  return ids;
}

describe.each([
  ["three days ahead", 3 * DAY],
  ["ten minutes ahead", 10 * MINUTE],
  ["three days behind", -3 * DAY],
])("a process whose clock is %s", (_name, ms) => {
  it("stores files that lists show in the order in which they came, by date as well", async () => {
    const first = await upload();
    setClockBy(ms);
    const second = await upload();
    globalThis.Date = RealDate;
    const third = await upload();

    expect(await listed()).toEqual([third, second, first]);
    expect(await listed({ order: "oldest" })).toEqual([first, second, third]);
    const now = RealDate.now();
    const within = {
      createdFrom: new RealDate(now - 5 * MINUTE),
      createdBefore: new RealDate(now + 5 * MINUTE),
    };
    expect(await listed(within)).toEqual([third, second, first]);
    expect(await scope.images.count(within)).toBe(3);
    expect(await scope.images.count({ createdFrom: within.createdBefore })).toBe(0);
    const { createdAt } = await scope.images.get(second);
    expect(Math.abs(createdAt.getTime() - now)).toBeLessThan(5 * MINUTE);
  });

  it("completes a direct upload that the database says is open", async () => {
    const announced = { byteSize: png.byteLength, contentType: "image/png" };
    const { id, put } = await scope.images.createDirectUpload(announced);
    expect(await sendPut(put, png)).toBe(200);
    await harness.database.query(
      `UPDATE direct_uploads SET lease_expires_at = now() + interval '5 min' WHERE id = '${id}'`,
    );
    setClockBy(ms);
    expect((await scope.images.directUpload(id)).status).toBe("open");
    const { file } = await scope.images.completeDirectUpload(id);
    expect((await scope.images.directUpload(id)).status).toBe("completed");
    globalThis.Date = RealDate;
    expect(await scope.images.exists(file.id)).toBe(true);
  });

  it("sees one that another completes as that, and waits for it", async () => {
    const announced = { byteSize: png.byteLength, contentType: "image/png" };
    const { id, put } = await scope.images.createDirectUpload(announced);
    expect(await sendPut(put, png)).toBe(200);
    await harness.database.query(
      `UPDATE direct_uploads SET lease_expires_at = now() + interval '5 min',
         claim = gen_random_uuid(), claim_expires_at = now() + interval '5 min'
       WHERE id = '${id}'`,
    );
    setClockBy(ms);
    expect((await scope.images.directUpload(id)).status).toBe("completing");
    const completion = scope.images.completeDirectUpload(id);
    await harness.database.query(
      `UPDATE direct_uploads SET claim_expires_at = now() WHERE id = '${id}'`,
    );
    expect((await completion).file.userId).toBe(userId);
  });

  it("refuses a direct upload whose time is over by the database", async () => {
    const announced = { byteSize: png.byteLength, contentType: "image/png" };
    const { id, put } = await scope.images.createDirectUpload(announced);
    expect(await sendPut(put, png)).toBe(200);
    await harness.database.query(
      `UPDATE direct_uploads SET lease_expires_at = now() - interval '1 s' WHERE id = '${id}'`,
    );
    setClockBy(ms);
    expect((await scope.images.directUpload(id)).status).toBe("expired");
    await expect(scope.images.completeDirectUpload(id)).rejects.toMatchObject({
      code: "direct_upload_expired",
    });
  });

  it("waits for a key while the database says that its upload runs, and takes it over after", async () => {
    const running = { purpose: "upload", lease: "5 min", userId, idempotencyKey: "clock" } as const;
    const { id } = await addUnfinished(harness.database, running);
    setClockBy(ms);
    const signal = AbortSignal.timeout(300);
    await expect(
      scope.images.upload({ body: png }, { idempotencyKey: "clock", signal }),
    ).rejects.toMatchObject({ code: "upload_aborted" });
    await harness.database.query(
      `UPDATE object_store_journal SET lease_expires_at = now() - interval '1 s' WHERE id = '${id}'`,
    );
    const { file } = await scope.images.upload({ body: png }, { idempotencyKey: "clock" });
    expect(file.id).not.toBe(id);
  });
});
