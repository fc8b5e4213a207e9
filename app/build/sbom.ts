import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const FORMAT = ['--package-lock-only', '--sbom-format=spdx', '--sbom-type=application'];

/**
 * What runs in production, as SPDX, from the lock file in a folder. npm is shown a lock file without
 * what is for development only: its own `--omit=dev` also omits what both need.
 */
export async function sbomOf(root: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'risk-gate-sbom-'));
  try {
    const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
    const lock = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8'));
    for (const [path, { dev }] of Object.entries<{ dev?: boolean }>(lock.packages)) {
      if (dev) delete lock.packages[path];
    }
    for (const described of [manifest, lock.packages['']]) delete described.devDependencies;
    await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
    await writeFile(join(folder, 'package-lock.json'), JSON.stringify(lock));
    const { stdout } = await promisify(execFile)('npm', ['sbom', ...FORMAT], {
      cwd: folder,
      maxBuffer: 64 * 1024 * 1024,
    });
    return stdout;
  } finally {
    await rm(folder, { recursive: true });
  }
}
