import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { bundledGeoDatabase } from '../src/signals/geo/database.ts';
import { BUNDLE } from './bundle.ts';
import { sbomOf } from './sbom.ts';

/** Where the container takes the service from. */
const OUT = BUNDLE.outdir;
const LICENSES = 'LICENSES-THIRD-PARTY.txt';
/** What scanners of images look for. */
const SBOM = 'sbom.spdx.json';

/** Bundles the service, so that the image needs no node_modules, with the terms and the list of what is in it. */
async function main(): Promise<void> {
  rmSync(OUT, { recursive: true, force: true });
  const { metafile } = await build({ ...BUNDLE, sourcemap: 'linked', sourcesContent: false });
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
