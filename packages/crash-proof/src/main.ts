import { UsageError } from "@repo/command-line/usage-error";

import { HELP } from "./cli/help.js";
import { type Options, parseOptions } from "./cli/options.js";
import { jsonReporter, textReporter } from "./cli/reporter.js";

/** Cases of a quick run. */
const QUICK = 60;

/** Cases of a whole run, which take half an hour on two cores. */
const WHOLE = 900;

/** What `--only` names the proof of events by. */
const EVENTS = "events";

/** Uploads whose events are heard, in a whole run and in a quick one. */
const UPLOADS = { whole: 1_000, quick: 100 };

process.exitCode = await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<number> {
  let options: Options;
  try {
    options = parseOptions(argv);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\nRun with --help for the options.\n`);
    return 2;
  }
  if (options.help) {
    process.stdout.write(HELP);
    return 0;
  }
  return run(options);
}

async function run({ json, only, quick, sites, sabotage }: Options): Promise<number> {
  const [{ Troupe }, { prove }, { isClean, Tally }] = await Promise.all([
    import("./run/troupe.js"),
    import("./run/prove.js"),
    import("./run/tally.js"),
  ]);
  const { isHeard, proveEvents } = await import("./events/prove-events.js");
  const reporter = json ? jsonReporter(process.stdout) : textReporter(process.stdout);
  const interruption = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(name, () => {
      interruption.abort();
    });
  }
  if (only.length === 0 || only.includes(EVENTS)) {
    const uploads = quick ? UPLOADS.quick : UPLOADS.whole;
    const heard = await proveEvents(uploads, interruption.signal);
    reporter.heard(heard);
    if (interruption.signal.aborted) return 130;
    if (!isHeard(heard)) return 1;
    if (only.length > 0 && only.every((name) => name === EVENTS)) return 0;
  }
  const whole = only.length > 0 ? undefined : WHOLE;
  const sample = quick ? QUICK : whole;
  const tally = new Tally();
  const troupe = await Troupe.start(sites, sabotage);
  try {
    await prove(troupe, {
      only,
      sample,
      onOneKind: quick,
      signal: interruption.signal,
      onSkip: (useCases, why) => {
        reporter.skipped(useCases, why);
      },
      onPlan: (cases) => {
        reporter.planned(cases);
      },
      onResult: (result) => {
        tally.add(result);
        reporter.result(result);
      },
    });
  } finally {
    await troupe.stop();
  }
  const { summary } = tally;
  reporter.end(summary);
  if (interruption.signal.aborted) return 130;
  return summary.cases > 0 && isClean(summary) ? 0 : 1;
}
