export { answerTo } from "./answer.js";
export { type Authenticate, Tokens, UnauthorizedError } from "./authentication.js";
export { type Backend, openBackend } from "./backend.js";
export { MAX_PHOTO_BYTES } from "./limits.js";
export { printStart } from "./print-start.js";
