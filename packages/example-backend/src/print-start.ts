import type { Backend } from "./backend.js";

/** Prints where the application listens, and a token for each user. */
export function printStart(origin: string, { tokens, users }: Backend): void {
  console.log(`listening on ${origin}`);
  for (const [name, id] of Object.entries(users)) {
    console.log(`export ${name.toUpperCase()}='Authorization: Bearer ${tokens.issue(id)}'`);
  }
}
