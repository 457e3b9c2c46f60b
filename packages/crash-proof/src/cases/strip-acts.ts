import type { Failure } from "../journal.js";
import type { Props } from "./use-case.js";

/** Strips all stored files, one after the other. */
export async function strip(
  { journal, ...props }: Pick<Props, "journal" | "maintenance">,
  maintenance = props.maintenance,
): Promise<void> {
  const failures: Failure[] = [];
  await journal.call(
    { do: "strip" },
    () =>
      maintenance.strip({
        privacy: "all",
        parallel: 1,
        onFinding: ({ fileId: id, code }) => {
          failures.push({ id, code });
        },
      }),
    () => ({ failures }),
  );
}
