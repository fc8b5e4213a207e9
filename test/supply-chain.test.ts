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
import { shippedPackages } from './support/bundle.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Licences that ask for no more than their text and the names of the authors, which the image holds. */
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
 * The terms of packages that are not on the list, and why they may ship all the same. The package of
 * the country database is CC0; the data in it is under CC BY 4.0, whose credit NOTICE gives.
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
}

interface Sbom {
  readonly packages: readonly {
    readonly name: string;
    readonly versionInfo: string;
    readonly licenseDeclared: string;
    readonly checksums?: readonly object[];
  }[];
}

const lock: { packages: Record<string, Locked> } = readJson('package-lock.json');
const locked = Object.entries(lock.packages).filter(([path]) => path !== '');
const production = locked.filter(([, { dev, devOptional }]) => !dev && !devOptional);

let folder: string;

/** A checkout with nothing in it but what npm reads. */
beforeAll(() => {
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

/** Lets npm resolve an installation without a network, and gives its exit code. */
function tryInstall(): number | null {
  const options = ['--dry-run', '--offline', '--ignore-scripts', '--no-audit', '--no-fund'];
  return spawnSync('npm', ['ci', ...options], { cwd: folder }).status;
}

describe('The lock file', () => {
  test('fits package.json, and says all that an installation needs', () => {
    expect(tryInstall()).toBe(0);
  });

  test('would not pass if package.json asked for something else', () => {
    const original = readFileSync(join(folder, 'package.json'), 'utf8');
    const changed = original.replace(/("hono": )"[^"]+"/, '$1"^3.0.0"');
    writeFileSync(join(folder, 'package.json'), changed);
    expect(tryInstall()).not.toBe(0);
    writeFileSync(join(folder, 'package.json'), original);
  });

  test('has the digest of every package that is fetched', () => {
    // What lies inside another package is covered by that one's digest.
    const fetched = locked.filter(([, { inBundle }]) => !inBundle);
    const without = fetched.filter(([, { integrity }]) => !integrity?.startsWith('sha512-'));
    expect(without.map(([path]) => path)).toEqual([]);
  });

  test('takes nothing from a repository, a folder or an address of its own', () => {
    const elsewhere = locked.filter(
      ([, { link, resolved }]) =>
        link || (resolved && !/^https:\/\/registry\.npmjs\.org\//.test(resolved)),
    );
    expect(elsewhere.map(([path]) => path)).toEqual([]);
  });
});

describe('What runs in production', () => {
  test('is installed as it is locked', () => {
    const different = production.filter(
      ([path, { version }]) => manifest(path).version !== version,
    );
    expect(different.map(([path]) => path)).toEqual([]);
  });

  test('needs no install script', () => {
    const scripted = production.filter(([path, { hasInstallScript }]) => {
      const { preinstall, install, postinstall } = manifest(path).scripts ?? {};
      return hasInstallScript || preinstall || install || postinstall;
    });
    expect(scripted.map(([path]) => path)).toEqual([]);
  });

  test('is under licences that are allowed', () => {
    const refused = production
      .map(([path]) => manifest(path))
      .filter(
        ({ name, license = '' }) => !ALLOWED.includes(license) && EXCEPTIONS.get(name) !== license,
      );
    expect(refused.map(({ name, license }) => `${name}: ${license}`)).toEqual([]);
  });

  test('has the credit that the country data asks for', () => {
    expect(readFileSync(join(ROOT, 'NOTICE'), 'utf8')).toContain('CC BY 4.0');
  });
});

describe('The SBOM', () => {
  let packages: Sbom['packages'];

  beforeAll(() => {
    for (const name of ['app', 'node_modules']) symlinkSync(join(ROOT, name), join(folder, name));
    const { status, stderr } = spawnSync(
      process.execPath,
      ['--import', 'tsx', 'app/build/build.ts'],
      {
        cwd: folder,
        // Where no registry is.
        env: { ...process.env, npm_config_registry: 'http://127.0.0.1:1/' },
        encoding: 'utf8',
      },
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    ({ packages } = readJson<Sbom>('dist/sbom.spdx.json', folder));
  });

  test('names every package that ships, with version, licence and digest', async () => {
    const named = new Map(packages.map((one) => [`${one.name} ${one.versionInfo}`, one]));
    const shipped = await shippedPackages();
    // The bundle was looked into.
    expect(shipped).toContain('node_modules/hono');
    for (const path of shipped) {
      const { name, version, license } = manifest(path);
      expect(named.get(`${name} ${version}`)).toMatchObject({
        licenseDeclared: license,
        checksums: [expect.objectContaining({ algorithm: 'SHA512' })],
      });
    }
  });

  test('names nothing else', () => {
    expect(packages.map(({ name }) => name)).not.toContain('jest');
    expect(packages).toHaveLength(production.length + 1);
  });
});

describe('What a change must pass', () => {
  const workflow = parse(readFileSync(join(ROOT, '.github/workflows/ci.yml'), 'utf8'));
  const commands = (job: string): string[] =>
    workflow.jobs[job].steps.flatMap(({ run }: { run?: string }) => run ?? []);

  test('runs for every change to be merged, and audits what ships', () => {
    expect(Object.keys(workflow.on)).toEqual(expect.arrayContaining(['push', 'pull_request']));
    expect(commands('check').at(-1)).toMatch(/\s\.ci\/run$/);
    expect(commands('audit')).toEqual([expect.stringMatching(/^npm audit --omit=dev\b/)]);
  });

  const script = readFileSync(join(ROOT, '.ci/run'), 'utf8');

  test('is every kind of test that there is, and the guard of the benchmark', () => {
    const { scripts = {} } = manifest('.');
    const kinds = Object.keys(scripts).filter((name) => /^(test:|bench:guard$)/.test(name));
    expect(kinds.length).toBeGreaterThan(4);
    const run = [...script.matchAll(/^npm run (\S+)$/gm)].map(([, name]) => name);
    expect(run).toEqual(expect.arrayContaining(['lint', 'typecheck', 'synth', ...kinds]));
    expect(script).toMatch(/^npm test$/m);
  });

  test('needs no audit by itself, and installs exactly what is locked', () => {
    expect(script).toMatch(/^npm ci --no-audit/m);
    expect(script).not.toMatch(/npm (?:audit|install|i)\b/);
  });
});
