import type { LocalS3 } from "@repo/local-s3";

/** A PUT that is on its way for longer than anybody waits for its answer. */
export interface LateLanding {
  /** Lets it arrive, if it was sent, and waits until that is done. */
  land(): Promise<void>;
}

/** Holds the next PUT to a bucket back; its client sees a connection that is reset. */
export function holdNextPut(server: LocalS3, bucket: string): LateLanding {
  let arrive = (): void => undefined;
  let isDone = (): void => undefined;
  const until = new Promise<void>((resolve) => (arrive = resolve));
  const landed = new Promise<void>((resolve) => (isDone = resolve));
  const rule = server.faults.add({
    match: ({ bucket: asked, operation }) => asked === bucket && operation === "PutObject",
    times: 1,
    fault: { type: "landLate", until, onLanded: isDone },
  });
  return {
    async land() {
      arrive();
      if (rule.hits > 0) await landed;
    },
  };
}
