import { UsageError } from "@repo/command-line/usage-error";
import type { OwnerType } from "@repo/object-store/migrations";

const FORMS: Readonly<Record<OwnerType, RegExp>> = {
  uuid: /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i,
  integer: /^-?\d{1,10}$/,
  bigint: /^-?\d{1,19}$/,
  text: /./s,
};

/**
 * A user's id as the command line has it.
 *
 * @throws UsageError
 */
export function ownerIdOf(text: string, type: OwnerType = "uuid"): string | number {
  if (!FORMS[type].test(text)) {
    const came = JSON.stringify(text);
    throw new UsageError(`A user's id is of the type ${type} (OWNER_TYPE), which ${came} is not.`);
  }
  return type === "integer" ? Number(text) : text;
}
