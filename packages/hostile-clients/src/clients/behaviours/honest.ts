import { type Answer, NOTHING, TOO_SLOW } from "../answer.js";
import type { Behaviour, Means } from "../behaviour.js";
import { formOf } from "../form.js";
import { FormRequest } from "../form-request.js";
import { PATIENCE } from "../patience.js";

/** How often a client sends what was too slow. */
const ATTEMPTS = 5;

export const honest: Behaviour = {
  name: "sends a picture",
  async act(means) {
    let answer = NOTHING;
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      answer = await send(means);
      if (!TOO_SLOW.includes(answer.code)) break;
    }
    return [answer];
  },
  right: [["stored"]],
  isHonest: true,
};

async function send({ port, picture }: Means): Promise<Answer> {
  const form = formOf(picture.bytes);
  const request = new FormRequest(port, { "Content-Length": form.byteLength });
  await request.send(form);
  request.end();
  return request.answer(PATIENCE);
}
