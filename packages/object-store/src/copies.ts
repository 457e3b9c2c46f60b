import { fileURLToPath } from "node:url";

const states = globalThis as { [key: symbol]: Set<string> | undefined };

/** The folders of the copies of this package in the process: an application and a library may have one each. */
const COPIES = (states[Symbol.for("@repo/object-store/copies")] ??= new Set());
COPIES.add(fileURLToPath(new URL(".", import.meta.url)));

/** A sentence that names the copies where there is more than one, with a space before it. */
export function otherCopies(): string {
  if (COPIES.size < 2) return "";
  return ` This process has ${COPIES.size} copies of the package: ${[...COPIES].join(", ")}. Give all of them one version.`;
}
