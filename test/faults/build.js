import { execFileSync } from 'node:child_process';
import { mkdtempSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Builds the service once, as the image has it, in a folder of its own: `dist` is the developer's. */
export default function build() {
  const folder = mkdtempSync(join(tmpdir(), 'risk-gate-build-'));
  for (const name of ['app', 'node_modules', 'package.json', 'package-lock.json']) {
    symlinkSync(join(ROOT, name), join(folder, name));
  }
  process.env.BUILT_SERVICE = folder;
  execFileSync(process.execPath, ['--import', 'tsx', 'app/build.ts'], { cwd: folder });
}
