import { joined, uint32le } from "./byte-parts.js";
import { type KeptTags, trackText, yearText } from "./kept-tags.js";

/** A chunk with its header, padded to an even size. */
export function riffChunk(type: string, ...content: readonly (string | Uint8Array)[]): Buffer {
  const body = joined(...content);
  return joined(type, uint32le(body.length), body, body.length % 2 === 1 ? "\0" : "");
}

/** The chunk of an INFO list in UTF-8; no bytes where none of its texts is kept. */
export function infoList(tags: KeptTags): Buffer {
  const texts: [string, string | undefined][] = [
    ["INAM", tags.title],
    ["IART", tags.artist],
    ["IPRD", tags.album],
    ["IGNR", tags.genre],
    ["ICRD", yearText(tags)],
    ["ITRK", trackText(tags)],
  ];
  const chunks = texts.flatMap(([type, text]) =>
    text === undefined ? [] : [riffChunk(type, Buffer.from(`${text}\0`, "utf8"))],
  );
  return chunks.length === 0 ? Buffer.alloc(0) : riffChunk("LIST", "INFO", ...chunks);
}
