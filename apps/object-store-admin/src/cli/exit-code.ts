import { ExitCode as Common } from "@repo/command-line/exit-code";

/** How the process ends; interrupted ones end with 128 and the number of the signal. */
export const ExitCode = { ...Common, attention: 3 } as const;
