const PHOTOSHOP = Buffer.from("Photoshop 3.0\0", "latin1");
const RESOURCE = "8BIM";
const IPTC = 0x0404;
/** Resources that hold EXIF and XMP of their own. */
const FOREIGN_RESOURCES = new Set([0x0422, 0x0423, 0x0424]);

/** IPTC-IIM 4.2: what begins a dataset, and those of record 2 that name places. */
const DATASET = 0x1c;
const APPLICATION_RECORD = 2;
const PLACES = new Set([26, 27, 90, 92, 95, 100, 101]);
const SPACE = 0x20;

/**
 * Photoshop's resources (a JPEG's APP13) with spaces in the place of IPTC's places, in as many bytes.
 *
 * @returns the resources themselves where they have no places; undefined where they cannot be read with
 *   certainty
 */
export function placelessIptc(resources: Buffer): Buffer | undefined {
  if (!resources.subarray(0, PHOTOSHOP.length).equals(PHOTOSHOP)) return undefined;
  const copy = Buffer.from(resources);
  for (let at = PHOTOSHOP.length; at < copy.length;) {
    const isRest = copy.subarray(at).every((byte) => byte === 0);
    if (isRest) break;
    // Signature, number, name with its length, and size; names and values have an even length.
    const sizeAt = at + 6 + evenly(1 + (copy[at + 6] ?? 0));
    if (copy.toString("latin1", at, at + 4) !== RESOURCE || sizeAt + 4 > copy.length)
      return undefined;
    const number = copy.readUInt16BE(at + 4);
    const valueAt = sizeAt + 4;
    const size = copy.readUInt32BE(sizeAt);
    if (valueAt + size > copy.length || FOREIGN_RESOURCES.has(number)) return undefined;
    if (number === IPTC && !blankDatasets(copy.subarray(valueAt, valueAt + size))) return undefined;
    at = valueAt + evenly(size);
  }
  return copy.equals(resources) ? resources : copy;
}

/** False where the datasets cannot be read with certainty. */
function blankDatasets(datasets: Buffer): boolean {
  for (let at = 0; at < datasets.length;) {
    if (datasets[at] !== DATASET) return datasets.subarray(at).every((byte) => byte === 0);
    if (at + 5 > datasets.length) return false;
    const [record = 0, number = 0] = datasets.subarray(at + 1);
    const length = datasets.readUInt16BE(at + 3);
    const end = at + 5 + length;
    // From 32,768 on it is the length of the length.
    if (length > 0x7fff || end > datasets.length) return false;
    if (record === APPLICATION_RECORD && PLACES.has(number)) datasets.fill(SPACE, at + 5, end);
    at = end;
  }
  return true;
}

function evenly(length: number): number {
  return length + (length % 2);
}
