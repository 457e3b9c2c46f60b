import fc from "fast-check";

/** What JSON, a careless caller or a browser's form may hold, and what breaks careless code. */
const SPECIAL = [
  ...[undefined, null, true, NaN, -0, 0.5, -1, 2 ** 53, 1e308, Infinity, 10n, Symbol("x")],
  ...["", "\0", "\ud800", "../..", "null", "%", "x".repeat(100_000), "\u{10ffff}".repeat(300)],
  ...["0190f5a0-0000-7000-8000-00000000000A", "{0190f5a0-0000-7000-8000-00000000000a}"],
  ...[[], [[]], [null], Array(20_000).fill(0), Array(20_000).fill("x"), Array(3)],
  JSON.parse('{"constructor":null}'),
  JSON.parse('{"__proto__":null}'),
  JSON.parse('{"__proto__":{"body":1,"transaction":1}}'),
  JSON.parse('{"toString":null,"valueOf":null,"then":null,"length":-1}'),
  JSON.parse('{"path":"/etc/hostname"}'),
  Object.create(null),
  Object.fromEntries(Array.from({ length: 2_000 }, (_, index) => [`name${index}`, index])),
  ...[new Date(NaN), new Date(-8.64e15), new Date(8.64e15), new Date(0)],
  ...[Buffer.alloc(0), Buffer.alloc(100_000), new Uint8Array(5), new Float64Array(3)],
  ...[new ArrayBuffer(8), new Map([["a", 1]]), new String("boxed"), () => 1, class {}],
];

export const hostileValue = fc.oneof(
  { weight: 2, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
  { weight: 3, arbitrary: fc.constantFrom(...SPECIAL) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 300 }) },
);

/** Objects with these properties, some of them hostile, and whatever else may come in their place. */
export function hostileObject(valid) {
  const properties = Object.entries(valid).map(([name, values]) => [
    name,
    fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...values) }, hostileValue),
  ]);
  const object = fc.record(Object.fromEntries(properties), { requiredKeys: [] });
  return fc.oneof({ weight: 3, arbitrary: object }, hostileValue);
}
