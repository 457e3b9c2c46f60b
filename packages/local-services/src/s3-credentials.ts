import { randomBytes } from "node:crypto";
import { readFile, rename, writeFile } from "node:fs/promises";

export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/**
 * The key pair kept in `file`, made now if there is none. Only its owner may read the file. One
 * process at a time: the caller holds the data directory.
 */
export async function ensureS3Credentials(file: string): Promise<S3Credentials> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as S3Credentials;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  const credentials = {
    accessKeyId: `LOCAL${randomBytes(8).toString("hex").toUpperCase()}`,
    secretAccessKey: randomBytes(30).toString("base64url"),
  };
  const aside = `${file}.new`;
  await writeFile(aside, `${JSON.stringify(credentials, null, 2)}\n`, { mode: 0o600 });
  await rename(aside, file);
  return credentials;
}
