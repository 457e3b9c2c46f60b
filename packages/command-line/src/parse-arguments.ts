import { parseArgs, type ParseArgsConfig } from "node:util";
import { isNativeError } from "node:util/types";

import { UsageError } from "./usage-error.js";

type Config = Omit<ParseArgsConfig, "args">;

/**
 * What `parseArgs` makes of a command line, of which `pnpm <script> -- --json` leaves the separator
 * in first place.
 *
 * @throws UsageError
 */
export function parseArguments<Options extends Config>(
  argv: readonly string[],
  config: Options,
): ReturnType<typeof parseArgs<Options>> {
  const args = argv[0] === "--" ? argv.slice(1) : [...argv];
  try {
    return parseArgs<Options>({ ...config, args });
  } catch (cause) {
    if (!isOfCommandLine(cause)) throw cause;
    throw new UsageError(cause.message, { cause });
  }
}

function isOfCommandLine(error: unknown): error is Error {
  if (!isNativeError(error) || !("code" in error)) return false;
  return typeof error.code === "string" && error.code.startsWith("ERR_PARSE_ARGS_");
}
