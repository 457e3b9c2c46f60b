export const OPERATION_NAMES = [
  "uploadFromMemory",
  "uploadByPath",
  "uploadAsStream",
  "download",
  "list",
  "urls",
  "delete",
] as const;

export type OperationName = (typeof OPERATION_NAMES)[number];
