/** A function that generates once per process and gives every caller bytes of its own. */
export function memoisedSamples<T extends { bytes: Uint8Array }>(
  generate: () => Promise<readonly T[]>,
): () => Promise<T[]> {
  let generated: Promise<readonly T[]> | undefined;
  return async () => {
    generated ??= generate();
    return (await generated).map((sample) => ({ ...sample, bytes: sample.bytes.slice() }));
  };
}
