import { main } from "./cli/main.js";

const { code, interrupted } = await main(process.argv.slice(2));
// What an interrupted run has under way besides its services must not keep the process alive.
if (interrupted) process.exit(code);
process.exitCode = code;
