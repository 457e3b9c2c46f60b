type Parser = (text: string) => unknown;

/** Fixed by PostgreSQL: https://github.com/postgres/postgres/blob/master/src/include/catalog/pg_type.dat */
const PARSERS: ReadonlyMap<number, Parser> = new Map<number, Parser>([
  [16, (text) => text === "t"], // bool
  [17, bytes],
  [21, Number], // int2
  [23, Number], // int4
  [114, JSON.parse], // json
  [700, Number], // float4
  [701, Number], // float8
  [1009, strings], // text[]
  [1082, refused("date")],
  [1114, refused("timestamp")],
  [1184, refused("timestamptz")],
  [1186, refused("interval")],
  [2951, strings], // uuid[]
  [3802, JSON.parse], // jsonb
]);

/**
 * How node-postgres reads the columns of our statements, whatever parsers the application has
 * registered and whatever the settings of the session are. Types that are not listed are strings.
 */
export const types = {
  getTypeParser: (type: number): Parser => PARSERS.get(type) ?? String,
};

/** Hexadecimal or, with `bytea_output = escape`, text with octal escapes. */
function bytes(text: string): Buffer {
  if (text.startsWith("\\x")) return Buffer.from(text.slice(2), "hex");
  const unescaped = text.replace(/\\(\\|[0-7]{3})/g, (_, escaped: string) =>
    escaped === "\\" ? escaped : String.fromCharCode(parseInt(escaped, 8)),
  );
  return Buffer.from(unescaped, "latin1");
}

/** An array of one dimension, whose elements are in quotes where they need them. */
function strings(text: string): (string | null)[] {
  const elements = text.slice(1, -1).matchAll(/"((?:[^"\\]|\\.)*)"|([^,]+)/gs);
  return Array.from(elements, ([, quoted, bare]) => {
    if (quoted !== undefined) return quoted.replace(/\\(.)/gs, "$1");
    return bare === undefined || bare === "NULL" ? null : bare;
  });
}

/** For types whose text depends on DateStyle or IntervalStyle. */
function refused(type: string): Parser {
  return () => {
    throw new TypeError(`A statement gives a bare ${type}; select to_json(…) of it instead`);
  };
}
