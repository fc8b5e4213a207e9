import type { BuildOptions, Plugin } from 'esbuild';

/**
 * pino asks which files called it, for transports, of which there are none here. With source maps on, Node decodes
 * those of all callers to tell: a sixth of the start, and some 20 MiB for as long as the process lives.
 */
const WITHOUT_CALLERS: Plugin = {
  name: 'without-callers',
  setup(build) {
    build.onLoad({ filter: /[\\/]pino[\\/]lib[\\/]caller\.js$/ }, () => ({
      contents: 'module.exports = () => [];',
    }));
  },
};

/** How the service is put together for the image: what ships, and how fast it starts, is decided here. */
export const BUNDLE: BuildOptions & { readonly outdir: string; readonly metafile: true } = {
  entryPoints: ['app/src/main.ts', 'app/src/health-check.ts'],
  outdir: 'dist',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  // Read only once it is needed: S3's client, of the ways to come by credentials the one that gives some.
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  // As ES modules packages lose what is not imported: of DynamoDB's client, nearly all commands.
  mainFields: ['module', 'main'],
  // Node reads all of a module before it runs any. Names stay, for stacks; lines stay short, because Node
  // prints the whole line of an error that nobody caught.
  minifyWhitespace: true,
  minifySyntax: true,
  lineLimit: 500,
  // Those that stand in comments are in the packages' own files too.
  legalComments: 'none',
  plugins: [WITHOUT_CALLERS],
  metafile: true,
  // Some dependencies are CommonJS inside and ask for node's modules by require.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);",
  },
};
