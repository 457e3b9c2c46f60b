import type { ObjectStoreMaintenance } from "@repo/object-store/maintenance";
import type { OwnerType } from "@repo/object-store/migrations";

import type { Printer } from "../output/printer.js";

/** What a command on files works with. */
export interface Tools {
  maintenance: ObjectStoreMaintenance<OwnerType>;
  printer: Printer;
  /** Whether somebody is at the terminal to answer a question. */
  canAsk: boolean;
  signal: AbortSignal;
  /**
   * A user's id as the command line has it.
   *
   * @throws UsageError
   */
  ownerId: (text: string) => string | number;
}

/** The options that were given; a missing one leaves the default of the module. */
export function given<Options extends object>(
  options: Options,
): {
  [Name in keyof Options]?: Exclude<Options[Name], undefined>;
} {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as ReturnType<typeof given<Options>>;
}
