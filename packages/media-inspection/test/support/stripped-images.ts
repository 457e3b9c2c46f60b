import { isDeepStrictEqual } from "node:util";

import { beforeAll, expect, it } from "@jest/globals";
import sharp from "sharp";

import { inspectBytes } from "../../src/media-inspector.js";
import { type Collection, comparedFiles, missingFolder } from "../differential/compared-files.js";
import { verdict } from "./inspect.js";
import { strip } from "./strip.js";

interface Image {
  name: string;
  bytes: Uint8Array;
}

/** Of a profile with nothing but an orientation, and of what sharp puts in front of some. */
const OWN_PROFILE_BYTES = 26 + "Exif\0\0".length;
const PRIVACIES = ["all", "location"] as const;

async function imagesOf(collection: Collection): Promise<Image[]> {
  const images: Image[] = [];
  for (const { name, bytes } of await comparedFiles(collection)) {
    const facts = await verdict(bytes);
    if (typeof facts !== "string" && facts.kind === "image") {
      images.push({ name, bytes });
    }
  }
  return images;
}

/** All frames as they are decoded, with what decoders need besides; the reason where there are none. */
async function decoded(bytes: Uint8Array): Promise<unknown> {
  try {
    const image = sharp(bytes, { pages: -1, failOn: "none" });
    const { icc, delay, loop } = await image.metadata();
    const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
    return { data, info, icc, delay, loop };
  } catch (error) {
    return String(error);
  }
}

/** What sharp finds of metadata: under `all`, nothing but a profile of our own. */
async function metadataOf(bytes: Uint8Array): Promise<unknown> {
  const { exif, xmp, iptc, comments } = await sharp(bytes).metadata();
  const isOwn = exif !== undefined && exif.length <= OWN_PROFILE_BYTES;
  const profile = isOwn ? undefined : exif;
  return { profile, xmp, iptc, comments };
}

/** Tests what is left of the images of a collection once they are stripped. */
export function testStrippedImages(collection: Collection): void {
  const missing = missingFolder(collection);
  const test = missing === undefined ? it : it.skip;
  let images: Image[] = [];
  if (missing !== undefined) {
    process.stdout.write(`no files in ${missing}: its images are not stripped\n`);
  }

  beforeAll(async () => {
    images = missing === undefined ? await imagesOf(collection) : [];
  });

  test.each(PRIVACIES)("keep their facts, pixels and colours without %s", async (privacy) => {
    expect(images.length).toBeGreaterThan(0);
    for (const { name, bytes } of images) {
      const stripped = strip(bytes, { privacy });
      expect({ name, ...inspectBytes(stripped.bytes) }).toEqual({ name, ...inspectBytes(bytes) });
      const isSame = isDeepStrictEqual(await decoded(stripped.bytes), await decoded(bytes));
      expect({ name, isSame }).toEqual({ name, isSame: true });
    }
  });

  test.each(PRIVACIES)("have no more of %s to lose", (privacy) => {
    for (const { name, bytes } of images) {
      const again = strip(strip(bytes, { privacy }).bytes, { privacy });
      expect({ name, ...again.plan }).toEqual({ name, edits: [], removed: [] });
    }
  });

  test("have no metadata left without all", async () => {
    for (const { name, bytes } of images) {
      const found = await metadataOf(strip(bytes).bytes);
      expect({ name, found }).toEqual({ name, found: {} });
    }
  });

  test.each(PRIVACIES)("lose the same of %s however they arrive", (privacy) => {
    for (const { name, bytes } of images) {
      const { plan } = strip(bytes, { privacy, chunks: [bytes.length] });
      const small = bytes.length < 30_000 ? [[1], [7]] : [[701, 3]];
      for (const chunks of [...small, [65_536]]) {
        expect({ name, ...strip(bytes, { privacy, chunks }).plan }).toEqual({
          name,
          ...plan,
        });
      }
    }
  });
}
