import type { UseCase } from "./use-case.js";

/** A quota that everything has room in: what counts is that nothing is lost of it. */
export const QUOTA = { bytes: 1_000_000_000_000, files: 1_000_000 };

/** The use cases that are played once more with a quota. */
const COUNTED = [
  { name: "upload small" },
  { name: "upload large, unknown length", kinds: ["audio"], oneIn: 2 },
  { name: "idempotent retry", oneIn: 2 },
  { name: "delete" },
  { name: "direct upload", oneIn: 2 },
  { name: "transaction with upload and delete, rolled back", oneIn: 2 },
] satisfies readonly Pick<UseCase, "name" | "kinds" | "oneIn">[];

/** The same by a store that counts what its user has. */
export function counting(useCases: readonly UseCase[]): UseCase[] {
  return COUNTED.map(({ name, ...rest }) => {
    const plain = useCases.find((useCase) => useCase.name === name);
    if (plain === undefined) throw new Error(`there is no use case ${JSON.stringify(name)}`);
    return { ...plain, ...rest, name: `${name}, counted`, hasQuota: true };
  });
}
