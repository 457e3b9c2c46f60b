import { readCommandLine, USAGE } from "./cli-options.js";
import { startLocalS3 } from "./server/start.js";

const EXIT_USAGE = 2;

async function main(): Promise<void> {
  let options;
  try {
    options = readCommandLine(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`local-s3: ${messageOf(error)}\n\n${USAGE}`);
    process.exitCode = EXIT_USAGE;
    return;
  }
  if (options === "help") {
    process.stdout.write(USAGE);
    return;
  }
  const server = await startLocalS3(options);
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      server.close().catch(fail);
    });
  }
  process.stderr.write("local-s3 is for development and tests only: do not use it in production\n");
  process.stdout.write(`listening on ${server.endpoint}\n`);
}

function fail(error: unknown): void {
  process.stderr.write(`local-s3: ${messageOf(error)}\n`);
  process.exitCode = 1;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

main().catch(fail);
