import type {
  AudioFacts,
  ImageFacts,
  MediaFacts,
  MediaFormat,
  MediaKind,
} from "@repo/media-inspection";

import type { RulesOf } from "../dto/dtos-of-kind.js";
import { validated } from "../dto/rules.js";
import { InvalidInputError, RuleBrokenError, UnsupportedMediaTypeError } from "../errors.js";
import { KIND_RULES, requireKind } from "../service/kind-rules.js";

const HINT = "Write upload({ body }, { rules: { maxBytes } }).";

/** What rules bound from below, as `min` and the name, and from above, as `max` and the name. */
const IMAGE_MEASURES: Readonly<Record<string, (facts: ImageFacts) => number>> = {
  Width: ({ width }) => width,
  Height: ({ height }) => height,
  AspectRatio: ({ width, height }) => width / height,
  Pages: ({ pages }) => pages,
};

const AUDIO_MEASURES: Readonly<Record<string, (facts: AudioFacts) => number>> = {
  DurationSeconds: ({ durationSeconds }) => durationSeconds,
};

type Bounds = Readonly<Record<string, number | null | undefined>>;

/** What the body of an upload is accepted by. */
export class Acceptance<K extends MediaKind> {
  readonly #rules: RulesOf<K>;

  /**
   * @param given the rules of the call
   * @param maxBytes the store's
   * @throws InvalidInputError (`invalid_input`)
   */
  constructor(
    private readonly kind: K,
    given: unknown,
    private readonly storeMaxBytes: number,
  ) {
    this.#rules = validated(KIND_RULES[kind].rulesDto, given ?? {}, HINT);
    for (const name of Object.keys({ ...IMAGE_MEASURES, ...AUDIO_MEASURES })) {
      const { min, max } = this.#bounds(name);
      if (min > max)
        throw new InvalidInputError(`No file meets min${name} ${min} and max${name} ${max}.`);
    }
  }

  get maxBytes(): number {
    return Math.min(this.storeMaxBytes, this.#rules.maxBytes ?? Infinity);
  }

  /** @throws UnsupportedMediaTypeError (`unsupported_media_type`) */
  readonly onFormat = (format: MediaFormat): void => {
    requireKind(this.kind, format);
    const formats: readonly MediaFormat[] | null | undefined = this.#rules.formats;
    if (formats?.includes(format) === false) {
      throw new UnsupportedMediaTypeError(
        `The content must be ${formats.join(" or ")}; it is ${format}.`,
      );
    }
  };

  /** @throws UnsupportedMediaTypeError (`unsupported_media_type`), RuleBrokenError (`rule_broken`) */
  readonly onFacts = (facts: MediaFacts): void => {
    // Those of a short body are known as soon as its format.
    this.onFormat(facts.format);
    if (facts.kind === "image") this.#require(IMAGE_MEASURES, facts);
    else this.#require(AUDIO_MEASURES, facts);
  };

  #require<Facts>(
    measures: Readonly<Record<string, (facts: Facts) => number>>,
    facts: Facts,
  ): void {
    for (const [name, measure] of Object.entries(measures)) {
      const { min, max } = this.#bounds(name);
      const actual = measure(facts);
      if (actual < min) throw new RuleBrokenError(`min${name}`, min, actual);
      if (actual > max) throw new RuleBrokenError(`max${name}`, max, actual);
    }
  }

  #bounds(name: string): { min: number; max: number } {
    const rules = this.#rules as object as Bounds;
    return { min: rules[`min${name}`] ?? -Infinity, max: rules[`max${name}`] ?? Infinity };
  }
}
