import type { DirectRequest, DirectUpload } from "../../src/index.js";

/** What a client does with a direct upload, over plain HTTP; each gives the status of the answer. */

export async function sendPut(
  request: DirectRequest | null,
  bytes: Uint8Array,
  headers: Record<string, string> = {},
): Promise<number> {
  if (request === null) throw new Error("there is no PUT to send");
  const response = await fetch(request.url, {
    method: "PUT",
    headers: { ...request.headers, ...headers },
    body: bytes,
  });
  await response.arrayBuffer();
  return response.status;
}

export async function sendPost(
  form: DirectUpload["post"],
  bytes: Uint8Array,
  fields: Record<string, string> = {},
): Promise<number> {
  if (form === null) throw new Error("there is no form to send");
  const body = new FormData();
  for (const [name, value] of Object.entries({ ...form.fields, ...fields }))
    body.append(name, value);
  body.append("file", new Blob([bytes]), "file");
  const response = await fetch(form.url, { method: "POST", body });
  await response.arrayBuffer();
  return response.status;
}

/** Sends the parts, the last one first. */
export async function sendParts(
  parts: DirectUpload["parts"],
  bytes: Uint8Array,
): Promise<Set<number>> {
  const statuses = new Set<number>();
  for (const part of [...(parts ?? [])].reverse()) {
    const slice = bytes.subarray(part.offset, part.offset + part.byteSize);
    statuses.add(await sendPut(part, slice));
  }
  return statuses;
}
