/** What a call asks for. */
export type Intent =
  | {
      readonly do: "upload";
      readonly sha256: string;
      readonly key?: string;
      readonly variants?: readonly string[];
    }
  | { readonly do: "delete"; readonly id: string }
  | { readonly do: "trash" | "restore"; readonly id: string }
  | { readonly do: "update"; readonly id: string; readonly title: string }
  | { readonly do: "announce" }
  /** The client's own request, or requests, to S3. */
  | { readonly do: "send"; readonly directUpload: string; readonly sha256: string }
  | {
      readonly do: "complete";
      readonly directUpload: string;
      readonly sha256: string;
      readonly variants?: readonly string[];
    }
  | { readonly do: "cancel"; readonly directUpload: string }
  | { readonly do: "download"; readonly id: string }
  /** Of the file with this id. */
  | { readonly do: "variant"; readonly id: string; readonly recipe: string }
  | { readonly do: "show"; readonly id: string }
  /** Makes the variants that files lack, and removes those of recipes that there are no more. */
  | { readonly do: "fill" }
  | { readonly do: "strip" }
  | { readonly do: "maintenance" }
  | { readonly do: "close" };

/** Why a call left one of its files as it was. */
export interface Failure {
  readonly id: string;
  readonly code: string;
}

/** One line of the journal. A call whose `begun` has no end was under way when the child died. */
export type Entry =
  | {
      readonly entry: "begun";
      readonly call: number;
      readonly intent: Intent;
      /** Whether the call is part of the caller's transaction. */
      readonly inTransaction: boolean;
    }
  /**
   * The call was acknowledged; `id` is that of a file, or of an announced direct upload, `sha256` that
   * of a file, and `s3Key` that of a variant. `failures` are files that were left as they were.
   */
  | {
      readonly entry: "done";
      readonly call: number;
      readonly id?: string;
      readonly sha256?: string;
      readonly s3Key?: string;
      readonly failures?: readonly Failure[];
    }
  | {
      readonly entry: "failed";
      readonly call: number;
      readonly code: string;
      readonly message: string;
    }
  | { readonly entry: "committing" }
  | { readonly entry: "committed" }
  | { readonly entry: "rolled back" }
  /** The process ends itself here, as its job says. */
  | { readonly entry: "killing" }
  /** The use case has come to its end. */
  | { readonly entry: "ended" }
  /** The use case itself failed, which no trouble explains. */
  | { readonly entry: "broken"; readonly message: string };
