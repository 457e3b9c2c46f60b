import type { DirectUpload, MediaScope } from "@repo/object-store";

/** In your application: what the browser asks for first, with the name, size and type of its file. */
export async function beginUpload({ images }: MediaScope, { name, size, type }: File) {
  return images.createDirectUpload({ filename: name, byteSize: size, contentType: type });
}

/** In the browser: sends the file straight to S3, whole or in parts. */
export async function sendToS3({ put, parts }: DirectUpload, file: Blob) {
  const whole = put === null ? [] : [{ ...put, offset: 0, byteSize: file.size }];
  for (const { url, headers, offset, byteSize } of parts ?? whole) {
    const body = file.slice(offset, offset + byteSize);
    const answer = await fetch(url, { method: "PUT", headers, body });
    if (!answer.ok) throw new Error(`S3 answered ${answer.status}`);
  }
}

/** In your application again, once the browser has sent everything. */
export async function finishUpload({ images }: MediaScope, directUploadId: string) {
  const { file, url } = await images.completeDirectUpload(directUploadId);
  return { id: file.id, width: file.width, height: file.height, url };
}
