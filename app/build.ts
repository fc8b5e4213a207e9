import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { sbomOf } from './sbom.ts';
import { bundledGeoDatabase } from './src/signals/geo.ts';

/** Where the container takes the service from. */
const OUT = 'dist';
const LICENSES = 'LICENSES-THIRD-PARTY.txt';
/** What scanners of images look for. */
const SBOM = 'sbom.spdx.json';

/** Bundles the service, so that the image needs no node_modules, with the terms and the list of what is in it. */
async function main(): Promise<void> {
  rmSync(OUT, { recursive: true, force: true });
  const { metafile } = await build({
    entryPoints: ['app/src/main.ts', 'app/src/health-check.ts'],
    outdir: OUT,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    // What a task may never need is read only once it does: S3's client, ways to come by credentials.
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    // As ES modules packages lose what is not imported: of DynamoDB's client, all but two commands.
    mainFields: ['module', 'main'],
    // Node reads all of a module before it runs any; names stay, for stacks.
    minifyWhitespace: true,
    minifySyntax: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: 'linked',
    sourcesContent: false,
    // Those that stand in comments are in the packages' own files too.
    legalComments: 'none',
    metafile: true,
    // Some dependencies are CommonJS inside and ask for node's modules by require.
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);",
    },
  });
  mkdirSync(OUT, { recursive: true });
  const database = bundledGeoDatabase();
  copyFileSync(database, join(OUT, basename(database)));
  const folders = new Set([...packagesIn(metafile), dirname(database)]);
  writeFileSync(join(OUT, LICENSES), licensesOf([...folders].sort()));
  writeFileSync(join(OUT, SBOM), await sbomOf('.'));
}

/** Folders of the packages of which anything got into the bundle. */
function packagesIn({ outputs }: Metafile): string[] {
  const files = Object.values(outputs).flatMap(({ inputs }) => Object.keys(inputs));
  return files.flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? []);
}

/** The terms of each package, once for all that share their wording: most licences ask for a copy. */
function licensesOf(folders: readonly string[]): string {
  const sharing = new Map<string, string[]>();
  for (const folder of folders) {
    const { name, version, license } = JSON.parse(
      readFileSync(join(folder, 'package.json'), 'utf8'),
    );
    const files = readdirSync(folder).filter((file) => /licen[cs]e|^notice|^copying/i.test(file));
    const texts = files.map((file) => readFileSync(join(folder, file), 'utf8').trim());
    const text = texts.join('\n\n') || `The package names its licence only: ${license}.`;
    sharing.set(text, [...(sharing.get(text) ?? []), `${name} ${version} (${license})`]);
  }
  const parts = [...sharing].map(([text, packages]) => `${packages.join('\n')}\n\n${text}\n`);
  return parts.join(`\n${'-'.repeat(80)}\n\n`);
}

await main();
