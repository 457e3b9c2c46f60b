import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import type { FromServer, Job, Measurement, ToServer } from "../messages.js";
import type { Parser } from "../settings.js";

const PROGRAM = fileURLToPath(new URL("../server/main.js", import.meta.url));

/** The process of the servers under attack. */
export class ServerProcess {
  readonly #process: ChildProcess;
  readonly #died: Promise<never>;

  constructor() {
    this.#process = fork(PROGRAM, [], {
      execArgv: ["--expose-gc"],
      env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" },
    });
    this.#died = once(this.#process, "exit").then(([code, signal]) => {
      throw new Error(`the process of the servers ended: ${String(code ?? signal)}`);
    });
    this.#died.catch(() => undefined);
  }

  async start(job: Job): Promise<Readonly<Record<Parser, number>>> {
    const answer = await this.#ask({ type: "start", job });
    if (answer.type !== "listening") throw new Error(`unexpected answer: ${answer.type}`);
    return answer.ports;
  }

  async measure(): Promise<Measurement> {
    const answer = await this.#ask({ type: "measure" });
    if (answer.type !== "measured") throw new Error(`unexpected answer: ${answer.type}`);
    return answer.measurement;
  }

  /** Ends the process, which may be dead already. */
  async end(): Promise<void> {
    if (this.#process.connected) this.#process.disconnect();
    await this.#died.catch(() => undefined);
  }

  async #ask(message: ToServer): Promise<FromServer> {
    const answer = once(this.#process, "message") as Promise<[FromServer]>;
    this.#process.send(message);
    const [first] = await Promise.race([answer, this.#died]);
    return first;
  }
}
