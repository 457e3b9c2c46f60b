const BOUNDARY = "boundary-of-the-form";

export const FORM_TYPE = `multipart/form-data; boundary=${BOUNDARY}`;

/** What begins a file of a form; its bytes follow. */
export function fileHead(filename = "picture.png"): Buffer {
  return Buffer.from(
    `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="${filename}"\r\n` +
      "Content-Type: application/octet-stream\r\n\r\n",
  );
}

export const FILE_END = Buffer.from("\r\n");

export function field(name: string, value: string): Buffer {
  const head = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n`;
  return Buffer.from(`${head}${value}\r\n`);
}

export const FORM_END = Buffer.from(`--${BOUNDARY}--\r\n`);

/** A whole form with one file. */
export function formOf(file: Uint8Array): Buffer {
  return Buffer.concat([fileHead(), file, FILE_END, FORM_END]);
}
