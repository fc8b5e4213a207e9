/** Bundles the service, so that the image needs no node_modules, and lists the packages in it. */
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import { bundledGeoDatabase } from '../src/signals/geo/database.ts';
import { BUNDLE } from './bundle.ts';
import { licensesOf } from './licenses.ts';
import { shippedPackages } from './packages.ts';
import { sbomOf } from './sbom.ts';

/** The Dockerfile copies this folder. */
const OUT = BUNDLE.outdir;
const LICENSES = 'LICENSES-THIRD-PARTY.txt';
/** A name that image scanners look for. */
const SBOM = 'sbom.spdx.json';

rmSync(OUT, { recursive: true, force: true });
const { metafile } = await build({ ...BUNDLE, sourcemap: 'linked', sourcesContent: false });
mkdirSync(OUT, { recursive: true });
const geoDatabase = bundledGeoDatabase();
copyFileSync(geoDatabase, join(OUT, basename(geoDatabase)));
const packages = shippedPackages(metafile, [geoDatabase]);
writeFileSync(join(OUT, LICENSES), licensesOf(packages));
writeFileSync(join(OUT, SBOM), await sbomOf('.', packages));
