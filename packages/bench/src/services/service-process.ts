import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** A server in a process of its own, which ends with this one. */
export interface ServiceProcess {
  readonly endpoint: string;
  readonly stop: () => Promise<void>;
}

/**
 * Starts one of the modules beside this file, which tells its endpoint by `serveParent`.
 *
 * @param module file name
 */
export async function startServiceProcess(
  module: string,
  args: readonly string[] = [],
): Promise<ServiceProcess> {
  const child = fork(fileURLToPath(new URL(module, import.meta.url)), [...args], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const endpoint = await new Promise<string>((resolve, reject) => {
    child.once("message", (message: string) => {
      resolve(message);
    });
    child.once("exit", (code) => {
      reject(new Error(`${module} ended with ${String(code)} before it listened`));
    });
    child.once("error", reject);
  });
  return {
    endpoint,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exit = once(child, "exit");
      child.disconnect();
      await exit;
    },
  };
}

/** Tells the parent where this process listens, and ends it when the parent lets go or is gone. */
export function serveParent(endpoint: string, close: () => Promise<void>): void {
  // A terminal sends these to the parent as well, which may still need its servers to end in order.
  for (const signal of ["SIGINT", "SIGHUP"] as const) process.on(signal, () => undefined);
  process.once("disconnect", () => {
    void close().then(() => process.exit(0));
  });
  process.send?.(endpoint);
}
