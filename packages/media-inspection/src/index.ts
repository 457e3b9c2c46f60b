export { InspectionError, type InspectionErrorCode } from "./errors.js";
export { DEFAULT_INSPECTION_LIMITS, type InspectionLimits } from "./limits.js";
export {
  type AudioContentType,
  type AudioFacts,
  type AudioFormat,
  type AudioTags,
  type Chapter,
  type CoverFacts,
  type DurationSource,
  type ImageContentType,
  type ImageFacts,
  type ImageFormat,
  MEDIA_FORMATS,
  type MediaFacts,
  type MediaFormat,
  type MediaKind,
} from "./media-facts.js";
export { inspectBytes, MediaInspector, type MediaInspectorOptions } from "./media-inspector.js";
export { applyPlan, PlanEditor } from "./privacy/apply-plan.js";
export type { Edit, EditPlan, Privacy, RemovedKind } from "./privacy/edit-plan.js";
export { planPrivacy, PrivacyPlanner } from "./privacy/privacy-planner.js";
