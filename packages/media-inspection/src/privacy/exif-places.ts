import { ENTRY_BYTES, Tiff } from "../image/tiff.js";

/** Tags that point to further directories: SubIFDs, Exif and Interoperability. */
const DIRECTORY_TAGS = new Set([0x014a, 0x8769, 0xa005]);
/** The pointer to the directory of places (Exif 3.0, 4.6.3). */
const GPS = 0x8825;
/** LONG and IFD. */
const POINTER_TYPES = new Set([4, 13]);
/** XMP, IPTC and Photoshop resources inside the profile, which may hold places of their own. */
const FOREIGN_TAGS = new Set([0x02bc, 0x83bb, 0x8649]);
/** Directories and pointers to places that are followed; real profiles have five and one. */
const MAX_DIRECTORIES = 8;
const MAX_POINTERS = 2;

interface Range {
  from: number;
  to: number;
}

/**
 * The profile without its places, in as many bytes: the GPS directories and their values are zeros, and
 * nothing points to them. Maker notes stay as they are.
 *
 * @returns the profile itself where it has no places; undefined where it cannot be told what they are
 */
export function placelessExif(profile: Buffer): Buffer | undefined {
  const copy = Buffer.from(profile);
  const tiff = Tiff.open(copy);
  // What does not begin as a profile may be one to other readers.
  if (tiff === undefined) return undefined;
  const directories = allDirectories(tiff);
  if (directories === undefined) return undefined;

  const places: Range[] = [];
  let pointers = 0;
  for (const directory of directories) {
    for (const entry of tiff.entries(directory)) {
      const tag = tiff.uint16(entry);
      if (FOREIGN_TAGS.has(tag)) return undefined;
      if (tag !== GPS) continue;
      pointers += 1;
      if (pointers > MAX_POINTERS || !isPointer(tiff, entry)) return undefined;
      places.push(...placesOf(tiff, tiff.uint32(entry + 8)));
    }
  }
  if (pointers === 0) return profile;

  const structure = [{ from: 0, to: 8 }, ...directories.map((at) => rangeOf(tiff, at))];
  const isClear = structure.every((part, index) =>
    [...places, ...structure.slice(index + 1)].every((other) => !overlap(part, other)),
  );
  if (!isClear) return undefined;
  for (const { from, to } of places) tiff.bytes.fill(0, from, to);
  for (const directory of directories) dropPointers(tiff, directory);
  return copy;
}

/** Undefined where there are too many. */
function allDirectories(tiff: Tiff): readonly number[] | undefined {
  const found = new Set<number>();
  const pending = [...chainFrom(tiff, tiff.firstDirectory)];
  for (;;) {
    const directory = pending.pop();
    if (directory === undefined) return [...found];
    if (found.has(directory) || tiff.entriesEnd(directory) === directory) continue;
    found.add(directory);
    if (found.size > MAX_DIRECTORIES) return undefined;
    for (const entry of tiff.entries(directory)) {
      if (pending.length > MAX_DIRECTORIES) return undefined;
      if (DIRECTORY_TAGS.has(tiff.uint16(entry))) pending.push(...offsetsIn(tiff, entry));
    }
  }
}

/** IFD0, IFD1 and those behind. Only here readers follow what stands behind a directory. */
function* chainFrom(tiff: Tiff, first: number): Generator<number> {
  let directory = first;
  for (let count = 0; directory > 0 && count <= MAX_DIRECTORIES; count += 1) {
    yield directory;
    directory = tiff.nextDirectory(directory);
  }
}

function offsetsIn(tiff: Tiff, entry: number): number[] {
  const { at, length } = tiff.valueOf(entry);
  const count = Math.min(MAX_DIRECTORIES + 1, Math.floor(length / 4));
  const offsets = Array.from({ length: count }, (_, index) => at + 4 * index);
  return offsets.filter((offset) => offset + 4 <= tiff.bytes.length).map((at) => tiff.uint32(at));
}

/** Whether it is a single offset. */
function isPointer(tiff: Tiff, entry: number): boolean {
  return POINTER_TYPES.has(tiff.uint16(entry + 2)) && tiff.uint32(entry + 4) === 1;
}

/** A directory of places, and the values outside it. */
function placesOf(tiff: Tiff, directory: number): Range[] {
  const end = tiff.entriesEnd(directory);
  if (end === directory) return [];
  const values = [...tiff.entries(directory)].map((entry) => tiff.valueOf(entry));
  return [
    rangeOf(tiff, directory),
    ...values.map(({ at, length }) => ({ from: at, to: Math.min(at + length, tiff.bytes.length) })),
  ].filter(({ from, to }) => from < to);
}

/** A directory with the offset of the next one. */
function rangeOf(tiff: Tiff, directory: number): Range {
  return {
    from: directory,
    to: Math.min(tiff.entriesEnd(directory) + 4, tiff.bytes.length),
  };
}

function overlap(one: Range, other: Range): boolean {
  return one.from < other.to && other.from < one.to;
}

/** Moves up what follows the pointers in a directory. */
function dropPointers(tiff: Tiff, directory: number): void {
  for (;;) {
    const { to } = rangeOf(tiff, directory);
    const pointer = [...tiff.entries(directory)].find((entry) => tiff.uint16(entry) === GPS);
    if (pointer === undefined) return;
    tiff.bytes.copyWithin(pointer, pointer + ENTRY_BYTES, to);
    tiff.bytes.fill(0, to - ENTRY_BYTES, to);
    tiff.setUint16(directory, tiff.uint16(directory) - 1);
  }
}
