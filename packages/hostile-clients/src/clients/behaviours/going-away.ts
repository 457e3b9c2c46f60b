import type { Behaviour, Means } from "../behaviour.js";
import { NOTHING } from "../answer.js";
import { fileHead } from "../form.js";
import { FormRequest } from "../form-request.js";

/** Sends a part of a picture. */
async function sendSome({ port, picture, random }: Means): Promise<FormRequest> {
  const request = new FormRequest(port);
  await request.send(fileHead());
  await request.send(picture.bytes.subarray(0, Math.floor(random() * picture.bytes.byteLength)));
  return request;
}

export const goingAway: readonly Behaviour[] = [
  {
    name: "goes away in mid-file",
    async act(means) {
      (await sendSome(means)).hangUp();
      return [NOTHING];
    },
    right: [["nothing"]],
  },
  {
    name: "resets the connection in mid-file",
    async act(means) {
      (await sendSome(means)).reset();
      return [NOTHING];
    },
    right: [["nothing"]],
  },
];
