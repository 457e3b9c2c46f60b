import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

import { type S3Server } from "@repo/s3-contract";

import { CREDENTIALS } from "./test-server.js";

export const PROGRAM = fileURLToPath(new URL("../../bin/local-s3.js", import.meta.url));
/** The options that name the credentials of the tests. */
export const KEYS = [
  "--access-key",
  CREDENTIALS.accessKeyId,
  "--secret-key",
  CREDENTIALS.secretAccessKey,
] as const;

/** The program as its clients know it. */
export function serverAt(port: number): S3Server {
  return { endpoint: `http://127.0.0.1:${port}`, region: "us-east-1", ...CREDENTIALS };
}

/** A run of the program, with what it has said so far. */
export class Run {
  stdout = "";
  stderr = "";
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  readonly process: ChildProcess;

  constructor(args: readonly string[]) {
    this.process = spawn(process.execPath, [PROGRAM, ...args], {
      env: { ...process.env, NODE_OPTIONS: "" },
    });
    this.process.stdout?.on("data", (chunk: Buffer) => (this.stdout += chunk.toString()));
    this.process.stderr?.on("data", (chunk: Buffer) => (this.stderr += chunk.toString()));
    this.ended = new Promise((resolve) => {
      this.process.on("close", (code, signal) => {
        resolve({ code, signal });
      });
    });
  }

  /** The port, once the program listens. */
  async port(): Promise<number> {
    const listening = /^listening on http:\/\/127\.0\.0\.1:(\d+)$/m;
    const ready = new Promise<void>((resolve) => {
      this.process.stdout?.on("data", () => {
        if (listening.test(this.stdout)) resolve();
      });
    });
    await Promise.race([ready, this.ended]);
    const port = listening.exec(this.stdout)?.[1];
    if (port === undefined) throw new Error(`The program did not start: ${this.stderr}`);
    return Number(port);
  }
}
