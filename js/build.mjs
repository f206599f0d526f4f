// Builds the front end: src/widget.ts and src/style/*.css become ../src/nbgallery/static/widget.js and widget.css.
//   node build.mjs            build once and print the sizes
//   node build.mjs --watch    build again on every change (with ANYWIDGET_HMR=1 the notebook follows)
//   node build.mjs --budget   build once and fail when the bundle is larger than it may be
import { mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { minify } from "@swc/core";
import { context } from "esbuild";

// Every gallery of a notebook gets the bundle sent and evaluated anew, so each byte is paid many times.
const BUDGET_BYTES = 61_440;

const root = dirname(fileURLToPath(import.meta.url));
const styles = join(root, "src", "style");
const output = join(root, "..", "src", "nbgallery", "static");
const watching = process.argv.includes("--watch");

/** All stylesheets in alphabetical order: none can be forgotten in a list, and the order is the folder's. */
function stylesheet() {
  const names = readdirSync(styles).filter((name) => name.endsWith(".css"));
  return names
    .sort()
    .map((name) => `@import "./${name}";`)
    .join("\n");
}

const shared = {
  bundle: true,
  target: "es2022",
  logLevel: "warning",
  legalComments: "none",
};

/** swc's minifier instead of esbuild's own: it saves another fortieth of the script. */
const smallest = {
  name: "smallest",
  setup(build) {
    build.onEnd(async ({ outputFiles: [file] = [] }) => {
      if (file === undefined) return;
      const { code } = await minify(file.text, {
        module: true,
        mangle: true,
        // Safe here: no property of ours has a getter that does anything, and no built-in is replaced.
        compress: { passes: 4, unsafe: true, unsafe_arrows: true, pure_getters: true },
      });
      mkdirSync(dirname(file.path), { recursive: true });
      writeFileSync(file.path, code);
    });
  },
};

/** One file and no code splitting: hosts run the module from a blob URL, from which nothing can be imported. */
const script = {
  ...shared,
  write: false,
  plugins: [smallest],
  entryPoints: [join(root, "src", "widget.ts")],
  outfile: join(output, "widget.js"),
  format: "esm",
};

/** A plugin rather than `stdin`, so that a stylesheet added while watching is picked up. */
const style = {
  ...shared,
  minify: true,
  entryPoints: ["nbgallery:style"],
  outfile: join(output, "widget.css"),
  plugins: [
    {
      name: "style",
      setup(build) {
        build.onResolve({ filter: /^nbgallery:style$/ }, () => ({ path: "all.css", namespace: "style" }));
        build.onLoad({ filter: /.*/, namespace: "style" }, () => ({
          contents: stylesheet(),
          loader: "css",
          resolveDir: styles,
          watchDirs: [styles],
        }));
      },
    },
  ],
};

function report() {
  const sizes = [script, style].map(({ outfile }) => [outfile, statSync(outfile).size]);
  for (const [file, bytes] of sizes) console.log(`${relative(process.cwd(), file)}  ${bytes} bytes`);
  const total = sizes.reduce((sum, [, bytes]) => sum + bytes, 0);
  console.log(`bundle, CSS included, minified: ${total} bytes of ${BUDGET_BYTES}`);
  return total;
}

const builds = await Promise.all([script, style].map((options) => context(options)));
await Promise.all(builds.map((build) => build.rebuild())).catch(() => process.exit(1));
const total = report();
if (watching) {
  await Promise.all(builds.map((build) => build.watch()));
} else {
  await Promise.all(builds.map((build) => build.dispose()));
}
if (process.argv.includes("--budget") && total > BUDGET_BYTES) {
  console.error(`The bundle is ${total - BUDGET_BYTES} bytes over its budget.`);
  process.exit(1);
}
