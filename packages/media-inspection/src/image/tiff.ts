/** TIFF 6.0, section 2: what follows the byte order. */
const TIFF_MAGIC = 42;
const EXIF_PREFIX = Buffer.from("Exif\0\0", "latin1");
const COUNT_BYTES = 2;
export const ENTRY_BYTES = 12;
/** Bytes of a value, by type (TIFF 6.0, section 2; 13 is an offset). */
const TYPE_BYTES = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4];
/** Bytes of a value that its entry has room for. */
const INLINE_BYTES = 4;

/** The TIFF structure of an EXIF profile. Directories are named by their offsets, entries by theirs. */
export class Tiff {
  private constructor(
    readonly bytes: Buffer,
    private readonly isLittle: boolean,
  ) {}

  /** Opens a profile with or without the leading `Exif\0\0`; undefined where it does not begin as one. */
  static open(profile: Buffer): Tiff | undefined {
    const bytes = profile.subarray(0, 6).equals(EXIF_PREFIX) ? profile.subarray(6) : profile;
    if (bytes.length < 8) return undefined;
    const order = bytes.toString("latin1", 0, 2);
    if (order !== "II" && order !== "MM") return undefined;
    const tiff = new Tiff(bytes, order === "II");
    return tiff.uint16(2) === TIFF_MAGIC ? tiff : undefined;
  }

  /** IFD0. */
  get firstDirectory(): number {
    return this.uint32(4);
  }

  uint16(at: number): number {
    return this.isLittle ? this.bytes.readUInt16LE(at) : this.bytes.readUInt16BE(at);
  }

  uint32(at: number): number {
    return this.isLittle ? this.bytes.readUInt32LE(at) : this.bytes.readUInt32BE(at);
  }

  setUint16(at: number, value: number): void {
    if (this.isLittle) this.bytes.writeUInt16LE(value, at);
    else this.bytes.writeUInt16BE(value, at);
  }

  /** The entries of a directory, as many as there are bytes for. */
  *entries(directory: number): Generator<number> {
    const end = this.entriesEnd(directory);
    for (let at = directory + COUNT_BYTES; at + ENTRY_BYTES <= end; at += ENTRY_BYTES) yield at;
  }

  /** Offset of the end of the directory; its start if the directory is out of bounds. */
  entriesEnd(directory: number): number {
    const room = this.bytes.length - directory - COUNT_BYTES;
    if (room < 0) return directory;
    const count = Math.min(this.uint16(directory), Math.floor(room / ENTRY_BYTES));
    return directory + COUNT_BYTES + ENTRY_BYTES * count;
  }

  /** The directory behind another one; 0 for none. */
  nextDirectory(directory: number): number {
    const end = this.entriesEnd(directory);
    return end > directory && end + 4 <= this.bytes.length ? this.uint32(end) : 0;
  }

  /** Where the value of an entry stands: in it, or elsewhere. */
  valueOf(entry: number): { at: number; length: number } {
    const length = (TYPE_BYTES[this.uint16(entry + 2)] ?? 1) * this.uint32(entry + 4);
    return length <= INLINE_BYTES
      ? { at: entry + 8, length }
      : { at: this.uint32(entry + 8), length };
  }
}
