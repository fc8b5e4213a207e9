/**
 * Looks for known vulnerabilities in what ships: npm packages with `npm audit`, packages of the base image with grype
 * (only those that an update fixes). Ends with 1 if one has high or critical severity. A part that cannot be checked,
 * for example without a network, is named and is no failure.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SEVERE = ['high', 'critical'];
/** JSON of grype about an image of an operating system has some megabytes. */
const MAX_OUTPUT_BYTES = 256 * 1024 * 1024;

/** The findings of one part, or why it was not checked. */
type Result =
  | { readonly severe: readonly string[]; readonly others: number }
  | { readonly notChecked: string };

interface NpmReport {
  readonly auditReportVersion?: number;
  readonly message?: string;
  readonly error?: { readonly code?: string; readonly summary?: string };
  readonly vulnerabilities?: Readonly<
    Record<
      string,
      {
        readonly severity: string;
        readonly via: readonly (string | { title: string; url: string })[];
      }
    >
  >;
}

/** Checks the packages of the lock file that ship. */
function auditNpm(): Result {
  // By default npm would try for minutes.
  const patience = ['--fetch-retries=1', '--fetch-timeout=20000'];
  const run = spawn('npm', ['audit', '--omit=dev', '--package-lock-only', '--json', ...patience]);
  if ('notChecked' in run) return run;
  const report = parse<NpmReport>(run.stdout);
  if (report?.auditReportVersion === undefined) {
    // npm has no code for a registry that it cannot reach, or that offers no audit; it has one for its other errors.
    const { code, summary } = report?.error ?? {};
    if (report?.message === undefined || code) {
      const why = [code, summary].filter(Boolean).join(' ') || 'it printed no report';
      throw new Error(`npm audit failed: ${why.replace(/\.$/, '')}.`);
    }
    return {
      notChecked: `the registry cannot be reached, or offers no audit: ${withoutUrls(report.message)}`,
    };
  }
  const all = Object.entries(report.vulnerabilities ?? {});
  const severe = all.filter(([, { severity }]) => SEVERE.includes(severity));
  return {
    severe: severe.map(([name, { severity, via }]) => {
      const advisories = via.flatMap((each) =>
        typeof each === 'string' ? [] : `${each.title} ${each.url}`,
      );
      return `${name} (${severity}): ${advisories.join('; ') || `through ${via.join(', ')}`}`;
    }),
    others: all.length - severe.length,
  };
}

interface GrypeReport {
  readonly matches: readonly {
    readonly artifact: { readonly name: string; readonly version: string; readonly type: string };
    readonly vulnerability: { readonly id: string; readonly severity: string };
  }[];
}

/** Checks the packages of the base image. */
function scanImage(image: string): Result {
  const run = spawn(process.env.GRYPE || 'grype', [
    ...[`registry:${image}`, '--platform', 'linux/arm64', '--only-fixed', '--output', 'json'],
  ]);
  if ('notChecked' in run) return run;
  const report = parse<GrypeReport>(run.stdout);
  if (run.status !== 0 || report === undefined) {
    const [reason = 'it printed no report'] = run.stderr.trim().split('\n').slice(-1);
    return {
      notChecked: `grype failed, for example because there is no network: ${withoutUrls(reason)}`,
    };
  }
  // npm itself is in the image, but the service does not run it.
  const all = report.matches.filter(({ artifact }) => artifact.type !== 'npm');
  const severe = all.filter(({ vulnerability }) =>
    SEVERE.includes(vulnerability.severity.toLowerCase()),
  );
  return {
    severe: severe.map(
      ({ artifact: { name, version }, vulnerability: { id, severity } }) =>
        `${name} ${version} (${severity.toLowerCase()}): ${id}`,
    ),
    others: all.length - severe.length,
  };
}

/** Returns the image from which `app/Dockerfile` makes that of the service. */
function baseImage(): string {
  const dockerfile = readFileSync(new URL('../app/Dockerfile', import.meta.url), 'utf8');
  const [, image] = /^FROM (\S+:\S+) AS node-of-target$/m.exec(dockerfile) ?? [];
  if (image === undefined) throw new Error('app/Dockerfile has no stage node-of-target.');
  return image;
}

function spawn(command: string, args: readonly string[]) {
  const run = spawnSync(command, args, {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: MAX_OUTPUT_BYTES,
  });
  if (run.error === undefined) return run;
  const { code } = run.error as NodeJS.ErrnoException;
  if (code !== 'ENOENT') throw run.error;
  return { notChecked: `${command} is not installed` };
}

function parse<T>(json: string): T | undefined {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** A URL of a private registry may contain a token. */
function withoutUrls(text: string): string {
  return text.replaceAll(/\b\w+:\/\/\S+/g, '<url>');
}

/** Prints a result. Returns whether it is acceptable. */
function print(part: string, result: Result): boolean {
  if ('notChecked' in result) {
    say(`NOT CHECKED: ${part}, because ${result.notChecked}.`);
    return true;
  }
  const { severe, others } = result;
  say(`${part}: ${severe.length} of severity high or critical, ${others} of a lower one.`);
  for (const finding of severe) say(`  ${finding}`);
  return severe.length === 0;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function main(): void {
  const image = baseImage();
  const acceptable = [
    print('npm packages that ship', auditNpm()),
    print(`packages of ${image}`, scanImage(image)),
  ];
  if (!acceptable.includes(false)) return;
  say('Update what is named. For the base image, docs/deploy.md says how.');
  process.exitCode = 1;
}

try {
  main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}
