import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { importedPackages, shippedPackages } from './support/bundle.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Licences that require only their text and the authors' names, both of which the image contains. */
const ALLOWED = [
  'MIT',
  'Apache-2.0',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  '0BSD',
];

/**
 * Licences that are allowed for one package. The package of the country database is CC0; its data is under
 * CC BY 4.0, whose attribution is in NOTICE.
 */
const EXCEPTIONS = new Map([['@ip-location-db/geo-whois-asn-country-mmdb', 'CC0-1.0']]);

interface Locked {
  readonly version?: string;
  readonly integrity?: string;
  readonly dev?: boolean;
  readonly devOptional?: boolean;
  readonly inBundle?: boolean;
  readonly link?: boolean;
  readonly resolved?: string;
  readonly hasInstallScript?: boolean;
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
}

interface Sbom {
  readonly packages: readonly {
    readonly name: string;
    readonly versionInfo: string;
    readonly licenseDeclared: string;
    readonly checksums?: readonly { readonly algorithm: string }[];
  }[];
}

const lock: { packages: Record<string, Locked> } = readJson('package-lock.json');
const locked = Object.entries(lock.packages).filter(([path]) => path !== '');
const production = locked.filter(([, { dev, devOptional }]) => !dev && !devOptional);

let folder: string;

beforeAll(() => {
  // Only the files that npm reads.
  folder = mkdtempSync(join(tmpdir(), 'risk-gate-supply-'));
  for (const file of ['package.json', 'package-lock.json']) {
    copyFileSync(join(ROOT, file), join(folder, file));
  }
});

afterAll(() => rmSync(folder, { recursive: true }));

function readJson<T>(path: string, root = ROOT): T {
  return JSON.parse(readFileSync(join(root, path), 'utf8'));
}

function manifest(path: string): Manifest {
  return readJson(join(path, 'package.json'));
}

/** Lets npm resolve an installation offline, and returns its exit code. */
function tryInstall(): number | null {
  const options = ['--dry-run', '--offline', '--ignore-scripts', '--no-audit', '--no-fund'];
  return spawnSync('npm', ['ci', ...options], { cwd: folder }).status;
}

