export { oxlintConfig as default } from "@repo/tooling/oxlint";
