import { jestConfig } from "./src/jest.js";

export default jestConfig();
