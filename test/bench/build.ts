import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { BUNDLE } from '../../app/build/bundle.ts';
import { buildService } from '../support/build-service.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const BASELINES = 'test/bench/baselines';

export type Baseline = 'http' | 'read' | 'hono' | 'guide' | 'nothing';

/** The service as the image has it, and the baselines bundled in the same way, in a folder of their own. */
export interface Build {
  readonly folder: string;
  readonly service: string;
  baseline(name: Baseline): string;
  remove(): void;
}

export async function buildAll(): Promise<Build> {
  const folder = buildService();
  const remove = () => rmSync(folder, { recursive: true, force: true });
  // However it ends: an interruption leaves nothing behind.
  process.once('exit', remove);
  await build({
    ...BUNDLE,
    // Each is one module: none of them has anything that it may not need.
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
