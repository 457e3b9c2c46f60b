import { access, constants, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

import { ExitCode } from "@repo/command-line/exit-code";
import { explain } from "@repo/command-line/explain";
import { listenForInterruption } from "@repo/command-line/interruption";
import { SetupError } from "@repo/command-line/setup-error";
import { UsageError } from "@repo/command-line/usage-error";

import { HELP } from "./cli/help.js";
import { type Options, parseOptions } from "./cli/options.js";
import { progressTo } from "./cli/progress.js";
import { summaryText } from "./cli/summary-text.js";
import { picture } from "./picture/picture.js";
import { isClean } from "./summary.js";

const interruption = listenForInterruption();
const code = await runAndExplain(process.argv.slice(2), interruption.signal);
process.exitCode = interruption.exitCode() ?? code;

async function runAndExplain(argv: readonly string[], signal: AbortSignal): Promise<number> {
  try {
    const options = parseOptions(argv);
    if (!options.help) return await run(options, signal);
    process.stdout.write(HELP);
    return ExitCode.ok;
  } catch (error) {
    process.stderr.write(`${explain(error)}\n`);
    return error instanceof UsageError ? ExitCode.usage : ExitCode.failure;
  }
}

async function run(options: Options, signal: AbortSignal): Promise<number> {
  await checkFolder(options.svg);
  // The README says which Node versions the SDK supports and until when; not on every run.
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";
  const { runSoak } = await import("./run-soak.js");
  const { concurrency, json } = options;
  const seconds = 60 * options.minutes;
  const onSample = progressTo(process.stderr, seconds);
  const { summary, samples } = await runSoak({ seconds, concurrency, signal, onSample });
  process.stdout.write(`${json ? JSON.stringify(summary) : summaryText(summary)}\n`);
  await writeFile(options.svg, picture(samples, summary));
  return isClean(summary) ? ExitCode.ok : ExitCode.failure;
}

/** @throws SetupError before a long run, rather than at its end */
async function checkFolder(svg: string): Promise<void> {
  const folder = dirname(svg);
  try {
    await access(folder, constants.W_OK);
  } catch (cause) {
    throw new SetupError(`The picture cannot be written to ${folder}.`, { cause });
  }
}
