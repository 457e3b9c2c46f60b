import { printable } from "./printable.js";
import { SetupError } from "./setup-error.js";
import { UsageError } from "./usage-error.js";

/** An error for the person at the terminal: what happened, why, and what to do next. */
export function explain(error: unknown): string {
  if (error instanceof UsageError) {
    return `${printable(error.message)}\nRun with --help for the options.`;
  }
  if (error instanceof SetupError || hasCode(error)) {
    return causes(error)
      .map((message, depth) => `${"  ".repeat(depth)}${printable(message)}`)
      .join("\n");
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** Errors with a code are expected ones; anything else is a defect and shows its stack. */
function hasCode(error: unknown): error is Error & { code: string } {
  return error instanceof Error && "code" in error && typeof error.code === "string";
}

function causes(error: Error): string[] {
  const messages = [error.message];
  let cause = error.cause;
  while (cause instanceof Error && messages.length < 5) {
    const message = messageOf(cause);
    if (messages.at(-1)?.includes(message) !== true) messages.push(message);
    cause = cause.cause;
  }
  return messages;
}

/** Node gives a refused connection to several addresses as an AggregateError without a message. */
function messageOf(error: Error): string {
  if (error.message !== "" || !(error instanceof AggregateError)) return error.message;
  return error.errors.map((inner) => (inner instanceof Error ? inner.message : "")).join("; ");
}
