import type { ByteCursor, Walk } from "../byte-cursor.js";
import type { AudioTags } from "../media-facts.js";
import { readBroadcastExtension } from "../tags/bext.js";
import { ID3V2_HEADER_BYTES, id3v2Header, readId3v2 } from "../tags/id3v2.js";
import { readInfoList } from "../tags/riff-info.js";
import { placeBytes } from "../tags/place-observer.js";
import { mergeTags } from "../tags/tag-fields.js";
import { wavCodec } from "./wav-codec.js";
import { isKnownChunk, readWavData, type WavData } from "./wav-data.js";
import { readWavFormat, type WavFormat } from "./wav-format.js";

export interface WavChunk {
  type: string;
  size: number;
  /** Offset behind it, without padding. */
  end: number;
}

/** What the chunks of a WAV say. */
export interface WavContent {
  format: WavFormat | undefined;
  data: WavData | undefined;
  /** Bytes of the data chunk where its own size has too few bits. */
  longDataBytes: number | undefined;
  factSamples: number | undefined;
  id3: AudioTags;
  info: AudioTags;
  broadcast: AudioTags;
}

/** Reads a chunk behind its header. Returns where it ends, if that is not where its size says. */
type ChunkReader = (
  source: ByteCursor,
  chunk: WavChunk,
  content: WavContent,
) => Walk<number | undefined>;

const MAX_FMT_BYTES = 64;
const READERS: ReadonlyMap<string, ChunkReader> = new Map([
  ["fmt ", readFormat],
  ["ds64", readLongSizes],
  ["fact", readFact],
  ["data", readData],
  ["LIST", readList],
  ["bext", readBroadcast],
  ["id3 ", readId3],
  ["ID3 ", readId3],
  ["iXML", readXml],
  ["_PMX", readXml],
]);

export function newWavContent(): WavContent {
  return {
    format: undefined,
    data: undefined,
    longDataBytes: undefined,
    factSamples: undefined,
    id3: {},
    info: {},
    broadcast: {},
  };
}

/** Reads a chunk; what it leaves unread is of no interest. */
export function* readWavChunk(
  source: ByteCursor,
  chunk: WavChunk,
  content: WavContent,
): Walk<number | undefined> {
  const read = READERS.get(chunk.type);
  return read === undefined ? undefined : yield* read(source, chunk, content);
}

function* readFormat(source: ByteCursor, { size }: WavChunk, content: WavContent): Walk<undefined> {
  if (content.format !== undefined) return;
  content.format = readWavFormat(yield* source.take(Math.min(size, MAX_FMT_BYTES)));
  // An unknown codec is the verdict, whatever follows.
  wavCodec(content.format);
}

function* readLongSizes(
  source: ByteCursor,
  { size }: WavChunk,
  content: WavContent,
): Walk<undefined> {
  const body = yield* source.take(Math.min(size, 16));
  if (body.length === 16) content.longDataBytes = Number(body.readBigInt64LE(8));
}

function* readFact(source: ByteCursor, { size }: WavChunk, content: WavContent): Walk<undefined> {
  const body = yield* source.take(Math.min(size, 4));
  if (body.length === 4) content.factSamples = body.readUInt32LE(0);
}

function* readData(
  source: ByteCursor,
  { size, end }: WavChunk,
  content: WavContent,
): Walk<number | undefined> {
  if (content.data !== undefined) return end;
  content.data = yield* readWavData(source, size, content);
  return source.position;
}

function* readList(source: ByteCursor, { end }: WavChunk, content: WavContent): Walk<undefined> {
  content.info = mergeTags([content.info, yield* readInfoList(source, end)]);
}

function* readBroadcast(
  source: ByteCursor,
  { end }: WavChunk,
  content: WavContent,
): Walk<undefined> {
  content.broadcast = mergeTags([content.broadcast, yield* readBroadcastExtension(source, end)]);
}

/** Of no interest but for the places in it. */
function* readXml(source: ByteCursor, { type, size }: WavChunk): Walk<undefined> {
  if (source.places === undefined) return;
  const { position } = source;
  const body = yield* source.copy(placeBytes(size, source.limits.maxTagBytes));
  source.places.xml(position, body, type === "_PMX");
}

/** The size of a tag and that of its chunk may differ: what stands behind the chunk decides. */
function* readId3(
  source: ByteCursor,
  { size, end }: WavChunk,
  content: WavContent,
): Walk<number | undefined> {
  const head = Buffer.from(yield* source.peek(Math.min(size, ID3V2_HEADER_BYTES)));
  const tag = id3v2Header(head);
  if (tag === undefined) return end;
  const room = size - ID3V2_HEADER_BYTES;
  const isWhole = tag.bodyBytes > room && (yield* isChunkTooSmall(source, size));
  const bodyBytes = isWhole ? tag.bodyBytes : Math.min(tag.bodyBytes, room);
  content.id3 = mergeTags([content.id3, yield* readId3v2(source, { ...tag, bodyBytes })]);
  return isWhole ? source.position : end;
}

/** Whether other bytes than a chunk stand behind one of this size. */
function* isChunkTooSmall(source: ByteCursor, size: number): Walk<boolean> {
  if (size > source.limits.maxTagBytes) return false;
  const next = (yield* source.peekAt(size + (size % 2), 4)).toString("latin1");
  return next.length === 4 && !isKnownChunk(next);
}
