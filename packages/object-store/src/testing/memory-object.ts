import { createHash } from "node:crypto";

/** An object as a memory storage keeps it. */
export interface MemoryObject {
  readonly bytes: Buffer;
  readonly contentType: string;
  /** Quoted, as RFC 9110 has it. */
  readonly etag: string;
  readonly lastModified: Date;
}

export function memoryObject(bytes: Buffer, contentType: string): MemoryObject {
  const digest = createHash("md5").update(bytes).digest("hex");
  return { bytes, contentType, etag: `"${digest}"`, lastModified: new Date() };
}
