import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { basename } from "node:path";

import { InvalidInputError } from "../errors.js";
import { type ByteSource, sourceFailure } from "./byte-source.js";

/** What a path is refused with that names no file which this process may read. */
const NOT_READABLE = /^(EACCES|EISDIR|ELOOP|ENAMETOOLONG|ENODEV|ENOENT|ENOTDIR|ENXIO|EPERM)$/;

/** A file of this machine, as long as it is when it is opened. */
export async function fileSource(path: string): Promise<ByteSource> {
  // Without O_NONBLOCK, opening a named pipe would wait for a writer.
  const flags = constants.O_RDONLY | constants.O_NONBLOCK;
  const file = await open(path, flags).catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    if (!NOT_READABLE.test(code ?? "")) throw sourceFailure(error);
    throw new InvalidInputError("The path of the body cannot be opened for reading.", {
      cause: error,
    });
  });
  try {
    const stats = await file.stat();
    if (!stats.isFile()) {
      throw new InvalidInputError("The path of the body is not that of a regular file.");
    }
    let position = 0;
    return {
      byteLength: stats.size,
      filename: basename(path),
      async read(target) {
        try {
          const { bytesRead } = await file.read(target, 0, target.byteLength, position);
          position += bytesRead;
          return bytesRead;
        } catch (error) {
          throw sourceFailure(error);
        }
      },
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}
