import { toByteString } from "../storage/byte-order.js";
import { type UploadRecord } from "../storage/multipart-uploads.js";

type Upload = UploadRecord & { readonly uploadId: string };

interface UploadQuery {
  readonly prefix: string;
  /** Empty: no grouping. */
  readonly delimiter: string;
  /** Only uploads of later keys are listed, and of this key those that follow `uploadIdMarker`. */
  readonly keyMarker: string;
  readonly uploadIdMarker: string;
  readonly limit: number;
}

interface UploadPage {
  readonly uploads: readonly Upload[];
  readonly commonPrefixes: readonly string[];
  readonly next: { readonly keyMarker: string; readonly uploadIdMarker: string } | undefined;
}

/** One page of `uploads`, which are in order, those that share a prefix rolled into one. */
export function listUploads(all: readonly Upload[], query: UploadQuery): UploadPage {
  const { prefix, delimiter, limit } = query;
  const uploads: Upload[] = [];
  const commonPrefixes: string[] = [];
  let next: UploadPage["next"];
  for (const upload of afterMarkers(all, query)) {
    if (!upload.key.startsWith(prefix)) continue;
    const end = delimiter === "" ? -1 : upload.key.indexOf(delimiter, prefix.length);
    const group = end < 0 ? undefined : upload.key.slice(0, end + delimiter.length);
    if (group !== undefined && (group === commonPrefixes.at(-1) || group === query.keyMarker)) {
      continue;
    }
    if (uploads.length + commonPrefixes.length >= limit) {
      return { uploads, commonPrefixes, next: limit === 0 ? undefined : next };
    }
    if (group === undefined) uploads.push(upload);
    else commonPrefixes.push(group);
    next = {
      keyMarker: group ?? upload.key,
      uploadIdMarker: group === undefined ? upload.uploadId : "",
    };
  }
  return { uploads, commonPrefixes, next: undefined };
}

function afterMarkers(all: readonly Upload[], query: UploadQuery): readonly Upload[] {
  const { keyMarker, uploadIdMarker } = query;
  if (keyMarker === "") return all;
  const marker = toByteString(keyMarker);
  return all.filter(
    ({ key, uploadId }) =>
      toByteString(key) > marker ||
      (key === keyMarker && uploadIdMarker !== "" && uploadId > uploadIdMarker),
  );
}
