import { main } from "./cli/main.js";

void main(process.argv.slice(2)).then(({ code, interrupted }) => {
  if (interrupted) process.exit(code);
  process.exitCode = code;
});
