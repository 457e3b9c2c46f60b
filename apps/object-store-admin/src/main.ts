import { main } from "./cli/main.js";

const { code, interrupted } = await main(process.argv.slice(2));
if (interrupted) process.exit(code);
process.exitCode = code;
