import {
  DirectUploadError,
  type DirectUploadRequests,
  uploadDirectly,
} from "@repo/direct-upload-client";
import type { MediaScope } from "@repo/object-store";

/** On your server: what is left to send of a direct upload, or null. */
export async function restOfUpload({ images }: MediaScope, directUploadId: string) {
  const { requests } = await images.directUpload(directUploadId, { withRequests: true });
  return requests;
}

interface Page {
  /** Requests `restOfUpload` from your server. */
  askRest: () => Promise<DirectUploadRequests | null>;
  show: (percent: number) => void;
  signal: AbortSignal;
}

/** In the browser: sends a file, or what is left of it, and says whether S3 has all of it. */
export async function sendFile(file: Blob, upload: DirectUploadRequests | null, page: Page) {
  try {
    await uploadDirectly(file, upload, {
      signal: page.signal,
      onProgress({ sentBytes, byteSize }) {
        page.show((100 * sentBytes) / byteSize);
      },
      refresh: page.askRest,
    });
    return true;
  } catch (error) {
    if (!(error instanceof DirectUploadError)) throw error;
    // These can go on later: with what `askRest` gives then.
    if (error.code === "upload_aborted" || error.code === "upload_interrupted") return false;
    throw error;
  }
}
