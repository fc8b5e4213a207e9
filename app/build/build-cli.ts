/** Bundles the command `risk-gate` for `npm pack`. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { CLI_BUNDLE } from './bundle.ts';
import { licensesOf } from './licenses.ts';
import { shippedPackages } from './packages.ts';

const { outdir } = CLI_BUNDLE;

rmSync(outdir, { recursive: true, force: true });
const { metafile } = await build(CLI_BUNDLE);
writeFileSync(join(outdir, 'LICENSES-THIRD-PARTY.txt'), licensesOf(shippedPackages(metafile)));
