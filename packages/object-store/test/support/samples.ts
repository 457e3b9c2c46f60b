import { readFile } from "node:fs/promises";
import { join } from "node:path";

import type { BrokenSample, Sample, SampleFormat } from "@repo/sample-media";

import type { FileUploadResult, MediaBody, MediaScope, UploadOptions } from "../../src/index.js";
import { services } from "./services.js";

type WithoutBytes<Kept> = Omit<Kept, "bytes">;

async function index(): Promise<{
  valid: WithoutBytes<Sample>[];
  broken: WithoutBytes<BrokenSample>[];
}> {
  const text = await readFile(join(services().samples, "index.json"), "utf8");
  return JSON.parse(text) as Awaited<ReturnType<typeof index>>;
}

async function withBytes<Kept extends { name: string }>(
  sample: Kept,
): Promise<Kept & { bytes: Uint8Array }> {
  return { ...sample, bytes: await readFile(join(services().samples, sample.name)) };
}

export async function allSamples(): Promise<Sample[]> {
  return Promise.all((await index()).valid.map(withBytes));
}

export async function allBrokenSamples(): Promise<BrokenSample[]> {
  return Promise.all((await index()).broken.map(withBytes));
}

/** The first sample of a format. */
export async function sampleOf(format: SampleFormat): Promise<Sample> {
  const facts = (await index()).valid.find((candidate) => candidate.format === format);
  if (facts === undefined) throw new Error(`no sample of ${format}`);
  return withBytes(facts);
}

/** Uploads a sample to the collection of its kind. */
export async function uploadSample(
  scope: MediaScope,
  sample: Sample,
  body: MediaBody = sample.bytes,
  options: UploadOptions = {},
): Promise<FileUploadResult> {
  const input = { body, filename: sample.name };
  return sample.expect.kind === "image"
    ? scope.images.upload(input, options)
    : scope.audio.upload(input, options);
}
