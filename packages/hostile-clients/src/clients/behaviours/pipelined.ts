import { connect } from "node:net";

import { type Answer, answerOf } from "../answer.js";
import type { Behaviour } from "../behaviour.js";
import { FORM_TYPE, formOf } from "../form.js";
import { PATIENCE } from "../patience.js";

const TEXT = Buffer.alloc(300_000, "text ");

/** Requests at once on one connection, of which the first is refused. */
export const pipelined: Behaviour = {
  name: "sends three requests at once",
  async act({ port, picture }) {
    const socket = connect(port, "127.0.0.1").setTimeout(PATIENCE, () => socket.destroy());
    let answers = "";
    socket.setEncoding("utf8").on("data", (text: string) => {
      answers += text;
    });
    const closed = new Promise((resolve) => {
      socket.on("error", () => undefined).once("close", resolve);
    });
    for (const [at, file] of [TEXT, picture.bytes, picture.bytes].entries()) {
      const form = formOf(file);
      socket.write(
        `POST /images HTTP/1.1\r\nHost: localhost\r\nConnection: ${at < 2 ? "keep-alive" : "close"}\r\n` +
          `Content-Type: ${FORM_TYPE}\r\nContent-Length: ${form.byteLength}\r\n\r\n`,
      );
      socket.write(form);
    }
    await closed;
    return parsed(answers);
  },
  right: [["unsupported_media_type"], ["stored"], ["stored"]],
};

/** Each has a body that is one object in JSON. */
function parsed(answers: string): Answer[] {
  return answers
    .split("HTTP/1.1 ")
    .slice(1)
    .map((answer) => answerOf(Number(answer.slice(0, 3)), /\{.*\}/.exec(answer)?.[0] ?? ""));
}
