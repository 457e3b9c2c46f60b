import type { ByteCursor } from "../../byte-cursor.js";
import { type FormatWalk, walkFormat } from "../../inspect.js";
import { isPlaceName, type PlaceObserver } from "../../tags/place-observer.js";
import type { EditPlan } from "../edit-plan.js";
import { EditList } from "../edit-list.js";

/** Overwrites the places in an XMP packet, in as many bytes; undefined where it cannot be read. */
export type PlacelessXmp = (packet: Buffer) => Buffer | undefined;

const SPACE = 0x20;
const SPACES = " ";
/** An element without others in it. */
const ELEMENT = /<([\w:.-]+)([^<>]*)>([^<]+)</g;
const FREE = Buffer.from("free");

/**
 * Plans the removal of the places that the tags of a sound name. Every value is overwritten where it stands, so
 * that nothing changes its place. The walk throws as an inspection does.
 */
export function beginLocation(
  source: ByteCursor,
  placelessXmp: PlacelessXmp,
): FormatWalk<EditPlan> {
  const places = new PlaceList(placelessXmp);
  source.places = places;
  return function* (_, format, leading, junkBytes) {
    yield* walkFormat(source, format, leading, junkBytes);
    return places.plan();
  };
}

class PlaceList implements PlaceObserver {
  readonly #edits = new EditList();

  constructor(private readonly placelessXmp: PlacelessXmp) {}

  value(offset: number, bytes: Buffer, fill: number): void {
    this.#overwrite(offset, bytes, blanked(bytes, fill));
  }

  box(start: number, bodyAt: number, end: number): void {
    this.#edits.replace(start + 4, start + 8, FREE, "gps");
    this.#edits.replace(bodyAt, end, Buffer.alloc(end - bodyAt), "gps");
  }

  xml(offset: number, bytes: Buffer, isXmp: boolean): void {
    // What cannot be read with certainty goes as a whole.
    const text = isXmp
      ? (this.placelessXmp(bytes) ?? Buffer.alloc(bytes.length, SPACE))
      : placelessXml(bytes);
    this.#overwrite(offset, bytes, text);
  }

  plan(): EditPlan {
    return this.#edits.plan();
  }

  #overwrite(offset: number, original: Buffer, bytes: Buffer): void {
    if (original.equals(bytes)) return;
    this.#edits.replace(offset, offset + bytes.length, bytes, "gps");
  }
}

/** Zeros behind 0xFF stay: in an unsynchronised tag they do not count. */
function blanked(bytes: Buffer, fill: number): Buffer {
  const blank = Buffer.alloc(bytes.length, fill);
  for (let at = bytes.indexOf("\xff\0", 0, "latin1"); at >= 0;) {
    bytes.copy(blank, at, at, at + 2);
    at = bytes.indexOf("\xff\0", at + 2, "latin1");
  }
  return blank;
}

function placelessXml(bytes: Buffer): Buffer {
  const text = bytes
    .toString("latin1")
    .replace(ELEMENT, (element, name: string, attributes: string, value: string) =>
      isPlaceName(name) ? `<${name}${attributes}>${SPACES.repeat(value.length)}<` : element,
    );
  return Buffer.from(text, "latin1");
}
