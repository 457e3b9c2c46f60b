import type { Sabotage } from "../job.js";

type Method = (this: Patched, ...parameters: unknown[]) => Promise<unknown>;
type Patched = Record<string, Method>;

/**
 * Switches one guarantee of the module off, in this process only. The parts in question are not
 * public: they are reached by their files.
 */
export async function sabotage(what: Sabotage): Promise<void> {
  const repo = await prototypeOf("repo/media-repo.js", "MediaRepo");
  switch (what) {
    case "intent":
      forgetIntent(repo);
      return;
    case "tombstone":
      patch(
        repo,
        "giveUpPending",
        (original) =>
          async function (...parameters) {
            const row = await original.apply(this, parameters);
            await this["delete"]?.call(this, parameters[0], "deleting");
            return row;
          },
      );
      return;
    case "compare-and-set":
      patch(
        repo,
        "change",
        (original) =>
          function (action, where, change) {
            const { id } = where as { id: unknown };
            return original.call(this, action, { id }, change);
          },
      );
      // Completion has a statement of its own, which compares: it goes the general way here.
      patch(
        repo,
        "markReady",
        () =>
          function (id, facts, options) {
            const values = { ...(facts as object), status: "ready", leaseExpiresAt: null };
            const change = this["change"];
            if (change === undefined) throw new Error("there is no change to go by");
            return change.call(
              this,
              "complete the upload",
              { id },
              { ...(options as object), values },
            );
          },
      );
      return;
  }
}

/** The row is written only once the bytes are there. */
function forgetIntent(repo: Patched): void {
  const forgotten = new Map<unknown, () => Promise<unknown>>();
  patch(
    repo,
    "create",
    (original) =>
      function (...parameters) {
        const [file] = parameters as [{ id: unknown }];
        forgotten.set(file.id, () => original.apply(this, parameters));
        return Promise.resolve({ ...file, status: "pending" });
      },
  );
  patch(
    repo,
    "markReady",
    (original) =>
      async function (...parameters) {
        await forgotten.get(parameters[0])?.();
        return original.apply(this, parameters);
      },
  );
}

function patch(target: Patched, name: string, replace: (original: Method) => Method): void {
  const original = target[name];
  if (original === undefined) throw new Error(`there is no ${name} to switch off`);
  target[name] = replace(original);
}

async function prototypeOf(file: string, name: string): Promise<Patched> {
  const url = new URL(file, import.meta.resolve("@repo/object-store"));
  const module = (await import(url.href)) as Record<string, { prototype: Patched } | undefined>;
  const found = module[name];
  if (found === undefined) throw new Error(`${file} has no ${name}`);
  return found.prototype;
}
