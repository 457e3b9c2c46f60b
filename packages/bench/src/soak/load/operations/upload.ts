import type { Operation } from "../operation.js";
import type { OperationName } from "../operation-names.js";
import type { Sources } from "../sources.js";
import { WrongHashError } from "../wrong-hash-error.js";

/** Uploads one of these sources, and compares the hash that the store computed. */
export function upload(name: OperationName, from: keyof Sources): Operation {
  return {
    name,
    async run({ scope, sources, shelf, tally }) {
      const candidates = sources[from];
      const source = candidates[Math.floor(Math.random() * candidates.length)];
      if (source === undefined) return false;
      const { kind, byteSize, sha256 } = source;
      const { file } = await scope[kind].upload({ body: source.body() });
      shelf.add({ id: file.id, kind, byteSize, sha256 });
      tally.uploadedBytes += byteSize;
      if (file.sha256 !== sha256) throw new WrongHashError(file.id, file.sha256, sha256);
      return true;
    },
  };
}
