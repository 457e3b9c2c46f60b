import { randomBytes } from "node:crypto";

import { SETTINGS } from "../../settings.js";
import type { Behaviour, Means } from "../behaviour.js";
import { field, FILE_END, fileHead, FORM_END, FORM_TYPE, formOf } from "../form.js";
import { FormRequest } from "../form-request.js";
import { PATIENCE } from "../patience.js";

interface Body {
  readonly body: Uint8Array;
  /** The type of its form, unless told. */
  readonly contentType?: string;
  /** Its own length, unless told. */
  readonly contentLength?: number;
}

/** Sends a body to its end, whatever it is. */
function sending(
  name: string,
  bodyOf: (means: Means) => Body,
  ...codes: readonly string[]
): Behaviour {
  return {
    name,
    async act(means) {
      const { body, contentType = FORM_TYPE, contentLength = body.byteLength } = bodyOf(means);
      const request = new FormRequest(means.port, {
        "Content-Type": contentType,
        "Content-Length": contentLength,
      });
      await request.send(body);
      request.end();
      return [await request.answer(PATIENCE)];
    },
    right: [codes],
  };
}

function manyFields(): Buffer {
  const fields = Array.from({ length: 1_000 }, (_, at) => field(`field ${at}`, "value"));
  return Buffer.concat([...fields, FORM_END]);
}

/** Requests that come to an end, and that no browser sends. */
export const broken: readonly Behaviour[] = [
  sending(
    "announces less than it sends",
    ({ picture }) => ({
      body: formOf(picture.bytes),
      contentLength: Math.floor(picture.bytes.byteLength / 2),
    }),
    "invalid_input",
    // What follows is no request: the server answers to that, and hangs up.
    "http 400",
    "nothing",
  ),
  sending(
    "sends a file that the parser cuts",
    ({ picture }) => {
      const excess = Buffer.alloc(SETTINGS.maxBytes + 100_000 - picture.bytes.byteLength);
      return { body: formOf(Buffer.concat([picture.bytes, excess])) };
    },
    "file_too_large",
  ),
  sending(
    "ends a form in mid-file",
    ({ picture }) => ({ body: formOf(picture.bytes).subarray(0, -100) }),
    "invalid_input",
  ),
  sending(
    "ends a form in its last boundary",
    ({ picture }) => ({ body: formOf(picture.bytes).subarray(0, -3) }),
    // The file has come whole.
    "stored",
    "invalid_input",
  ),
  sending("sends no file", () => ({ body: manyFields() }), "invalid_input"),
  sending(
    "sends an empty file",
    () => ({ body: Buffer.concat([fileHead(""), FILE_END, FORM_END]) }),
    "empty_file",
    "invalid_input",
  ),
  sending(
    "sends several files",
    ({ picture }) => {
      const part = Buffer.concat([fileHead(), picture.bytes, FILE_END]);
      return { body: Buffer.concat([part, part, part, FORM_END]) };
    },
    // The first one alone, or none.
    "stored",
    "invalid_input",
  ),
  sending("sends garbage", () => ({ body: randomBytes(200_000) }), "invalid_input"),
  sending(
    "sends a form without a boundary",
    ({ picture }) => ({ body: formOf(picture.bytes), contentType: "multipart/form-data" }),
    "invalid_input",
  ),
  sending(
    "sends no form",
    ({ picture }) => ({ body: picture.bytes, contentType: "image/png" }),
    "invalid_input",
    "FST_ERR_CTP_INVALID_MEDIA_TYPE",
  ),
  sending(
    "sends text as a picture",
    () => ({ body: formOf(Buffer.alloc(3_000_000, "text ")) }),
    "unsupported_media_type",
  ),
];
