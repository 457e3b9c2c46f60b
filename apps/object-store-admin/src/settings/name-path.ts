/** A part of a path of names: plain, or in double quotes as in SQL, where a dot is part of it. */
const PART = /(?:"((?:[^"]|"")+)"|([^".]+))(?:\.(?!$)|$)/y;

/** The names of a path such as `schema.table` or `"my.schema".table`; undefined for what is none. */
export function namePath(value: string): string[] | undefined {
  const names: string[] = [];
  PART.lastIndex = 0;
  while (PART.lastIndex < value.length) {
    const [, quoted, plain] = PART.exec(value) ?? [];
    const name = quoted?.replaceAll('""', '"') ?? plain;
    if (name === undefined) return undefined;
    names.push(name);
  }
  return names;
}
