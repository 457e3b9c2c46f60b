/** Messages of the decoders, and what they mean. */
const SUMMARIES: readonly (readonly [RegExp, string])[] = [
  [/premature end of JPEG|unexpected end/i, "it is cut short"],
  [/unable to parse image/i, "it is cut short or damaged"],
  [/variant exceeds pixel limit/i, "a variant of it would have more pixels than the limit"],
  [/exceeds pixel limit/i, "it has more pixels than the limit"],
];

/** Why an image cannot be decoded. */
export interface ImageDamage {
  /** For people, such as "it is cut short". */
  summary: string;
  /** The decoder's own message. */
  message: string;
}

/** Describes the error of a decoder. */
export function damageOf(error: unknown): ImageDamage {
  const message = error instanceof Error ? error.message : String(error);
  const [, summary = "its data is damaged"] =
    SUMMARIES.find(([pattern]) => pattern.test(message)) ?? [];
  return { summary, message };
}
