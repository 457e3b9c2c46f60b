import { ByteCursor } from "../../src/byte-cursor.js";
import type { PlacelessXmp } from "../../src/privacy/audio/location-plan.js";
import type { EditPlan, Privacy } from "../../src/privacy/edit-plan.js";
import { planEdits } from "../../src/privacy/plan-edits.js";

interface StripOptions {
  /** Sizes of the chunks in which the bytes arrive, in turn. */
  chunks?: number[] | undefined;
  privacy?: Privacy;
  /** By default pictures stay as they are. */
  stripPicture?: (picture: Uint8Array) => Uint8Array | undefined;
  placelessXmp?: PlacelessXmp;
}

/** Plans a file whose bytes arrive in chunks; memory of a chunk is changed as soon as it may be. */
export function audioPlan(
  bytes: Uint8Array,
  {
    chunks = [65_536],
    privacy = "all",
    stripPicture = (picture) => picture,
    placelessXmp = () => undefined,
  }: StripOptions = {},
): EditPlan {
  const source = new ByteCursor();
  const walk = planEdits(source, privacy, () => undefined, {
    // eslint-disable-next-line require-yield -- it has no steps
    stripPicture: function* strip(_, picture) {
      return stripPicture(picture);
    },
    placelessXmp,
  });
  let plan: EditPlan | undefined;
  const advance = () => {
    while (plan === undefined && source.ready) {
      const step = walk.next();
      if (step.done === true) plan = step.value;
    }
  };
  const lent = Buffer.alloc(Math.max(...chunks));
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const chunk = bytes.subarray(at, at + (chunks[turn % chunks.length] ?? 1));
    lent.set(chunk);
    source.push(lent.subarray(0, chunk.length));
    advance();
    source.release();
    lent.fill(0xaa);
    at += chunk.length;
  }
  source.end();
  advance();
  if (plan === undefined) throw new Error("the plan did not end with the file");
  return plan;
}

/** What a plan makes of a file. */
export function applied(bytes: Uint8Array, { edits }: EditPlan): Buffer {
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const edit of edits) {
    if (edit.offset < at || edit.offset + edit.length > bytes.length) {
      throw new Error(`an edit at ${edit.offset} overlaps another or the file's end`);
    }
    parts.push(bytes.subarray(at, edit.offset), edit.bytes);
    at = edit.offset + edit.length;
  }
  return Buffer.concat([...parts, bytes.subarray(at)]);
}

export function stripped(bytes: Uint8Array, options?: StripOptions): Buffer {
  return applied(bytes, audioPlan(bytes, options));
}
