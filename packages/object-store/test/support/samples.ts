import { type Sample, type SampleFormat, validSamples } from "@repo/sample-media";

import type { FileUploadResult, MediaBody, MediaScope, UploadOptions } from "../../src/index.js";

/** The first sample of a format. */
export async function sampleOf(format: SampleFormat) {
  const sample = (await validSamples()).find((candidate) => candidate.format === format);
  if (sample === undefined) throw new Error(`no sample of ${format}`);
  return sample;
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
