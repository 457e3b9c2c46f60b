import type { Output } from "@repo/command-line/output";

import { HumanReporter } from "./human-reporter.js";
import { JsonReporter } from "./json-reporter.js";
import type { Reporter } from "./reporter.js";

export function createReporter(
  json: boolean,
  { stdout, stderr }: { stdout: Output; stderr: Output },
): Reporter {
  return json ? new JsonReporter(stdout, stderr) : new HumanReporter(stdout, stderr);
}
