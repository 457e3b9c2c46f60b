import { once } from "node:events";
import { Agent, type ClientRequest, type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";

import { type Answer, answerOf, NOTHING } from "./answer.js";
import { FORM_TYPE } from "./form.js";

/** A POST on a connection of its own, whose body is sent as its client likes. */
export class FormRequest {
  readonly #request: ClientRequest;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #answer: Promise<Answer>;
  #isOver = false;

  constructor(port: number, headers: Readonly<Record<string, string | number>> = {}) {
    this.#request = request({
      agent: this.#agent,
      host: "127.0.0.1",
      port,
      method: "POST",
      path: "/images",
      headers: { "Content-Type": FORM_TYPE, ...headers },
    });
    this.#answer = answerTo(this.#request).finally(() => {
      this.#isOver = true;
    });
  }

  /** Whether the answer has come, or the connection has gone. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Sends some of the body, as long as the server takes it. */
  async send(bytes: Uint8Array): Promise<void> {
    if (this.#isOver || this.#request.write(bytes)) return;
    await Promise.race([once(this.#request, "drain"), this.#answer]).catch(() => undefined);
  }

  /** Sends the headers alone. */
  sendHeaders(): void {
    this.#request.flushHeaders();
  }

  end(): void {
    this.#request.end();
  }

  /** Waits for the answer, but not for longer than so many milliseconds, and hangs up. */
  async answer(patience: number): Promise<Answer> {
    const impatience = new AbortController();
    const { signal } = impatience;
    const nothing = sleep(patience, NOTHING, { signal }).catch(() => NOTHING);
    const answer = await Promise.race([this.#answer, nothing]);
    impatience.abort();
    this.hangUp();
    return answer;
  }

  hangUp(): void {
    this.#request.destroy();
    this.#agent.destroy();
  }

  /** Ends the connection with a reset. */
  reset(): void {
    this.#request.socket?.resetAndDestroy();
    this.hangUp();
  }
}

function answerTo(sent: ClientRequest): Promise<Answer> {
  return new Promise((resolve) => {
    let hasBegun = false;
    sent.once("response", (response: IncomingMessage) => {
      hasBegun = true;
      text(response)
        .then((body) => answerOf(response.statusCode ?? 0, body))
        .then(resolve, () => {
          resolve(NOTHING);
        });
    });
    sent.on("error", () => undefined);
    sent.once("close", () => {
      if (!hasBegun) resolve(NOTHING);
    });
  });
}
