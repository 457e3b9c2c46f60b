import { isDeepStrictEqual } from "node:util";

import { packetsOf } from "./content.js";

/** Of these FFmpeg plays bytes between or behind the frames too, or none of the frames behind them. */
const MISREAD = new Set([
  "flac-concatenated-twice.flac",
  "mp3-3-frames-22k-then-44k.mp3",
  "mp3-3-zeros-then-id3v2-art200k.mp3",
  "mp3-xing-count-too-small-junk-in-middle.mp3",
  "broken/mp3/atldotnet__APE.mp3",
  "broken/mp3/media__test-cbr-info-header-trailing-garbage.mp3",
]);

/**
 * Where the content of a stripped file differs from the original's. What cannot be decoded in the original is not
 * compared; of sounds that FFmpeg misreads, the packets are.
 */
export async function compareContent({ name, paths }, privacy, original, content) {
  const differences = Object.keys(original)
    .filter((part) => original[part] !== undefined)
    .filter((part) => !isDeepStrictEqual(content[part], original[part]))
    .map((part) => ({ part, values: [original[part], content[part]] }));
  const isMisread = MISREAD.has(name) && differences.some(({ part }) => part === "samples");
  const isApart =
    isMisread && areIn(await packetsOf(paths[privacy]), await packetsOf(paths.original));
  return {
    isApart,
    differences: differences
      .filter(({ part }) => part !== "samples" || !isApart)
      .map(({ part, values }) => `other ${part}: ${JSON.stringify(values)}`),
  };
}

/** Whether all packets are among others, in their order, but for one that other bytes may be glued to. */
function areIn(packets, others) {
  const same = packets.filter((packet) => others.includes(packet));
  let next = 0;
  for (const each of others) if (each === same[next]) next += 1;
  return next > 0 && next === same.length && packets.length - same.length <= 1;
}
