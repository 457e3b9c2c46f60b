import { orientationProfile } from "../image/exif-orientation.js";
import { Tiff } from "../image/tiff.js";
import type { Privacy, RemovedKind } from "./edit-plan.js";
import { placelessExif } from "./exif-places.js";

/** Exif 3.0, 4.6.3: the pointer to the directory of places. */
const GPS = 0x8825;

/** What becomes of an EXIF profile. */
export interface CleanProfile {
  /** Empty where nothing is left. */
  bytes: Buffer;
  removed: readonly RemovedKind[];
}

/**
 * Cleans an EXIF profile, with or without the leading `Exif\0\0`. What is left under `all` is the
 * orientation alone, and under `location` everything but places; where places cannot be told from the
 * rest, it is the orientation alone too.
 *
 * @param orientation what the picture takes from this profile; 1 for nothing
 */
export function cleanExif(profile: Buffer, privacy: Privacy, orientation: number): CleanProfile {
  if (privacy === "location") {
    const placeless = placelessExif(profile);
    if (placeless === profile) return { bytes: profile, removed: [] };
    if (placeless !== undefined) return { bytes: placeless, removed: ["gps"] };
  }
  const bytes = orientation === 1 ? Buffer.alloc(0) : orientationProfile(orientation);
  return bytes.equals(profile)
    ? { bytes: profile, removed: [] }
    : { bytes, removed: exifContents(profile) };
}

/** The name under which a removed profile is reported. */
export function exifContents(profile: Buffer): RemovedKind[] {
  const removed: RemovedKind[] = ["exif"];
  const tiff = Tiff.open(profile);
  if (tiff === undefined) return removed;
  const directory = tiff.firstDirectory;
  if ([...tiff.entries(directory)].some((entry) => tiff.uint16(entry) === GPS)) removed.push("gps");
  if (tiff.nextDirectory(directory) > 0) removed.push("thumbnail");
  return removed;
}
