import { type CorsRule } from "./cors-rule.js";

/** A cross-origin request, or the one that a preflight asks about. */
export interface CorsRequest {
  readonly origin: string;
  readonly method: string;
  /** Names of the headers that the request will carry; empty for an actual request. */
  readonly headers: readonly string[];
}

/**
 * The headers that let a browser show the response to its page, by the first rule that allows the
 * request. Undefined when none does.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html
 */
export function corsHeaders(
  rules: readonly CorsRule[],
  request: CorsRequest,
): Record<string, string> | undefined {
  const rule = rules.find((candidate) => allows(candidate, request));
  if (rule === undefined) return undefined;
  const anyOrigin = rule.allowedOrigins.includes("*");
  return {
    "access-control-allow-origin": anyOrigin ? "*" : request.origin,
    "access-control-allow-methods": rule.allowedMethods.join(", "),
    ...(anyOrigin ? {} : { "access-control-allow-credentials": "true" }),
    ...(request.headers.length > 0
      ? { "access-control-allow-headers": request.headers.join(", ") }
      : {}),
    ...(rule.exposeHeaders.length > 0
      ? { "access-control-expose-headers": rule.exposeHeaders.join(", ") }
      : {}),
    ...(rule.maxAgeSeconds === undefined
      ? {}
      : { "access-control-max-age": String(rule.maxAgeSeconds) }),
    vary: "Origin, Access-Control-Request-Headers, Access-Control-Request-Method",
  };
}

function allows(rule: CorsRule, { origin, method, headers }: CorsRequest): boolean {
  return (
    rule.allowedOrigins.some((pattern) => fits(pattern, origin)) &&
    rule.allowedMethods.includes(method) &&
    headers.every((name) =>
      rule.allowedHeaders.some((pattern) => fits(pattern.toLowerCase(), name.toLowerCase())),
    )
  );
}

/** Whether `text` equals `pattern`, in which one `*` stands for any characters. */
function fits(pattern: string, text: string): boolean {
  const [start = "", end] = pattern.split("*");
  if (end === undefined) return pattern === text;
  return text.length >= start.length + end.length && text.startsWith(start) && text.endsWith(end);
}
