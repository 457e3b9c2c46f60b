import { spawn } from "node:child_process";
import { once } from "node:events";
import { pipeline } from "node:stream/promises";

import {
  type BeforeReady,
  FileRefusedError,
  type MediaBody,
  objectStoreProvider,
  type ObjectStoreOptions,
  type ObjectStoreProvider,
} from "@repo/object-store";

/** Has ClamAV read each file: `clamdscan`, or `clamscan` where its daemon does not run. */
function virusScanner(command: string, options: readonly string[]): BeforeReady {
  return async (_file, openBytes, { signal }) => {
    const bytes = await openBytes();
    const scan = spawn(command, [...options, "-"], {
      signal,
      stdio: ["pipe", "ignore", "inherit"],
    });
    const [ended] = await Promise.all([once(scan, "close"), pipeline(bytes, scan.stdin)]);
    const [status] = ended as [number | null];
    if (status === 1) throw new FileRefusedError("infected", "The file holds a virus.");
    if (status !== 0) throw new Error(`${command} ended with status ${status}`);
  };
}

export function scannedGallery(
  servers: Pick<ObjectStoreOptions, "database" | "s3">,
  command: string,
  options: readonly string[],
): ObjectStoreProvider {
  const beforeReady = virusScanner(command, options);
  return objectStoreProvider({ ...servers, beforeReady, beforeReadyTimeoutSeconds: 120 });
}

export async function addToGallery(store: ObjectStoreProvider, userId: string, body: MediaBody) {
  const rules = { formats: ["jpeg", "webp"], minWidth: 200, maxAspectRatio: 3 } as const;
  const { file, url } = await store.forUser(userId).images.upload({ body }, { rules });
  return { id: file.id, url };
}
