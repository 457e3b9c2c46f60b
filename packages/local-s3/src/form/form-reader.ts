import { S3Error } from "../errors.js";
import { ByteReader } from "../payload/byte-reader.js";

/** All fields before the file: 20 KB, as S3 has it. */
const MAX_FIELD_BYTES = 20_000;
const MAX_LINE_BYTES = 4096;

/** A `multipart/form-data` body up to its file; what follows the file is ignored, as S3 does. */
export interface UploadForm {
  /** Values by lower-case name. */
  readonly fields: ReadonlyMap<string, string>;
  /** The name that the browser gives the file; empty when it gives none. */
  readonly fileName: string;
  /** The bytes of the `file` field; to be read to the end. */
  readonly file: AsyncIterable<Buffer>;
}

/**
 * Reads a form's fields into memory and leaves its file to be streamed (RFC 7578).
 *
 * @throws {S3Error} MalformedPOSTRequest, MaxMessageLengthExceeded, InvalidArgument or IncompleteBody
 */
export async function readForm(
  body: AsyncIterable<Buffer>,
  contentType: string,
): Promise<UploadForm> {
  const boundary = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType);
  if (boundary === null) throw new S3Error("MalformedPOSTRequest");
  const delimiter = Buffer.from(`\r\n--${boundary[1] ?? boundary[2] ?? ""}`, "latin1");
  const reader = new ByteReader(body);
  const fields = new Map<string, string>();
  if ((await reader.line(MAX_LINE_BYTES)) !== delimiter.toString("latin1").slice(2)) {
    throw new S3Error("MalformedPOSTRequest");
  }
  for (let left = MAX_FIELD_BYTES; ;) {
    const { name, fileName } = await readPartHeaders(reader);
    if (name === "file") return { fields, fileName, file: reader.until(delimiter) };
    const value = await readValue(reader.until(delimiter), left);
    left -= value.length;
    if (fields.has(name)) throw oneOnly(name);
    fields.set(name, value.toString("utf8"));
    const end = await reader.line(MAX_LINE_BYTES);
    if (end === "--") throw oneOnly("file");
    if (end !== "") throw new S3Error("MalformedPOSTRequest");
  }
}

async function readPartHeaders(reader: ByteReader): Promise<{ name: string; fileName: string }> {
  let disposition = "";
  for (let lines = 0; ; lines++) {
    const line = await reader.line(MAX_LINE_BYTES);
    if (line === "") break;
    if (lines > 10) throw new S3Error("MalformedPOSTRequest");
    if (/^content-disposition:/i.test(line)) {
      disposition = Buffer.from(line, "latin1").toString("utf8");
    }
  }
  const name = parameter(disposition, "name");
  if (name === undefined) throw new S3Error("MalformedPOSTRequest");
  return { name: name.toLowerCase(), fileName: parameter(disposition, "filename") ?? "" };
}

function parameter(disposition: string, name: string): string | undefined {
  return new RegExp(`;\\s*${name}="([^"]*)"`, "i").exec(disposition)?.[1];
}

async function readValue(chunks: AsyncIterable<Buffer>, maxBytes: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > maxBytes) {
      throw new S3Error("MaxMessageLengthExceeded", undefined, {
        MaxMessageLengthBytes: String(MAX_FIELD_BYTES),
      });
    }
    pieces.push(chunk);
  }
  return Buffer.concat(pieces);
}

function oneOnly(name: string): S3Error {
  return new S3Error("InvalidArgument", `POST requires exactly one "${name}" field per request.`, {
    ArgumentName: name,
  });
}
