import { floor, min } from "./math.js";
import { viewOf } from "./bytes.js";
import { seededRandom } from "./random.js";

const BLOCK = 65_536;

let template: Uint8Array | undefined;

function noise(): Uint8Array {
  if (template === undefined) {
    const random = seededRandom(0x5eed);
    template = Uint8Array.from({ length: BLOCK }, () => floor(random() * 256));
  }
  return template;
}

/**
 * Up to 65,536 bytes without meaning. They do not compress, and open with the block's number, so
 * that blocks which were lost or changed places show in a checksum. The block belongs to the
 * caller.
 */
export function fillerBlock(byteSize: number, number: number): Uint8Array {
  const bytes = noise().slice(0, byteSize);
  if (bytes.length >= 4) viewOf(bytes).setUint32(0, number);
  return bytes;
}

/** `byteSize` bytes in numbered blocks of at most 65,536. */
export function* filler(byteSize: number): Generator<Uint8Array, void, undefined> {
  for (let number = 0; number * BLOCK < byteSize; number += 1) {
    yield fillerBlock(min(byteSize - number * BLOCK, BLOCK), number);
  }
}
