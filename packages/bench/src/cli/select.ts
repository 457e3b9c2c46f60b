import type { Bench, BenchCase } from "../bench.js";

export interface Selected {
  readonly bench: Bench;
  readonly benchCase: BenchCase;
}

/**
 * The cases that `--only` names, all when it names none.
 *
 * @throws TypeError when a name fits nothing
 */
export function select(benches: readonly Bench[], only: readonly string[]): Selected[] {
  const all = benches.flatMap((bench) => bench.cases.map((benchCase) => ({ bench, benchCase })));
  const unknown = only.find((name) => !all.some((selected) => fits(selected, name)));
  if (unknown !== undefined) throw new TypeError(`no benchmark is called ${unknown}`);
  if (only.length === 0) return all;
  return all.filter((selected) => only.some((name) => fits(selected, name)));
}

function fits({ bench, benchCase }: Selected, name: string): boolean {
  const isCase = name.startsWith(`${bench.name}/`);
  return name === bench.name || (isCase && `${bench.name}/${benchCase.name}`.startsWith(name));
}
