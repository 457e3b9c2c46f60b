import fc from "fast-check";

const OFFSETS = 2 ** 31 - 1;
/** Anywhere, and half of the time in the head, where formats keep what matters. */
const at = fc.oneof(fc.nat(300), fc.nat(OFFSETS));
const length = fc.oneof(fc.integer({ min: 1, max: 16 }), fc.integer({ min: 1, max: 5000 }));
/** What a size or count is set to. */
const extreme = fc.constantFrom(0n, 1n, 0x7fffffffn, 0x80000000n, 0xffffffffn, 2n ** 64n - 1n);

/** One damage to a file; places and other files are taken modulo what there is. */
const mutation = fc.oneof(
  fc.record({ kind: fc.constant("flip"), at, mask: fc.integer({ min: 1, max: 255 }) }),
  fc.record({
    kind: fc.constant("overwrite"),
    at,
    bytes: fc.uint8Array({ minLength: 1, maxLength: 12 }),
  }),
  fc.record({
    kind: fc.constant("extreme"),
    at,
    width: fc.constantFrom(1, 2, 3, 4, 8),
    value: extreme,
    isLittleEndian: fc.boolean(),
  }),
  fc.record({ kind: fc.constant("truncate"), at }),
  fc.record({ kind: fc.constant("remove"), at, length }),
  fc.record({ kind: fc.constant("duplicate"), at, length }),
  fc.record({ kind: fc.constant("splice"), at, length, from: at, other: fc.nat(OFFSETS) }),
  fc.record({ kind: fc.constant("join"), other: fc.nat(OFFSETS), isFirst: fc.boolean() }),
);

/** A damaged file: which one, what happened to it, and in what pieces it arrives. */
const damagedFile = fc.record({
  file: fc.nat(OFFSETS),
  mutations: fc.array(mutation, { minLength: 1, maxLength: 4 }),
  chunks: fc.array(fc.oneof(fc.integer({ min: 1, max: 700 }), fc.constant(65_536)), {
    minLength: 1,
    maxLength: 4,
  }),
});

/** The same damaged files for the same seed and count. */
export function damagedFiles(count, seed) {
  return fc.sample(damagedFile, { numRuns: count, seed });
}

/** The bytes of a damaged file, into which parts of others may come. */
export function applyMutations({ file, mutations }, files, others = files) {
  return mutations.reduce(
    (bytes, each) => applyMutation(bytes, each, others),
    Buffer.from(files[file % files.length].bytes),
  );
}

function applyMutation(bytes, mutation, others) {
  const start = bytes.length === 0 ? 0 : (mutation.at ?? 0) % bytes.length;
  const head = bytes.subarray(0, start);
  const tail = bytes.subarray(start);
  const other = others[(mutation.other ?? 0) % others.length].bytes;
  switch (mutation.kind) {
    case "flip":
      return Buffer.concat([head, Buffer.of((tail[0] ?? 0) ^ mutation.mask), tail.subarray(1)]);
    case "overwrite":
      return overwritten(bytes, start, mutation.bytes);
    case "extreme":
      return overwritten(bytes, start, numberBytes(mutation));
    case "truncate":
      return head;
    case "remove":
      return Buffer.concat([head, tail.subarray(mutation.length)]);
    case "duplicate":
      return Buffer.concat([head, tail.subarray(0, mutation.length), tail]);
    case "splice": {
      const from = mutation.from % other.length;
      return Buffer.concat([head, other.subarray(from, from + mutation.length), tail]);
    }
    case "join":
      return Buffer.concat(mutation.isFirst ? [other, bytes] : [bytes, other]);
    default:
      throw new Error(`there is no mutation ${String(mutation.kind)}`);
  }
}

function overwritten(bytes, start, values) {
  const changed = Buffer.from(bytes);
  changed.set(values.subarray(0, bytes.length - start), start);
  return changed;
}

/** The lowest bytes of a number. */
function numberBytes({ value, width, isLittleEndian }) {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  const lowest = bytes.subarray(8 - width);
  return isLittleEndian ? lowest.reverse() : lowest;
}
