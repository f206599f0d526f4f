import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/**/*.test.{ts,tsx}"],
    // The cores know no DOM; a test that needs one says so in its first line: `// @vitest-environment happy-dom`.
    environment: "node",
    testTimeout: 10_000,
    passWithNoTests: false,
  },
});
