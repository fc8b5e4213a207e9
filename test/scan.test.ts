import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/** What a program prints, and its exit code. `undefined`: it is not installed. */
interface Program {
  readonly status?: number;
  readonly stdout?: object | string;
  readonly stderr?: string;
}

const folder = mkdtempSync(join(tmpdir(), 'risk-gate-scan-'));
afterAll(() => rmSync(folder, { recursive: true }));

let runs = 0;

/** Runs the scan with stand-ins for npm and grype, which are the only programs on its path. */
function scan(programs: { readonly npm?: Program; readonly grype?: Program }) {
  const path = join(folder, String(runs++));
  mkdirSync(path);
  for (const [name, { status = 0, stdout = '', stderr = '' }] of Object.entries(programs)) {
    const text = typeof stdout === 'string' ? stdout : JSON.stringify(stdout);
    const lines = [
      `#!${process.execPath}`,
      `require('node:fs').writeFileSync('${path}/${name}.args', process.argv.slice(2).join(' '));`,
      `process.stdout.write(${JSON.stringify(text)});`,
      `process.stderr.write(${JSON.stringify(stderr)});`,
      `process.exitCode = ${status};`,
    ];
    writeFileSync(join(path, name), lines.join('\n'));
    chmodSync(join(path, name), 0o755);
  }
  // Not in the project, whose package.json would make the stand-ins ES modules.
  const run = spawnSync(process.execPath, ['--import', TSX, join(ROOT, '.ci/scan.ts')], {
    env: { PATH: path, HOME: path },
    encoding: 'utf8',
  });
  return { path, status: run.status, output: run.stdout, errors: run.stderr };
}

type Severity = 'low' | 'moderate' | 'high' | 'critical';

/** Returns a report of `npm audit`, which exits with 1 if there is any finding. */
const npmReport = (...severities: Severity[]): Program => ({
  status: Number(severities.length > 0),
  stdout: {
    auditReportVersion: 2,
    vulnerabilities: Object.fromEntries(
      severities.map((severity, index) => [
        `package-${index}`,
        {
          name: `package-${index}`,
          severity,
          via: [{ title: 'Reads too much', url: `https://github.com/advisories/GHSA-${index}` }],
        },
      ]),
    ),
  },
});

const grypeReport = (
  ...findings: readonly (readonly [type: string, severity: string])[]
): Program => ({
  stdout: {
    matches: findings.map(([type, severity], index) => ({
      artifact: { name: `lib-${index}`, version: '1.0', type },
      vulnerability: { id: `CVE-2026-${index}`, severity, fix: { state: 'fixed' } },
    })),
  },
});

/** As npm prints it when it cannot connect. */
const NPM_OFFLINE: Program = {
  status: 1,
  stdout: {
    message:
      'request to https://token@npm.example.com/-/npm/v1/security/advisories/bulk failed, reason: getaddrinfo ENOTFOUND npm.example.com',
    error: { summary: '', detail: '' },
  },
  stderr: 'npm error audit endpoint returned an error\n',
};
/** As npm prints it when the registry offers no audit. */
const NPM_WITHOUT_AUDIT: Program = {
  status: 1,
  stdout: {
    message: '405 Method Not Allowed - POST https://npm.example.com/',
    statusCode: 405,
    error: { summary: '', detail: '' },
  },
};
const GRYPE_OFFLINE: Program = {
  status: 1,
  stderr:
    'reading\nfailed to load vulnerability db: dial tcp: lookup grype.anchore.io: no such host\n',
};

const NPM_CLEAN = 'npm packages that ship: 0 of severity high or critical, 0 of a lower one.';
const IMAGE_CLEAN = /packages of node:24\.\S+: 0 of severity high or critical, 0 of a lower one\./;

