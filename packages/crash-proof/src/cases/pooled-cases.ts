import type { Kind } from "../job.js";
import type { UseCase } from "./use-case.js";

/** Of the use cases that are played once more with a pooler between, the kind of file of each. */
const POOLED: Readonly<Record<string, Kind>> = {
  "upload small": "image",
  "idempotent retry": "audio",
  "direct upload": "image",
  delete: "audio",
  "batch delete": "image",
  "transaction with upload": "audio",
  "transaction with delete": "image",
  sweep: "audio",
  erase: "image",
  "migration up, down and up again": "image",
};

/** The same with PgBouncer in transaction mode between the process and PostgreSQL. */
export function behindPooler(useCases: readonly UseCase[]): UseCase[] {
  return Object.entries(POOLED).map(([name, kind]) => {
    const direct = useCases.find((useCase) => useCase.name === name);
    if (direct === undefined) throw new Error(`there is no use case ${JSON.stringify(name)}`);
    const { oneIn = 1 } = direct;
    return {
      ...direct,
      name: `${name}, pooler between`,
      kinds: [kind],
      pooler: "transaction",
      oneIn: 2 * oneIn,
    };
  });
}
