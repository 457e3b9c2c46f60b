import { UsageError } from "@repo/command-line/usage-error";

export type Environment = Readonly<Record<string, string | undefined>>;

/** @throws UsageError naming the variables that are missing */
export function required(environment: Environment, names: readonly string[]): string[] {
  const missing = names.filter((name) => !environment[name]);
  if (missing.length > 0) {
    const be = missing.length === 1 ? "is" : "are";
    throw new UsageError(`${missing.join(", ")} ${be} not set in the environment.`);
  }
  return names.map((name) => environment[name] ?? "");
}

/** @throws UsageError naming the variable, never its value */
export function checkedUrl(name: string, value: string, protocols: readonly string[]): string {
  if (URL.canParse(value) && protocols.includes(new URL(value).protocol)) return value;
  const forms = protocols.map((protocol) => `${protocol}//`).join(" or ");
  throw new UsageError(`${name} must be a URL that begins with ${forms}.`);
}

/**
 * The JSON object of a variable; an empty one when it is not set.
 *
 * @throws UsageError
 */
export function jsonObject(environment: Environment, name: string, example: string): object {
  const value = parsedJson(environment[name] || "{}");
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw new UsageError(`${name} must be a JSON object such as ${example}.`);
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
