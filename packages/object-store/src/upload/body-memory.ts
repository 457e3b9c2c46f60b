import { allocated } from "../machine-failure.js";
import { whenIdle } from "./when-idle.js";

/** Bytes that are kept for the next bodies at most, until there was none for a while. */
const MAX_IDLE_BYTES = 32 * 1024 * 1024;
const SMALLEST = 64 * 1024;

const idle = new Map<number, Buffer[]>();
let idleBytes = 0;

const used = whenIdle(() => {
  idle.clear();
  idleBytes = 0;
});

/**
 * Memory for so many bytes and perhaps more, with any content. Fresh memory costs more than copying
 * a body into it, as the system has to clear it and V8 to collect it.
 */
export function borrowMemory(byteLength: number): Buffer {
  const size = sizeFor(byteLength);
  const known = idle.get(size)?.pop();
  if (known === undefined) return allocated(() => Buffer.allocUnsafeSlow(size));
  idleBytes -= size;
  return known;
}

/** Gives back memory that nobody reads or writes any more. */
export function returnMemory(memory: Buffer): void {
  const size = memory.byteLength;
  used();
  if (idleBytes + size > MAX_IDLE_BYTES) return;
  idleBytes += size;
  const same = idle.get(size);
  if (same === undefined) idle.set(size, [memory]);
  else same.push(memory);
}

/** Few sizes, so that memory fits again: powers of two. */
function sizeFor(byteLength: number): number {
  return Math.max(SMALLEST, 2 ** Math.ceil(Math.log2(byteLength)));
}
