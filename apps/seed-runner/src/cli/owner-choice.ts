import { UsageError } from "@repo/command-line/usage-error";

/** Who shall own imported files: a user by id, or nobody: system-wide files. */
export type OwnerChoice = { kind: "system" } | { kind: "user"; id: string };

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** @throws UsageError */
export function parseOwner(value: string | undefined): OwnerChoice {
  if (value === undefined || value === "system") return { kind: "system" };
  if (UUID.test(value)) return { kind: "user", id: value.toLowerCase() };
  throw new UsageError(
    `--owner takes the UUID of a user, or "system" for system-wide files, not ${JSON.stringify(value)}.`,
  );
}