describe('The scan passes with', () => {
  test.each<[string, Parameters<typeof scan>[0], (string | RegExp)[]]>([
    ['no finding', { npm: npmReport(), grype: grypeReport() }, [NPM_CLEAN, IMAGE_CLEAN]],
    [
      'findings of a lower severity',
      {
        npm: npmReport('low', 'moderate'),
        grype: grypeReport(['deb', 'Medium'], ['deb', 'Negligible'], ['deb', 'Unknown']),
      },
      ['0 of severity high or critical, 2 of a lower one', '0 of severity high or critical, 3 of'],
    ],
    [
      'a finding in the npm of the image, which the service does not run',
      { npm: npmReport(), grype: grypeReport(['npm', 'Critical']) },
      [IMAGE_CLEAN],
    ],
    [
      'no network, which it says, without the URL of the registry',
      { npm: NPM_OFFLINE, grype: GRYPE_OFFLINE },
      [
        'NOT CHECKED: npm packages that ship, because the registry cannot be reached, or offers no audit: request to <url> failed, reason: getaddrinfo ENOTFOUND npm.example.com.',
        /NOT CHECKED: packages of node:24\.\S+, because grype failed, for example because there is no network: failed to load vulnerability db.* no such host\./,
      ],
    ],
    [
      'a registry without audits, and no grype',
      { npm: NPM_WITHOUT_AUDIT },
      [
        'NOT CHECKED: npm packages that ship, because the registry cannot be reached, or offers no audit: 405 Method Not Allowed',
        /NOT CHECKED: packages of node:24\.\S+, because grype is not installed\./,
      ],
    ],
    ['no npm', { grype: grypeReport() }, ['because npm is not installed', IMAGE_CLEAN]],
  ])('%s', (_, programs, lines) => {
    const { status, output, errors } = scan(programs);
    expect({ status, errors }).toEqual({ status: 0, errors: '' });
    for (const line of lines) expect(output).toMatch(line);
    expect(output).not.toContain('token@');
  });
});

describe('The scan fails with', () => {
  test.each<[string, Parameters<typeof scan>[0], string]>([
    [
      'a package of high severity',
      { npm: npmReport('low', 'high'), grype: grypeReport() },
      '  package-1 (high): Reads too much https://github.com/advisories/GHSA-1',
    ],
    ['a package of critical severity', { npm: npmReport('critical') }, '  package-0 (critical): '],
    [
      'a package, although the image cannot be checked',
      { npm: npmReport('high'), grype: GRYPE_OFFLINE },
      '  package-0 (high): ',
    ],
    [
      'a package of the image, although npm cannot be checked',
      { npm: NPM_OFFLINE, grype: grypeReport(['deb', 'High']) },
      '  lib-0 1.0 (high): CVE-2026-0',
    ],
    [
      'Node itself',
      { npm: npmReport(), grype: grypeReport(['binary', 'Critical']) },
      '  lib-0 1.0 (critical): CVE-2026-0',
    ],
  ])('%s', (_, programs, line) => {
    const { status, output } = scan(programs);
    expect(status).toBe(1);
    expect(output).toContain(line);
  });

  test.each<[string, Program, string]>([
    [
      'an error of npm that has nothing to do with the network',
      {
        status: 1,
        stdout: { error: { code: 'ENOLOCK', summary: 'This command requires a lock file.' } },
      },
      'npm audit failed: ENOLOCK This command requires a lock file.',
    ],
    ['no report of npm', { status: 0, stdout: '' }, 'npm audit failed: it printed no report.'],
  ])('%s', (_, npm, message) => {
    const { status, errors } = scan({ npm, grype: grypeReport() });
    expect({ status, errors }).toEqual({ status: 1, errors: `${message}\n` });
  });
});

test('npm checks the lock file without development packages; grype checks fixed vulnerabilities for ARM64', () => {
  const { path } = scan({ npm: npmReport(), grype: grypeReport() });
  const argumentsOf = (name: string) => readFileSync(join(path, `${name}.args`), 'utf8').split(' ');
  expect(argumentsOf('npm').slice(0, 4)).toEqual([
    'audit',
    '--omit=dev',
    '--package-lock-only',
    '--json',
  ]);
  expect(argumentsOf('grype').join(' ')).toMatch(
    /^registry:node:24\.\S+ --platform linux\/arm64 --only-fixed --output json$/,
  );
});
