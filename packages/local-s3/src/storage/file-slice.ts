import { type FileHandle } from "node:fs/promises";

const READ_BYTES = 256 * 1024;

/** Streams `length` bytes from `start` of an open file, which stays the caller's to close. */
export async function* readSlice(
  handle: FileHandle,
  start: number,
  length: number,
): AsyncGenerator<Buffer, void, undefined> {
  for (let position = start; position < start + length;) {
    const wanted = Math.min(READ_BYTES, start + length - position);
    const { bytesRead, buffer } = await handle.read(
      Buffer.allocUnsafe(wanted),
      0,
      wanted,
      position,
    );
    if (bytesRead === 0) throw new Error("A stored object is shorter than its metadata says");
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}
