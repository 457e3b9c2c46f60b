import { InspectionError, MediaInspector } from "../../dist/index.js";

/** The verdict on bytes that arrive in chunks of these sizes in turn, and the steps it took. */
export function inspectIn(bytes, chunks) {
  const inspector = new MediaInspector();
  const finish = (isDone) => {
    while (!isDone) isDone = inspector.resume();
  };
  try {
    for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
      const chunk = bytes.subarray(at, at + chunks[turn % chunks.length]);
      finish(inspector.write(chunk));
      at += chunk.length;
    }
    finish(inspector.end());
    return { facts: inspector.facts, steps: inspector.steps };
  } catch (error) {
    const { steps } = inspector;
    if (!(error instanceof InspectionError)) return { fault: `wrong error: ${error.stack}`, steps };
    if (error.cause !== undefined) return { fault: `${error.message} ${error.cause.stack}`, steps };
    return { code: error.code, steps };
  }
}
