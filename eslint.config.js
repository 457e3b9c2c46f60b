import { eslintConfig } from "@repo/tooling/eslint";

export default eslintConfig(import.meta.dirname);
