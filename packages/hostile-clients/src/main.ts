import { ExitCode } from "@repo/command-line/exit-code";
import { explain } from "@repo/command-line/explain";
import { UsageError } from "@repo/command-line/usage-error";

import { HELP } from "./cli/help.js";
import { parseOptions } from "./cli/options.js";

process.exitCode = await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<number> {
  try {
    const { help, ...options } = parseOptions(argv);
    if (help) {
      process.stdout.write(HELP);
      return ExitCode.ok;
    }
    const [{ prove }, { textOf }] = await Promise.all([
      import("./run/prove.js"),
      import("./run/report.js"),
    ]);
    const report = await prove(options);
    process.stdout.write(`${JSON.stringify(report)}\n`);
    process.stderr.write(`${textOf(report)}\n`);
    return report.findings.length === 0 ? ExitCode.ok : ExitCode.failure;
  } catch (error) {
    process.stderr.write(`${explain(error)}\n`);
    return error instanceof UsageError ? ExitCode.usage : ExitCode.failure;
  }
}
