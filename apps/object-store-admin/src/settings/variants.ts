import type { MaintenanceOptions } from "@repo/object-store/maintenance";

import { type Environment, jsonObject } from "./environment.js";

/**
 * The recipes of variants.
 *
 * @throws UsageError
 */
export function variantsOf(environment: Environment): Pick<MaintenanceOptions, "variants"> {
  const example = '{"thumb":{"width":320,"format":"webp"}}';
  // Checked by the module.
  return {
    variants: jsonObject(environment, "VARIANTS", example) as MaintenanceOptions["variants"],
  };
}
