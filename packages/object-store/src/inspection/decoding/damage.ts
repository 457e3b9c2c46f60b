/** What decoders say, and how a person would. */
const DAMAGES: readonly (readonly [RegExp, string])[] = [
  [/premature end of JPEG|unexpected end/i, "it is cut short"],
  [/unable to parse image/i, "it is cut short or damaged"],
  [/exceeds pixel limit/i, "it has more pixels than the limit"],
];

/** Puts the complaint of a decoder in words that a person understands. */
export function damageOf(complaint: string): string {
  return DAMAGES.find(([pattern]) => pattern.test(complaint))?.[1] ?? "its data is damaged";
}
