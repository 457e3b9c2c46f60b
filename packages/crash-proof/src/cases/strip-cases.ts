import { erase, remove, removeMany } from "./acts.js";
import { strip } from "./strip-acts.js";
import type { UseCase } from "./use-case.js";

/** What who strips a file that is deleted meanwhile may be told. */
const GONE = ["file_not_found"];

/** The use cases that are played once more with personal data removed before anything is stored. */
const STRIPPED = [
  { name: "upload small" },
  // What is left of a large picture is small: most of it is filler.
  { name: "upload large, known length", kinds: ["audio"], oneIn: 2 },
  { name: "upload large, unknown length", kinds: ["audio"], oneIn: 2 },
  { name: "idempotent retry", oneIn: 2 },
  { name: "direct upload", oneIn: 2 },
  { name: "direct upload in a transaction", oneIn: 4 },
  { name: "transaction with upload", oneIn: 2 },
  { name: "transaction with upload and delete, rolled back", oneIn: 4 },
] satisfies readonly Pick<UseCase, "name" | "kinds" | "oneIn">[];

/** The same by a store that removes personal data. */
export function stripping(useCases: readonly UseCase[]): UseCase[] {
  return STRIPPED.map(({ name, ...rest }) => {
    const plain = useCases.find((useCase) => useCase.name === name);
    if (plain === undefined) throw new Error(`there is no use case ${JSON.stringify(name)}`);
    return { ...plain, ...rest, name: `${name}, stripped`, privacy: "all" };
  });
}

/** Personal data that is removed from stored files. */
export const STRIP_CASES: readonly UseCase[] = [
  { name: "strip", files: 2, afterwards: "strip again", run: (props) => strip(props) },
  {
    name: "strip in two processes at once",
    kinds: ["image"],
    files: 2,
    atOnce: true,
    afterwards: "strip again",
    async run(props) {
      await Promise.all([strip(props), strip(props, props.inAnotherProcess().maintenance)]);
    },
  },
  {
    name: "strip with variants",
    kinds: ["image"],
    files: 1,
    variants: ["page"],
    oneIn: 4,
    afterwards: "strip again",
    run: (props) => strip(props),
  },
  {
    name: "delete while strip reads the file",
    kinds: ["audio"],
    files: 1,
    meets: GONE,
    afterwards: "strip again",
    async run(props) {
      props.before("get", () => remove(props, 0));
      await strip(props);
    },
  },
  {
    name: "delete while strip replaces the file",
    kinds: ["image"],
    files: 1,
    meets: GONE,
    afterwards: "strip again",
    async run(props) {
      props.before("put", () => remove(props, 0));
      await strip(props);
    },
  },
  {
    name: "batch delete while files are stripped",
    kinds: ["audio"],
    files: 3,
    atOnce: true,
    meets: GONE,
    afterwards: "strip again",
    run: (props) => Promise.all([strip(props), removeMany(props)]),
  },
  {
    name: "erase while files are stripped",
    kinds: ["image"],
    files: 2,
    oneIn: 2,
    meets: GONE,
    afterwards: "erase",
    async run(props) {
      props.before("put", () => erase(props));
      await strip(props);
    },
  },
];
