import { createHash } from "node:crypto";

import { type ChunkSignatures } from "../auth/chunk-signatures.js";
import { S3Error } from "../errors.js";
import { ByteReader } from "./byte-reader.js";

const MIN_CHUNK_BYTES = 8192;
const MAX_LINE_BYTES = 1024;
const MAX_TRAILERS = 4;

interface Framing {
  /** `x-amz-decoded-content-length`: the bytes that the chunks must add up to. */
  readonly decodedLength: number;
  /** Present when every chunk is signed. */
  readonly signatures: ChunkSignatures | undefined;
  /** Receives the trailer by lower-case name; absent when no trailer may follow. */
  readonly onTrailer: ((trailer: ReadonlyMap<string, string>) => void) | undefined;
}

/**
 * Takes the `aws-chunked` framing off a body. A chunk's bytes are handed on before its signature is
 * known to be good: a consumer must not act on any of them until the iteration has ended normally.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
 *
 * @throws {S3Error} SignatureDoesNotMatch, IncompleteBody, InvalidChunkSizeError, MalformedTrailerError
 */
export async function* decodeAwsChunked(
  source: AsyncIterable<Buffer>,
  framing: Framing,
): AsyncGenerator<Buffer, void, undefined> {
  const reader = new ByteReader(source);
  try {
    let received = 0;
    let previousSize: number | undefined;
    for (;;) {
      const { size, signature } = parseChunkHeader(await reader.line(MAX_LINE_BYTES));
      if (size > 0 && previousSize !== undefined && previousSize < MIN_CHUNK_BYTES) {
        throw new S3Error("InvalidChunkSizeError");
      }
      previousSize = size;
      received += size;
      if (received > framing.decodedLength) throw new S3Error("IncompleteBody");
      const hash = createHash("sha256");
      for (let left = size; left > 0;) {
        const piece = await reader.some(left);
        left -= piece.length;
        if (framing.signatures !== undefined) hash.update(piece);
        yield piece;
      }
      framing.signatures?.verifyChunk(hash.digest("hex"), signature ?? "");
      if (size === 0) break;
      if ((await reader.line(2)) !== "") throw new S3Error("IncompleteBody");
    }
    await readEnd(reader, framing);
    if (received !== framing.decodedLength || !(await reader.ended())) {
      throw new S3Error("IncompleteBody");
    }
  } finally {
    await reader.release();
  }
}

function parseChunkHeader(line: string): { size: number; signature: string | undefined } {
  const match = /^([0-9a-f]{1,12})(?:;chunk-signature=([0-9a-f]{64}))?$/i.exec(line);
  if (match === null) throw new S3Error("IncompleteBody");
  return { size: parseInt(match[1] ?? "", 16), signature: match[2] };
}

/** Reads the trailer up to the empty line that ends the body. */
async function readEnd(reader: ByteReader, framing: Framing): Promise<void> {
  const trailer = new Map<string, string>();
  for (;;) {
    // A signed trailer's last line ends in LF CR LF.
    const line = (await reader.line(MAX_LINE_BYTES)).replace(/\n$/, "");
    if (line === "") break;
    const colon = line.indexOf(":");
    if (colon < 1 || framing.onTrailer === undefined || trailer.size >= MAX_TRAILERS) {
      throw new S3Error("MalformedTrailerError");
    }
    trailer.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  if (framing.signatures !== undefined && framing.onTrailer !== undefined) {
    const signature = trailer.get("x-amz-trailer-signature") ?? "";
    trailer.delete("x-amz-trailer-signature");
    const text = [...trailer].map(([name, value]) => `${name}:${value}\n`).join("");
    framing.signatures.verifyTrailer(text, signature);
  }
  framing.onTrailer?.(trailer);
}
