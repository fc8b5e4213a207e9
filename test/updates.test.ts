import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { parse } from 'yaml';

const ROOT = new URL('../', import.meta.url);
const readText = (path: string) => readFileSync(new URL(path, ROOT), 'utf8');

interface Rule {
  readonly 'package-ecosystem': string;
  readonly directory: string;
  readonly ignore?: readonly {
    readonly 'dependency-name': string;
    readonly 'update-types'?: readonly string[];
    readonly versions?: unknown;
  }[];
}

const rules: readonly Rule[] = parse(readText('.github/dependabot.yml')).updates;
const ruleFor = (ecosystem: string) =>
  rules.find((rule) => rule['package-ecosystem'] === ecosystem);

const DOCKERFILE = 'app/Dockerfile';

/**
 * A line whose image Dependabot updates, as its parser reads it (docker/lib/dependabot/docker/file_parser.rb): an
 * optional platform, registry and digest, and a tag. A variable is not expanded.
 */
const UPDATED_LINE =
  /^FROM\s+(?:--platform=\S+\s+)?(?:(?<registry>[a-z\d-]+(?:\.[a-z\d-]+)+(?::\d+)?)\/)?(?<image>[a-z\d._-]+(?:\/[a-z\d._-]+)*):(?<tag>\w[\w.-]*)(?:@sha256:[\da-f]{64})?(?:\s+AS\s+(?<stage>[\w-]+))?$/i;

const fromLines = readText(DOCKERFILE)
  .split('\n')
  .filter((line) => /^FROM\b/i.test(line));
const updated = fromLines.flatMap((line): Record<string, string | undefined>[] => {
  const groups = UPDATED_LINE.exec(line)?.groups;
  return groups === undefined ? [] : [groups];
});

describe('The base image', () => {
  test.each(fromLines)('%s: is updated by Dependabot, or is such a stage by default', (line) => {
    if (UPDATED_LINE.test(line)) return;
    const [, stage] = /^FROM (?:--platform=\S+ )?\$\{\w+:-([\w-]+)\}(?: AS \S+)?$/.exec(line) ?? [];
    expect(updated.map((each) => each.stage)).toContain(stage);
  });

  test('is the same exact version in every line', () => {
    expect(updated.length).toBeGreaterThan(0);
    const images = new Set(
      updated.map(({ registry, image, tag }) => [registry, image, tag].join()),
    );
    expect(images.size).toBe(1);
    expect(updated[0]?.tag).toMatch(/^\d+\.\d+\.\d+-slim$/);
  });

  test('is in a registry whose tags Dependabot can list: not public.ecr.aws', () => {
    // It answers with 429 for an image with many tags: https://github.com/dependabot/dependabot-core/issues/11921
    expect(updated.map(({ registry }) => registry)).not.toContain('public.ecr.aws');
  });

  test('is found by the rule for Docker, which proposes minor and patch versions', () => {
    const { directory, ignore = [] } = ruleFor('docker') ?? { directory: '' };
    expect(directory).toBe(`/${dirname(DOCKERFILE)}`);
    expect(basename(DOCKERFILE)).toMatch(/dockerfile/i);
    expect(existsSync(new URL(DOCKERFILE, ROOT))).toBe(true);
    const ignored = ignore.filter(({ 'dependency-name': name }) => ['*', 'node'].includes(name));
    expect(ignored).toEqual([
      { 'dependency-name': '*', 'update-types': ['version-update:semver-major'] },
    ]);
  });

  test('has the major version of .nvmrc', () => {
    expect(updated[0]?.tag?.split('.')[0]).toBe(readText('.nvmrc').trim());
  });

  test.each([
    ['FROM node:24.21.0-slim', true],
    ['FROM --platform=$BUILDPLATFORM registry.example.com/node:24.21.0-slim AS build', true],
    ['FROM ${NODE_IMAGE}', false],
    ['FROM ${NODE_IMAGE:-node:24.21.0-slim}', false],
    ['FROM node', false],
  ])('the pattern of an updated line, for "%s": %s', (line, isUpdated) => {
    expect(UPDATED_LINE.test(line)).toBe(isUpdated);
  });
});

const WORKFLOWS = '.github/workflows/';

/** Every action of the workflows: how the YAML has it, and the line with its comment. */
const actions = readdirSync(new URL(WORKFLOWS, ROOT)).flatMap((file) => {
  const text = readText(WORKFLOWS + file);
  const jobs: Record<string, { steps: readonly { uses?: string }[] }> = parse(text).jobs;
  const used = Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ uses }) => uses ?? []));
  const lines = text.split('\n').filter((line) => /\buses:/.test(line));
  return used.map((uses, index): [string, string] => [uses, lines[index]?.trim() ?? '']);
});

describe('The actions of CI', () => {
  test.each(actions)('%s is pinned by its commit, with the version as a comment', (uses, line) => {
    expect(uses).toMatch(/^[\w.-]+\/[\w./-]+@[\da-f]{40}$/);
    // Dependabot updates the comment together with the commit.
    expect(line).toBe(`- uses: ${uses} # ${/# (v\d+\.\d+\.\d+)$/.exec(line)?.[1]}`);
  });

  test('have one commit for each version', () => {
    const versions = new Map(
      actions.map(([uses, line]) => [`${uses.split('@')[0]} ${line.split('# ')[1]}`, uses]),
    );
    expect(versions.size).toBe(new Set(actions.map(([uses]) => uses)).size);
    expect(versions.size).toBeGreaterThan(2);
  });

  test('are found by the rule for GitHub Actions', () => {
    expect(ruleFor('github-actions')).toMatchObject({ directory: '/' });
    expect(ruleFor('github-actions')).not.toHaveProperty('ignore');
  });
});

test('The scan runs for every change and every day, and in .ci/run', () => {
  const scan = parse(readText(`${WORKFLOWS}scan.yml`));
  expect(Object.keys(scan.on)).toEqual(['push', 'pull_request', 'schedule']);
  const commands = scan.jobs.scan.steps.flatMap(({ run }: { run?: string }) => run ?? []);
  expect(commands).toEqual(['node .ci/scan.ts']);
  expect(readText('.ci/run')).toMatch(/^node --import tsx \.ci\/scan\.ts$/m);
});
