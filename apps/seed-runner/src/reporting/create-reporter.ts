import { HumanReporter } from "./human-reporter.js";
import { JsonReporter } from "./json-reporter.js";
import type { Reporter } from "./reporter.js";

/** The reporter of this process. */
export function createReporter(json: boolean): Reporter {
  return json
    ? new JsonReporter(process.stdout, process.stderr)
    : new HumanReporter(process.stdout, process.stderr);
}
