import { uploadDirectly } from "../src/index.js";
import { describeClient } from "./support/describe-client.js";
import { runTask } from "./support/run-task.js";

describeClient("the client in Node, by fetch", (application) =>
  Promise.resolve({
    upload({ file, answers, ...settings }) {
      const remaining = answers.values();
      const next = () => remaining.next().value?.() ?? Promise.reject(new Error("no answer left"));
      return runTask(uploadDirectly, new Blob([application[file]]), settings, next);
    },
    close: () => Promise.resolve(),
  }),
);
