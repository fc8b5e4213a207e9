import type { BuildOptions, Plugin } from 'esbuild';

/**
 * Replaces pino's look at its callers, which only its transports need. With source maps on, Node would decode
 * those of every caller: a sixth of the start-up time, and some 20 MiB for the life of the process.
 */
const WITHOUT_CALLERS: Plugin = {
  name: 'without-callers',
  setup(build) {
    build.onLoad({ filter: /[\\/]pino[\\/]lib[\\/]caller\.js$/ }, () => ({
      contents: 'module.exports = () => [];',
    }));
  },
};

/** Some dependencies are CommonJS modules that require() Node's built-in modules. */
const REQUIRE =
  "import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);";

/** What both bundles share. */
const COMMON: BuildOptions & { readonly metafile: true } = {
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  // Code that is imported dynamically is loaded on first use: S3's client, each source of AWS credentials, and what
  // only one command needs.
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  // ES modules can be tree-shaken, which removes nearly all commands of DynamoDB's client.
  mainFields: ['module', 'main'],
  // Less for Node to parse at start-up. Names are kept for stack traces; lines are kept short because Node
  // prints the whole source line of an uncaught error.
  minifyWhitespace: true,
  minifySyntax: true,
  lineLimit: 500,
  // LICENSES-THIRD-PARTY.txt contains them.
  legalComments: 'none',
  metafile: true,
};

type Bundle = BuildOptions & { readonly outdir: string; readonly metafile: true };

/** How esbuild bundles the service: determines what ships and how fast it starts. */
export const BUNDLE: Bundle = {
  ...COMMON,
  entryPoints: [
    'app/src/main.ts',
    'app/src/health-check.ts',
    'app/src/refresh.ts',
    'app/src/load-feed.ts',
  ],
  outdir: 'dist',
  plugins: [WITHOUT_CALLERS],
  banner: { js: REQUIRE },
};

/** How esbuild bundles the command `risk-gate`, so that its package needs no build where it is installed. */
export const CLI_BUNDLE: Bundle = {
  ...COMMON,
  entryPoints: { 'risk-gate': 'app/cli/main.ts' },
  outdir: 'dist-cli',
  banner: { js: `#!/usr/bin/env node\n${REQUIRE}` },
};
