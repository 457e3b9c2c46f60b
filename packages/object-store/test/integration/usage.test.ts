import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import type { FileUploadResult } from "../../src/index.js";
import { type Harness, openHarness } from "../support/harness.js";
import { sampleOf, uploadSample } from "../support/samples.js";
import { addUnfinished } from "../support/unfinished.js";

const NOTHING = { files: 0, bytes: 0, unfinished: 0 };

const BUCKET = { versioning: "off", objectLock: "off" };

let harness: Harness;
let alice: string;
let bob: string;
let uploads: FileUploadResult[];

const one = (upload: FileUploadResult | undefined): object => ({
  files: 1,
  bytes: upload?.file.byteSize,
  unfinished: 0,
});

beforeAll(async () => {
  harness = await openHarness();
  alice = await harness.addUser();
  bob = await harness.addUser();
  uploads = [
    await uploadSample(harness.store.forUser(alice), await sampleOf("png")),
    await uploadSample(harness.store.forUser(bob), await sampleOf("wav")),
    await uploadSample(harness.store.forSystem(), await sampleOf("gif")),
  ];
  // An interrupted upload of Alice's.
  const row = { purpose: "upload", lease: "0 s", kind: "audio", userId: alice } as const;
  await addUnfinished(harness.database, row);
});

afterAll(async () => {
  await harness.close();
});

describe("usage", () => {
  it("counts the files and bytes of everybody, by kind and by owner", async () => {
    const [png, wav, gif] = uploads;
    const report = await harness.maintenance.usage();
    expect(report).toEqual({
      images: {
        files: 2,
        bytes: (png?.file.byteSize ?? 0) + (gif?.file.byteSize ?? 0),
        unfinished: 0,
      },
      audio: { files: 1, bytes: wav?.file.byteSize, unfinished: 1 },
      variants: NOTHING,
      owners: expect.arrayContaining([
        { owner: alice, images: one(png), audio: { ...NOTHING, unfinished: 1 }, variants: NOTHING },
        { owner: bob, images: NOTHING, audio: one(wav), variants: NOTHING },
        { owner: null, images: one(gif), audio: NOTHING, variants: NOTHING },
      ]),
      ...BUCKET,
    });
    const sizes = report.owners.map(({ images, audio }) => images.bytes + audio.bytes);
    expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
  });

  it("names no more owners than were asked for, the largest first", async () => {
    const { owners } = await harness.maintenance.usage();
    expect((await harness.maintenance.usage({ top: 1 })).owners).toEqual([owners[0]]);
    expect((await harness.maintenance.usage({ top: 0 })).owners).toEqual([]);
  });

  it("counts those of one owner, also of the system and of one without files", async () => {
    const { maintenance } = harness;
    expect(await maintenance.usage({ owner: bob })).toEqual({
      images: NOTHING,
      audio: one(uploads[1]),
      variants: NOTHING,
      owners: [{ owner: bob, images: NOTHING, audio: one(uploads[1]), variants: NOTHING }],
      ...BUCKET,
    });
    expect(await maintenance.usage({ owner: null })).toMatchObject({ images: one(uploads[2]) });
    expect(await maintenance.usage({ owner: await harness.addUser() })).toEqual({
      images: NOTHING,
      audio: NOTHING,
      variants: NOTHING,
      owners: [],
      ...BUCKET,
    });
  });

  it.each([{ top: -1 }, { top: 10_001 }, { owner: "alice" }])("refuses %j", async (options) => {
    await expect(harness.maintenance.usage(options)).rejects.toMatchObject({
      code: "invalid_input",
    });
  });
});
