import { describeWrongAnswers } from "./wrong-answers.js";

describeWrongAnswers((answers) => answers);
