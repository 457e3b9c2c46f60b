import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { deflateSync } from "node:zlib";

import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import { CORPUS, listedFiles } from "../../../media-inspection/test/support/corpus.js";
import {
  chunk,
  gif,
  gifFrame,
  PNG_SIGNATURE,
  pngHeader,
} from "../../../media-inspection/test/support/images.js";
import { type MediaScope, ObjectStoreError, type ObjectStoreProvider } from "../../src/index.js";
import { type Harness, openHarness } from "../support/harness.js";
import { sampleOf, uploadSample } from "../support/samples.js";

const FRAMES = 30_000;
const LONGEST = 65_535;

const VARIANTS = {
  thumb: { width: 64, height: 64, format: "webp" },
  page: { width: 1600, format: "jpeg" },
  whole: { width: 16_383, format: "png", withoutEnlargement: true },
  frames: { width: 16, format: "webp", animated: true },
  crop: { width: 100, height: 100, position: "attention", format: "avif" },
} as const;
const NAMES = Object.keys(VARIANTS);

let harness: Harness;
let store: ObjectStoreProvider;
let mine: MediaScope;
let other: MediaScope;

beforeAll(async () => {
  harness = await openHarness();
  store = harness.storeWith({
    variants: VARIANTS,
    inspection: { maxPages: FRAMES },
    isolation: { decodeSeconds: 20, maxDecodeMegabytes: 512 },
  });
  mine = store.forUser(await harness.addUser());
  other = store.forUser(await harness.addUser());
});

afterAll(async () => {
  await store.close();
  await harness.close();
});

/** A black PNG of one bit a pixel. */
function longPng(width: number, height: number): Buffer {
  const rows = deflateSync(Buffer.alloc((1 + Math.ceil(width / 8)) * height));
  return Buffer.concat([
    PNG_SIGNATURE,
    pngHeader(width, height, 0, 1),
    chunk("IDAT", rows),
    chunk("IEND"),
  ]);
}

/** By recipe, or of the upload if that is refused. */
async function outcomesOf(body: Uint8Array): Promise<Record<string, string>> {
  const uploaded = await mine.images.upload({ body }).catch(refusal);
  if (uploaded instanceof ObjectStoreError) return { upload: uploaded.code };
  const { id } = uploaded.file;
  const outcomes: Record<string, string> = {};
  for (const name of NAMES) {
    const made = await mine.images.variant(id, name).catch(refusal);
    outcomes[name] = made instanceof ObjectStoreError ? made.code : "made";
  }
  await mine.images.delete(id);
  return outcomes;
}

function refusal(error: unknown): ObjectStoreError {
  if (error instanceof ObjectStoreError) return error;
  throw error;
}

/** Makes variants of a good picture meanwhile, each of which must be made. */
async function besideOthers<Result>(work: Promise<Result>): Promise<Result> {
  const over = new AbortController();
  const done = work.finally(() => {
    over.abort();
  });
  const sample = await sampleOf("jpeg");
  do {
    const { id } = (await uploadSample(other, sample)).file;
    expect(await other.images.variant(id, "thumb")).toMatchObject({ width: 64, height: 64 });
    await other.images.delete(id);
  } while (!over.signal.aborted);
  return done;
}

async function expectNothingLeft(): Promise<void> {
  expect(await harness.keys()).toEqual([]);
  expect(await harness.rows()).toEqual([]);
}

describe("variants of hostile pictures", () => {
  it.each<[string, () => Buffer]>([
    [`1 × ${LONGEST} pixels`, () => longPng(1, LONGEST)],
    [`${LONGEST} × 1 pixels`, () => longPng(LONGEST, 1)],
    [`${FRAMES} frames`, () => gif(1, 1, ...Array.from({ length: FRAMES }, () => gifFrame()))],
    ["16,000 × 16,000 pixels in a few bytes", () => longPng(16_000, 16_000)],
  ])(
    "(%s) are made within their bounds or fail, and others are made meanwhile",
    async (_what, bytes) => {
      const outcomes = await besideOthers(outcomesOf(bytes()));
      expect(Object.keys(outcomes)).toEqual(NAMES);
      for (const outcome of Object.values(outcomes)) {
        expect(["made", "variant_failed"]).toContain(outcome);
      }
      await expectNothingLeft();
    },
  );

  const listed = listedFiles(CORPUS);
  const files = (listed ?? []).filter(
    ({ file, class: group }) => group !== "valid" && /\/(jpeg|png|gif|webp)\//.test(file),
  );
  const withCorpus = listed === undefined ? it.skip : it;
  withCorpus("(of the corpus) are made or fail, and others are made meanwhile", async () => {
    expect(files.length).toBeGreaterThan(10);
    const work = async (): Promise<void> => {
      for (const { file } of files) {
        const outcomes = await outcomesOf(await readFile(join(CORPUS, file)));
        for (const outcome of Object.values(outcomes)) {
          expect([file, outcome]).toEqual([
            file,
            expect.stringMatching(/^(made|variant_failed|invalid_media|unsupported_media_type)$/),
          ]);
        }
      }
    };
    await besideOthers(work());
    await expectNothingLeft();
  });
});
