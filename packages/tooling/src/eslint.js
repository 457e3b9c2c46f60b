import js from "@eslint/js";
import prettier from "eslint-config-prettier";
import globals from "globals";
import tseslint from "typescript-eslint";

import { dependencyRules } from "./dependency-rules.js";

/**
 * The lint rules of the whole repository.
 *
 * @param {string} rootDir absolute path of the repository's top folder
 */
export function eslintConfig(rootDir) {
  return tseslint.config(
    { ignores: ["**/dist/**", "**/.data/**", "**/.turbo/**", "**/coverage/**"] },
    js.configs.recommended,
    {
      files: ["**/*.{js,cjs,mjs}"],
      languageOptions: { globals: globals.node },
    },
    {
      files: ["**/*.ts"],
      extends: [tseslint.configs.strictTypeChecked],
      languageOptions: { parserOptions: { project: "tsconfig.json", tsconfigRootDir: rootDir } },
      rules: {
        "@typescript-eslint/consistent-type-imports": [
          "error",
          { fixStyle: "inline-type-imports", disallowTypeAnnotations: false },
        ],
        "@typescript-eslint/no-extraneous-class": ["error", { allowWithDecorator: true }],
        "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
        "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
        "@typescript-eslint/switch-exhaustiveness-check": "error",
      },
    },
    ...dependencyRules,
    prettier,
  );
}
