import { getSystemErrorMap } from "node:util";

/** The `code` of an error of Node or of a library, such as `ENOENT`. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** What an error says, also when it is none. */
export function errorMessage(error: unknown): string {
  if (typeof error !== "object" || error === null || !("message" in error)) return String(error);
  return String(error.message);
}

/** Why the system refused a call, in its words: `permission denied`. */
export function systemReason(error: unknown): string {
  const code = errorCode(error);
  for (const [name, reason] of getSystemErrorMap().values()) {
    if (name === code) return reason;
  }
  return errorMessage(error);
}
