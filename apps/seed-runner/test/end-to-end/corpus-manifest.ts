import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** One file of the corpus and what several independent tools agreed on. */
export interface CorpusFile {
  /** Path below the corpus. */
  file: string;
  class: string;
  expect: CorpusExpectation;
}

/** Fields that are absent were not agreed on. */
export interface CorpusExpectation {
  /** `either`: both are fine, but if accepted, the facts must be right. */
  action: "accept" | "reject" | "either";
  format: string | null;
  /** As stored, before the orientation is applied. */
  width?: number;
  height?: number;
  /** As displayed, where that differs. */
  display_width?: number;
  display_height?: number;
  orientation?: number;
  frames?: number;
  frames_any_of?: number[];
  duration_s?: number;
  duration_alt_s?: number;
  sample_rate?: number;
  sample_rate_any_of?: number[];
  channels?: number;
  channels_any_of?: number[];
  bitrate_bps?: number;
  bitrate_overall_bps?: number;
  /** Which one `bitrate_bps` is: of the audio data, or of the whole file. */
  bitrate_kind?: "stream" | "overall";
}

/** Content types that stand for a format. */
export type MimeAliases = Record<string, string[]>;

/** `TEST_CORPUS`, or `shared/corpus` beside the repository; undefined when there is none. */
export function findCorpus(): string | undefined {
  const named = process.env["TEST_CORPUS"];
  if (named !== undefined && named !== "") return named;
  const beside = fileURLToPath(new URL("../../../../../shared/corpus", import.meta.url));
  return existsSync(join(beside, "manifest.json")) ? beside : undefined;
}

export async function readManifest(
  corpus: string,
): Promise<{ files: CorpusFile[]; aliases: MimeAliases }> {
  const read = async (name: string): Promise<unknown> =>
    JSON.parse(await readFile(join(corpus, name), "utf8"));
  const files = (await read("manifest.json")) as CorpusFile[];
  const tolerances = (await read("tolerances.json")) as { "mime aliases": MimeAliases };
  return { files, aliases: tolerances["mime aliases"] };
}
