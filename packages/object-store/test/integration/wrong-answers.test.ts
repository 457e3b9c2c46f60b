import { describeWrongAnswers } from "./wrong-answers.js";

// One answer to each operation, in turn; wrong-answers.long.ts gives them all.
describeWrongAnswers((answers, scene) => {
  const turn = scene % answers.length;
  return answers.slice(turn, turn + 1);
});
