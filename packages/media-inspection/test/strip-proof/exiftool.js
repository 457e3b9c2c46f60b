import { spawnSync } from "node:child_process";
import { basename } from "node:path";

/** Of the folder and of ExifTool itself. */
const OTHERS = ["System"];
const MAX_OUTPUT_BYTES = 1 << 28;

/** The tags that ExifTool finds in each file of a folder, unknown and embedded ones too, by file name. */
export function tagsIn(folder) {
  const options = ["-j", "-a", "-u", "-ee", "-e", "-G1:4", "-q"];
  const { stdout, error } = spawnSync("exiftool", [...options, folder], {
    encoding: "utf8",
    maxBuffer: MAX_OUTPUT_BYTES,
  });
  if (error !== undefined) throw error;
  return new Map(
    JSON.parse(stdout).map(({ SourceFile, ...tags }) => [
      basename(SourceFile),
      Object.entries(tags)
        .map(([key, value]) => tagOf(key, value))
        .filter(({ group, name }) => !OTHERS.includes(group) && name !== "ExifToolVersion"),
    ]),
  );
}

/** The key is `Group:Copy1:Name`, or without the copy. */
function tagOf(key, value) {
  const parts = key.split(":");
  return { group: parts[0], name: parts.at(-1), value };
}
