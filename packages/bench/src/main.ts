import { benches } from "./benches.js";
import { type Command, readCommandLine, USAGE } from "./cli/command-line.js";
import { externalS3 } from "./cli/external-s3.js";
import { select, type Selected } from "./cli/select.js";
import type { Result } from "./report/evaluate.js";
import { table } from "./report/table.js";
import { runCase } from "./runner/run-case.js";
import type { S3Address } from "./services/service-addresses.js";
import { startServices } from "./services/start-services.js";

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
const ROUNDS = 5;
const QUICK_ROUNDS = 2;

async function main(): Promise<void> {
  let command: Command;
  let selected: Selected[];
  let external: S3Address | undefined;
  try {
    command = readCommandLine(process.argv.slice(2));
    selected = select(benches, command.only);
    external = externalS3(process.env);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    process.exitCode = EXIT_USAGE;
    return;
  }
  if (command.help) process.stdout.write(USAGE);
  else if (command.list) list(selected);
  else await run(command, selected, external);
}

function list(selected: readonly Selected[]): void {
  for (const { bench, benchCase } of selected) {
    process.stdout.write(`${bench.name}/${benchCase.name}\n`);
  }
}

async function run(
  command: Command,
  selected: readonly Selected[],
  external: S3Address | undefined,
): Promise<void> {
  const onPlatform = selected.filter(
    ({ benchCase: { platform = process.platform } }) => platform === process.platform,
  );
  const available = onPlatform.filter(
    ({ benchCase }) => external !== undefined || !benchCase.needs.includes("external"),
  );
  skip(selected.length - onPlatform.length, "they are for another system");
  skip(onPlatform.length - available.length, "no external S3 server is given");
  const needs = new Set(available.flatMap(({ benchCase }) => benchCase.needs));
  const starting = startServices(needs, external);
  const stop = (): void => {
    void starting.then((started) => started.stop()).finally(() => process.exit(EXIT_FAILED));
  };
  process.once("SIGINT", stop).once("SIGTERM", stop);
  const services = await starting;
  const rounds = command.rounds ?? (command.quick ? QUICK_ROUNDS : ROUNDS);
  const results: Result[] = [];
  try {
    for (const { bench, benchCase } of available) {
      process.stderr.write(`${bench.name}/${benchCase.name} …\n`);
      const lines = await runCase(bench, benchCase, { services: services.addresses, rounds });
      if (command.json) for (const line of lines) process.stdout.write(`${JSON.stringify(line)}\n`);
      results.push(...lines);
    }
  } finally {
    await services.stop();
  }
  (command.json ? process.stderr : process.stdout).write(`${table(results)}\n`);
}

function skip(count: number, reason: string): void {
  if (count > 0) process.stderr.write(`${count} cases skipped: ${reason}\n`);
}

await main();