describe('the lock file', () => {
  test('matches package.json and is complete', () => {
    expect(tryInstall()).toBe(0);
  });

  test('is rejected by npm when package.json requires another version', () => {
    const original = readFileSync(join(folder, 'package.json'), 'utf8');
    const changed = original.replace(/("hono": )"[^"]+"/, '$1"^3.0.0"');
    writeFileSync(join(folder, 'package.json'), changed);
    expect(tryInstall()).not.toBe(0);
    writeFileSync(join(folder, 'package.json'), original);
  });

  test('contains the digest of every package that is downloaded', () => {
    // A package inside another one is covered by the outer digest.
    const downloaded = locked.filter(([, { inBundle }]) => !inBundle);
    const without = downloaded.filter(([, { integrity }]) => !integrity?.startsWith('sha512-'));
    expect(without.map(([path]) => path)).toEqual([]);
  });

  test('installs from the npm registry only', () => {
    const elsewhere = locked.filter(
      ([, { link, resolved }]) =>
        link || (resolved && !/^https:\/\/registry\.npmjs\.org\//.test(resolved)),
    );
    expect(elsewhere.map(([path]) => path)).toEqual([]);
  });
});

describe('production dependencies', () => {
  test('are exactly the packages that the service imports', async () => {
    const { dependencies = {} } = manifest('.');
    const imported = (await importedPackages()).map((path) => path.replace('node_modules/', ''));
    expect(Object.keys(dependencies).sort()).toEqual(imported);
  });

  test('are installed in the locked versions', () => {
    const different = production.filter(
      ([path, { version }]) => manifest(path).version !== version,
    );
    expect(different.map(([path]) => path)).toEqual([]);
  });

  test('have no install scripts', () => {
    const scripted = production.filter(([path, { hasInstallScript }]) => {
      const { preinstall, install, postinstall } = manifest(path).scripts ?? {};
      return hasInstallScript || preinstall || install || postinstall;
    });
    expect(scripted.map(([path]) => path)).toEqual([]);
  });

  test('have allowed licences', () => {
    const refused = production
      .map(([path]) => manifest(path))
      .filter(
        ({ name, license = '' }) => !ALLOWED.includes(license) && EXCEPTIONS.get(name) !== license,
      );
    expect(refused.map(({ name, license }) => `${name}: ${license}`)).toEqual([]);
  });

  test('include the attribution that the country data requires', () => {
    expect(readFileSync(join(ROOT, 'NOTICE'), 'utf8')).toContain('CC BY 4.0');
  });
});

describe('the build', () => {
  beforeAll(() => {
    for (const name of ['app', 'node_modules']) symlinkSync(join(ROOT, name), join(folder, name));
    const { status, stderr } = spawnSync(
      process.execPath,
      ['--import', 'tsx', 'app/build/build.ts'],
      {
        cwd: folder,
        // The build must not need the registry.
        env: { ...process.env, npm_config_registry: 'http://127.0.0.1:1/' },
        encoding: 'utf8',
      },
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  test('lists exactly the packages that ship in the SBOM, with version, licence and digest', async () => {
    const { packages } = readJson<Sbom>('dist/sbom.spdx.json', folder);
    const shipped = await shippedPackages();
    expect(shipped).toContain('node_modules/hono');
    const expected = ['.', ...shipped].map((path) => {
      const { name, version, license } = manifest(path);
      return [`${name}@${version}`, license, path === '.' ? [] : ['SHA512']];
    });
    const listed = packages.map(({ name, versionInfo, licenseDeclared, checksums = [] }) => [
      `${name}@${versionInfo}`,
      licenseDeclared,
      checksums.map(({ algorithm }) => algorithm),
    ]);
    expect(listed.sort()).toEqual(expected.sort());
  });

  test('contains the licence texts of exactly the packages that ship', async () => {
    const text = readFileSync(join(folder, 'dist/LICENSES-THIRD-PARTY.txt'), 'utf8');
    const named = [...text.matchAll(/^(@?[a-z][\w./-]+) \d+\.\d+\.\S+ \(\S+\)$/gm)];
    const shipped = (await shippedPackages()).map((path) => manifest(path).name);
    expect(named.map(([, name]) => name).sort()).toEqual(shipped.sort());
  });
});

describe('continuous integration', () => {
  const workflow = parse(readFileSync(join(ROOT, '.github/workflows/ci.yml'), 'utf8'));
  const commands = (job: string): string[] =>
    workflow.jobs[job].steps.flatMap(({ run }: { run?: string }) => run ?? []);

  test('runs for pushes and pull requests', () => {
    expect(Object.keys(workflow.on)).toEqual(expect.arrayContaining(['push', 'pull_request']));
    expect(commands('check').at(-1)).toMatch(/\s\.ci\/run$/);
  });

  const script = readFileSync(join(ROOT, '.ci/run'), 'utf8');

  test('runs every kind of test and the benchmark guard', () => {
    const { scripts = {} } = manifest('.');
    const kinds = Object.keys(scripts).filter((name) => /^(test:|bench:guard$)/.test(name));
    expect(kinds.length).toBeGreaterThan(4);
    const run = [...script.matchAll(/^npm run (\S+)$/gm)].map(([, name]) => name);
    expect(run).toEqual(expect.arrayContaining(['lint', 'typecheck', 'synth', ...kinds]));
    expect(script).toMatch(/^npm test$/m);
  });

  test('runs on the minimum version of Node and on that of the image', () => {
    const { engines } = readJson<{ engines: { node: string } }>('package.json');
    const [, image] =
      /^FROM node:(\d+)\./m.exec(readFileSync(join(ROOT, 'app/Dockerfile'), 'utf8')) ?? [];
    const versions = [engines.node.replace('>=', ''), image];
    expect(workflow.jobs.check.strategy.matrix.node).toEqual(versions);
    for (const version of versions) expect(script).toMatch(RegExp(`\\bother=${version}\\b`));
  });

  test('runs some tests on busy cores', () => {
    expect(script).toMatch(/^node --import tsx test\/support\/busy\.ts 4 npm test -- test/m);
  });

  test('installs exactly the lock file', () => {
    expect(script).toMatch(/^npm ci --no-audit/m);
    expect(script).not.toMatch(/npm (?:audit|install|i)\b/);
  });
});
