import { afterAll, beforeAll, describe } from "@jest/globals";

import { describeArguments } from "./arguments.js";
import { describeBodies } from "./bodies.js";
import { describeDetails } from "./details.js";
import { describeDirectUploads } from "./direct-uploads.js";
import { describeEvents } from "./events.js";
import { describeGate } from "./gate.js";
import { describeLists } from "./lists.js";
import { describeMaintenance } from "./maintenance.js";
import { describePrivacy } from "./privacy.js";
import { describeQuotas } from "./quotas.js";
import { describeReads } from "./reads.js";
import { describeScopes } from "./scopes.js";
import { describeSharing } from "./sharing.js";
import { describeStrip } from "./strip.js";
import type { Subject } from "./subject.js";
import { describeTransactions } from "./transactions.js";
import { describeTrash } from "./trash.js";
import { describeUploads } from "./uploads.js";
import { describeVariants } from "./variants.js";

/** What the public interface promises, whatever is behind it. */
export function describeBehaviour(name: string, open: () => Promise<Subject>): void {
  describe(name, () => {
    let opened: Subject | undefined;
    const subject = (): Subject => {
      if (opened === undefined) throw new Error("the subject is not open");
      return opened;
    };

    beforeAll(async () => {
      opened = await open();
    });

    afterAll(async () => {
      await opened?.close();
    });

    // First, as they change all files, the one where there is no other.
    describeStrip(subject);
    describeVariants(subject);
    describeUploads(subject);
    describeBodies(subject);
    describeArguments(subject);
    describeDirectUploads(subject);
    describeGate(subject);
    describePrivacy(subject);
    describeScopes(subject);
    describeReads(subject);
    describeDetails(subject);
    describeLists(subject);
    describeTransactions(subject);
    // Last, as they let days pass.
    describeQuotas(subject);
    describeTrash(subject);
    describeEvents(subject);
    describeSharing(subject);
    describeMaintenance(subject);
  });
}
