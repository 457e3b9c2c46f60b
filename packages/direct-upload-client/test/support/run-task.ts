import type { DirectUploadRequests, uploadDirectly } from "../../src/index.js";
import type { Outcome, Task } from "./platform.js";

/** A task without its answers, for which a platform has its own way. */
export type Settings = Omit<Task, "answers" | "file">;

/**
 * Runs a task. It also runs inside a page, so it uses nothing from outside but its arguments.
 *
 * @param next gives the next answer of the application
 */
export async function runTask(
  upload: typeof uploadDirectly,
  file: Blob,
  settings: Settings,
  next: () => Promise<DirectUploadRequests | null>,
): Promise<Outcome> {
  const {
    abortAt = Infinity,
    throwAt = Infinity,
    withoutRefresh,
    abortInRefresh,
    ...options
  } = settings;
  const progress: Outcome["progress"] = [];
  const aborter = new AbortController();
  const refresh = (): ReturnType<typeof next> => {
    if (abortInRefresh !== true) return next();
    setTimeout(() => {
      aborter.abort(new Error("enough"));
    });
    return new Promise(() => undefined);
  };
  try {
    await upload(file, await next(), {
      ...options,
      signal: aborter.signal,
      onProgress: (reached) => {
        progress.push(reached);
        if (reached.sentBytes >= throwAt) throw new Error("the bar is gone");
        if (reached.sentBytes >= abortAt) aborter.abort(new Error("enough"));
      },
      ...(withoutRefresh !== true && { refresh }),
    });
    return { progress };
  } catch (error) {
    const { name, message } = error as Error;
    return { progress, failure: { ...(error as object), name, message } };
  }
}
