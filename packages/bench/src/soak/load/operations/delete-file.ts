import type { Operation } from "../operation.js";

export const deleteFile: Operation = {
  name: "delete",
  async run({ scope, shelf }) {
    const file = shelf.take();
    if (file === undefined) return false;
    await scope[file.kind].delete(file.id);
    return true;
  },
};
