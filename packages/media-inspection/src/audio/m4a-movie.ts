import { InspectionError } from "../errors.js";
import type { ByteCursor, Walk } from "../byte-cursor.js";
import type { AudioTags } from "../media-facts.js";
import { readItemList } from "../tags/ilst.js";
import { readMetadataKeys } from "../tags/mdta-keys.js";
import { readNeroChapters } from "../tags/nero-chapters.js";
import { mergeTags } from "../tags/tag-fields.js";
import { readUserData } from "../tags/user-data.js";
import { readExtension, readXmp } from "../tags/xmp-box.js";
import { type Box, boxHead, readTimescale, walkBoxes } from "./m4a-boxes.js";
import type { SampleDefaults } from "./m4a-fragments.js";
import type { Track } from "./m4a-track.js";
import { MAX_EDITS, tooManyEdits } from "./m4a-sample-tables.js";
import { readTrack } from "./m4a-track-reader.js";

/** A `meta` box while it is read. */
interface MetadataList {
  /** Names of its items; none where their types are names. */
  keys: string[];
}

/** Real files have a handful. */
const MAX_TRACKS = 100;

/**
 * Reads a `moov` box as it passes, whatever its size. After ISO/IEC 14496-12, clause 8, and for
 * tags Apple's "QuickTime File Format", Metadata.
 */
export class MovieReader {
  readonly tracks: Track[] = [];
  /** Units per second of the movie's time. */
  timescale = 0;
  /** Edits of all tracks. */
  #edits = 0;
  #items: AudioTags = {};
  readonly #userData: AudioTags = {};
  /** Per track of a fragmented file: what `trex` gives its samples. */
  readonly sampleDefaults = new Map<number, SampleDefaults>();

  constructor(private readonly source: ByteCursor) {}

  /** Items come before strings, which players know less. */
  get tags(): AudioTags {
    return mergeTags([this.#items, this.#userData]);
  }

  read(moov: Box): Walk<void> {
    return this.#walk(moov, (box) => {
      switch (box.type) {
        case "mvhd":
          return this.#readHeader(box);
        case "trak":
          return this.#readTrack(box);
        case "mvex":
          return this.#walk(box, (child) =>
            child.type === "trex" ? this.#readSampleDefaults(child) : undefined,
          );
        case "udta":
          return this.#walk(box, (child) => this.#readUserData(child));
        case "meta":
          return this.#readMetadata(box);
        case "uuid":
          return readExtension(this.source, box);
        default:
          return undefined;
      }
    });
  }

  #walk(box: Box, handle: (child: Box) => Walk<void> | undefined): Walk<void> {
    return walkBoxes(this.source, box.end, handle);
  }

  *#readHeader(box: Box): Walk<void> {
    this.timescale = yield* readTimescale(this.source, box);
  }

  *#readTrack(box: Box): Walk<void> {
    if (this.tracks.length === MAX_TRACKS) {
      throw new InspectionError("invalid_media", `The M4A has more than ${MAX_TRACKS} tracks.`);
    }
    const track = yield* readTrack(this.source, box);
    // Only sound is measured.
    if (track.handler !== "soun") track.edits = [];
    this.#edits += track.edits.length;
    if (this.#edits > MAX_EDITS) throw tooManyEdits();
    this.tracks.push(track);
  }

  *#readSampleDefaults(box: Box): Walk<void> {
    if (this.sampleDefaults.size === MAX_TRACKS) return;
    const body = yield* boxHead(this.source, box, 20);
    this.sampleDefaults.set(body.readUInt32BE(4), {
      duration: body.readUInt32BE(12),
      bytes: body.readUInt32BE(16),
    });
  }

  /** `meta` is a full box in ISO files, but not in QuickTime's. */
  *#readMetadata(box: Box): Walk<void> {
    const head = yield* this.source.peek(8);
    if (head.toString("latin1", 4, 8) !== "hdlr") yield* this.source.skip(4);
    const list: MetadataList = { keys: [] };
    yield* this.#walk(box, (child) => {
      if (child.type === "keys") return this.#readKeys(child, list);
      return child.type === "ilst" ? this.#readItems(child, list) : undefined;
    });
  }

  *#readKeys(box: Box, list: MetadataList): Walk<void> {
    list.keys = yield* readMetadataKeys(this.source, box);
  }

  *#readItems(box: Box, { keys }: MetadataList): Walk<void> {
    const tags = yield* readItemList(this.source, box, keys);
    this.#items = mergeTags([this.#items, tags]);
  }

  #readUserData(box: Box): Walk<void> | undefined {
    if (box.type === "meta") return this.#readMetadata(box);
    if (box.type === "XMP_") return readXmp(this.source, box);
    if (box.type === "chpl") return this.#readChapters(box);
    return readUserData(this.source, box, this.#userData);
  }

  *#readChapters(box: Box): Walk<void> {
    const chapters = yield* readNeroChapters(this.source, box);
    if (chapters !== undefined) this.#userData.chapters ??= chapters;
  }
}
