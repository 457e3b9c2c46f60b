import { mkdir, rm, writeFile } from "node:fs/promises";

import { makeBrokenSamples } from "./broken/make-broken-samples.js";
import { makeValidSamples } from "./make-valid-samples.js";
import { MEDIA_FOLDER, type SampleLists } from "./read-samples.js";

/** The end of the build: encoding takes seconds of CPU, and reading no time. */
async function write(list: keyof SampleLists, samples: SampleLists[typeof list][]): Promise<void> {
  await mkdir(`${MEDIA_FOLDER}${list}`, { recursive: true });
  for (const { name, bytes } of samples) await writeFile(`${MEDIA_FOLDER}${list}/${name}`, bytes);
  const index = JSON.stringify(samples, (name, value: unknown) =>
    name === "bytes" ? undefined : value,
  );
  await writeFile(`${MEDIA_FOLDER}${list}.json`, index);
}

await rm(MEDIA_FOLDER, { recursive: true, force: true });
await write("valid", await makeValidSamples());
await write("broken", await makeBrokenSamples());
