import { InspectionError } from "../errors.js";

/** No place takes more. */
export const MAX_PLACE_BYTES = 64 * 1024;

/**
 * The bytes of a place.
 *
 * @throws InspectionError (`invalid_media`) where there are more than are kept: the rest would stay
 */
export function placeBytes(byteLength: number, max = MAX_PLACE_BYTES): number {
  if (byteLength <= max) return byteLength;
  throw new InspectionError(
    "invalid_media",
    `A place in the file's metadata has ${byteLength} bytes, and ${max} at most can be removed.`,
  );
}

/** Names of fields that taggers, phones and recorders put places in. */
const PLACE =
  /(^|[^a-z])(location|gps|latitude|longitude|altitude|coordinates?|geo(?![a-z])|geo(tag|lat|lon|uri|code|location))/i;

/** Whether a field of this name holds a place. */
export function isPlaceName(name: string): boolean {
  return PLACE.test(name);
}

/** Is told of the places in a file's tags, with their offsets from the start of the file. */
export interface PlaceObserver {
  /** A value that can be overwritten with as many bytes `fill`. */
  value(offset: number, bytes: Buffer, fill: number): void;
  /** A box that players pass over when it is of another type. */
  box(start: number, bodyAt: number, end: number): void;
  /** XML whose places are overwritten with spaces: iXML, or an XMP packet. */
  xml(offset: number, bytes: Buffer, isXmp: boolean): void;
}
