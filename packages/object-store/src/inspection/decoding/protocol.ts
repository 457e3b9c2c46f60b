import type { ImageFormat } from "../media-facts.js";

/** An image to decode, as it crosses the border between processes. */
export interface DecodeJob {
  format: ImageFormat;
  byteLength: number;
  /** Of one picture. */
  maxPixels: number;
  /** Bytes of memory of the whole process. */
  maxBytes: number;
}

/** To a decoder: an image, then its bytes in order. */
export type DecoderRequest = { job: DecodeJob } | { chunk: Uint8Array };

/** From a decoder. */
export type DecoderReply =
  | { ready: true }
  /** Its module could not be loaded; the process ends. */
  | { failed: { code: string | undefined; message: string } }
  /** What the decoder said of the image; undefined where every pixel could be decoded. */
  | { complaint: string | undefined }
  /** The image needs more memory than it may; the process ends. */
  | { excess: "memory" };
