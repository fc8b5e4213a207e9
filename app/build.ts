import { copyFileSync, mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { bundledGeoDatabase } from './src/signals/geo.ts';

/** Where the container takes the service from. */
const OUT = 'dist';

/** Bundles the service, so that the image needs no node_modules. */
async function main(): Promise<void> {
  await build({
    entryPoints: ['app/src/main.ts', 'app/src/health-check.ts'],
    outdir: OUT,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'linked',
    // Some dependencies are CommonJS inside and ask for node's modules by require.
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);",
    },
  });
  mkdirSync(OUT, { recursive: true });
  const database = bundledGeoDatabase();
  copyFileSync(database, join(OUT, basename(database)));
}

await main();
