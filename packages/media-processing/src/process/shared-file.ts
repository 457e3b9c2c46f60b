import { readSync, writeSync } from "node:fs";
import { serialize } from "node:v8";

import { SHARED_FILE } from "../protocol.js";

/** The bytes of the job that the parent has put there. */
export function readJobBytes(byteLength: number): Buffer {
  const bytes = Buffer.allocUnsafeSlow(byteLength);
  for (let at = 0; at < byteLength;) {
    const count = readSync(SHARED_FILE, bytes, at, byteLength - at, at);
    if (count === 0) throw new Error("the shared file was cut short");
    at += count;
  }
  return bytes;
}

/** @returns the number of bytes that the parent reads */
export function writeAnswer(answer: unknown): number {
  const bytes = serialize(answer);
  for (let at = 0; at < bytes.byteLength;) {
    at += writeSync(SHARED_FILE, bytes, at, bytes.byteLength - at, at);
  }
  return bytes.byteLength;
}
