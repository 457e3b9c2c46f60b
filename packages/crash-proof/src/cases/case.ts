import type { Kind, Trouble } from "../job.js";

/** One use case on one kind of file, with one trouble. */
export interface Case {
  useCase: string;
  kind: Kind;
  trouble: Trouble;
}

/** Such as `delete, image: killed after step 2`. */
export function nameOf({ useCase, kind, trouble }: Case): string {
  return `${useCase}, ${kind}: ${describe(trouble)}`;
}

function describe(trouble: Trouble): string {
  switch (trouble.type) {
    case "none":
      return "no trouble";
    case "kill":
      return `killed at step ${trouble.step}, ${trouble.phase}`;
    case "postgres":
      return `PostgreSQL crashes at step ${trouble.step}, ${trouble.phase}, back ${trouble.back}`;
    case "s3":
      return `S3 at request ${trouble.request}, ${trouble.fault}`;
    case "overtaken":
      return `overtaken before ${trouble.before} ${trouble.number}`;
  }
}
