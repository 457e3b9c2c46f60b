import {
  DEFAULT_INSPECTION_LIMITS,
  type InspectionLimits,
  type MediaFacts,
  type MediaFormat,
  PrivacyPlanner,
} from "@repo/media-inspection";

import type { PrivacyLevel } from "../privacy.js";
import type { Recipe } from "../rendering/recipes.js";
import type { Renderer } from "../rendering/renderer.js";
import { stage } from "../telemetry/telemetry.js";
import type { ByteSource } from "./byte-source.js";
import { Decoding, type Processes } from "./decoding.js";
import { InspectedBody } from "./inspected-body.js";
import { Inspection } from "./inspection.js";
import type { SourceRules } from "./measured-source.js";
import { openStripped, type StrippedSource, unchangedSource } from "./stripped-source.js";
import type { Strictness } from "./verification.js";

interface BodyChoices extends SourceRules {
  privacy: PrivacyLevel;
  strictness: Strictness;
  /** Of the variants to make of the body. */
  recipes: readonly Recipe[];
  /** Called once the format shows; may throw. */
  onFormat?: (format: MediaFormat) => void;
  /** Called once the facts are known, before the last bytes are given out; may throw. */
  onFacts?: (facts: MediaFacts) => void;
}

/** Strips and inspects the bodies of a store. */
export class Inspector {
  /** @param processes used for `verify: "decode"` */
  constructor(
    private readonly limits: Partial<InspectionLimits>,
    private readonly processes: Pick<Processes, "decoders" | "end">,
    private readonly renderer: Renderer,
  ) {}

  /**
   * Opens what is stored of a source, for one use, up to where its format shows. The source stays open.
   *
   * @throws what an inspection, its source, `onFormat` and `onFacts` do
   */
  async use<Result>(
    source: ByteSource,
    { privacy, strictness, recipes, onFormat, onFacts, ...rules }: BodyChoices,
    use: (body: InspectedBody, stripped: StrippedSource) => Promise<Result>,
  ): Promise<Result> {
    const stripped =
      privacy === "keep"
        ? unchangedSource(source)
        : await stage("strip", () => {
            const plan = () => new PrivacyPlanner(privacy, this.limits);
            return openStripped(source, privacy, { ...rules, plan, onFormat });
          });
    const inspection = this.begin(strictness, recipes, onFacts);
    let body: InspectedBody | undefined;
    try {
      body = await stage("detect", () =>
        InspectedBody.open(stripped.source, { ...rules, inspection }),
      );
      onFormat?.(body.format);
      return await use(body, stripped);
    } finally {
      body?.close();
      inspection.close();
      stripped.close();
    }
  }

  /** @param recipes of the variants to make of the body */
  begin(
    { verify, truncated }: Strictness,
    recipes: readonly Recipe[],
    onFacts?: (facts: MediaFacts) => void,
  ): Inspection {
    const verifies = verify === "decode";
    const rendering = recipes.length > 0 ? { renderer: this.renderer, recipes } : undefined;
    if (!verifies && rendering === undefined)
      return new Inspection(this.limits, { truncated, onFacts });
    const { maxPixels = DEFAULT_INSPECTION_LIMITS.maxPixels } = this.limits;
    const decoding = new Decoding(this.processes.decoders, maxPixels, { verifies, rendering });
    return new Inspection(this.limits, { truncated, onFacts, decoding });
  }

  /** Ends the processes that decode, unless other stores share them. */
  end(): void {
    this.processes.end();
  }
}
