import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { BUNDLE } from '../../app/build/bundle.ts';
import { buildService } from '../support/build-service.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const BASELINES = 'test/bench/baselines';

export type Baseline = 'http' | 'read' | 'hono' | 'guide' | 'nothing' | 'timer';

/** The built service and the baselines, bundled alike, in a temporary folder. */
export interface Build {
  readonly folder: string;
  readonly service: string;
  baseline(name: Baseline): string;
  remove(): void;
}

export async function buildAll(): Promise<Build> {
  const folder = buildService();
  const remove = () => rmSync(folder, { recursive: true, force: true });
  // Also on an interruption.
  process.once('exit', remove);
  await build({
    ...BUNDLE,
    // Each baseline is a single module.
    splitting: false,
    absWorkingDir: ROOT,
    entryPoints: readdirSync(join(ROOT, BASELINES)).map((file) => join(BASELINES, file)),
    outdir: join(folder, 'baselines'),
  });
  return {
    folder,
    service: join(folder, 'dist/main.mjs'),
    baseline: (name) => join(folder, `baselines/${name}.mjs`),
    remove,
  };
}
