import { dependencyRules } from "./dependency-rules.js";

/** What typescript-eslint has in its strict, type-checked set and oxlint does not count as correctness. */
const STRICT = [
  "typescript/ban-ts-comment",
  "typescript/no-confusing-void-expression",
  "typescript/no-deprecated",
  "typescript/no-dynamic-delete",
  "typescript/no-empty-object-type",
  "typescript/no-explicit-any",
  "typescript/no-generated-empty-object-type",
  "typescript/no-invalid-void-type",
  "typescript/no-misused-promises",
  "typescript/no-mixed-enums",
  "typescript/no-namespace",
  "typescript/no-non-null-asserted-nullish-coalescing",
  "typescript/no-non-null-assertion",
  "typescript/no-require-imports",
  "typescript/no-unnecessary-boolean-literal-compare",
  "typescript/no-unnecessary-condition",
  "typescript/no-unnecessary-template-expression",
  "typescript/no-unnecessary-type-arguments",
  "typescript/no-unnecessary-type-assertion",
  "typescript/no-unnecessary-type-constraint",
  "typescript/no-unnecessary-type-conversion",
  "typescript/no-unnecessary-type-parameters",
  "typescript/no-unsafe-argument",
  "typescript/no-unsafe-assignment",
  "typescript/no-unsafe-call",
  "typescript/no-unsafe-enum-assignment",
  "typescript/no-unsafe-enum-comparison",
  "typescript/no-unsafe-function-type",
  "typescript/no-unsafe-member-access",
  "typescript/no-unsafe-return",
  "typescript/only-throw-error",
  "typescript/prefer-literal-enum-member",
  "typescript/prefer-promise-reject-errors",
  "typescript/prefer-reduce-type-parameter",
  "typescript/prefer-return-this-type",
  "typescript/related-getter-setter-pairs",
  "typescript/require-await",
  "typescript/restrict-plus-operands",
  "typescript/return-await",
  "typescript/switch-exhaustiveness-check",
  "typescript/unified-signatures",
  "typescript/use-unknown-in-catch-callback-variable",
];

/** What ESLint recommends and oxlint does not count as correctness. */
const RECOMMENDED = [
  "no-array-constructor",
  "no-case-declarations",
  "no-empty",
  "no-fallthrough",
  "no-prototype-builtins",
  "no-redeclare",
  "no-regex-spaces",
  "no-undef",
  "no-useless-assignment",
  "no-useless-constructor",
  "no-var",
  "prefer-const",
  "prefer-rest-params",
  "prefer-spread",
  "preserve-caught-error",
];

const allErrors = (names) => Object.fromEntries(names.map((name) => [name, "error"]));

/** The lint rules of the whole repository. */
export const oxlintConfig = {
  plugins: ["typescript", "node"],
  options: { typeAware: true, reportUnusedDisableDirectives: "error" },
  categories: { correctness: "error" },
  env: { node: true, es2024: true },
  ignorePatterns: ["**/dist/**", "**/.data/**", "**/.turbo/**", "**/coverage/**"],
  rules: {
    ...allErrors(RECOMMENDED),
    "no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
    "typescript/require-array-sort-compare": "off",
    "typescript/restrict-template-expressions": "off",
  },
  overrides: [
    {
      files: ["**/*.ts"],
      rules: {
        ...allErrors(STRICT),
        // The compiler knows better.
        "no-redeclare": "off",
        "no-undef": "off",
        "typescript/consistent-type-imports": [
          "error",
          { fixStyle: "inline-type-imports", disallowTypeAnnotations: false },
        ],
        "typescript/no-extraneous-class": ["error", { allowWithDecorator: true }],
        "typescript/restrict-template-expressions": ["error", { allowNumber: true }],
      },
    },
    { files: ["packages/release-checks/application/test/**"], env: { jest: true } },
    ...dependencyRules,
  ],
};
