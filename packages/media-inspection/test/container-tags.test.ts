import { describe, expect, it } from "@jest/globals";

import type { AudioTags } from "../src/media-facts.js";
import { fmt, id3Frame, id3v2, wav } from "./support/audio.js";
import { bytes, uint32le } from "./support/bytes.js";
import { riffChunk } from "./support/images.js";
import { inspectAudio } from "./support/inspect.js";

const tagsOf = async (file: Uint8Array): Promise<AudioTags> => (await inspectAudio(file)).tags;
const data = riffChunk("data", Buffer.alloc(400));
const title = id3Frame("TIT2", bytes(3, "Title"));
const artist = id3Frame("TPE1", bytes(3, "Artist"));

describe("the tags of a WAV", () => {
  it("come from an ID3 tag that claims to be larger than its chunk", async () => {
    const tag = id3v2(title, { version: 3 });
    tag.writeUInt32BE(0x2708, 6);
    const info = riffChunk("LIST", bytes("INFO", riffChunk("IPRD", bytes("Album\0"))));
    const chunk = riffChunk("id3 ", tag);
    expect(await tagsOf(wav(fmt(), data, chunk))).toEqual({ title: "Title" });
    expect(await tagsOf(wav(fmt(), data, chunk, info))).toEqual({ title: "Title", album: "Album" });
    expect(await tagsOf(wav(fmt(), chunk, data))).toEqual({ title: "Title" });
  });

  it("come from an ID3 tag that is larger than its chunk says", async () => {
    const tag = id3v2(bytes(title, artist), { version: 3 });
    const chunk = bytes("id3 ", uint32le(30), tag);
    expect(await tagsOf(wav(fmt(), chunk, data))).toEqual({ title: "Title", artist: "Artist" });
    expect(await tagsOf(wav(fmt(), data, chunk))).toEqual({ title: "Title", artist: "Artist" });
  });

  it("come from a broadcast extension where nothing else gives them", async () => {
    const bext = Buffer.alloc(602);
    bext.write("A door closes", 0, "latin1");
    bext.write("2011-04-05", 320, "latin1");
    const chunk = riffChunk("bext", bext);
    expect(await tagsOf(wav(chunk, fmt(), data))).toEqual({ comment: "A door closes", year: 2011 });
    const id3 = riffChunk("id3 ", id3v2(id3Frame("TDRC", bytes(3, "1999"))));
    expect(await tagsOf(wav(chunk, fmt(), data, id3))).toMatchObject({ comment: "A door closes" });
  });
});
