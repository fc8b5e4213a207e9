import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Check } from '../../../infra/preflight/check.ts';
import { dockerCheck } from '../../../infra/preflight/checks/docker.ts';
import { imageCheck } from '../../../infra/preflight/checks/image.ts';
import { failure } from './aws.ts';
import { ACCOUNT_ID, account, findingsOf, OFFLINE } from './facts.ts';
import { useAws } from './use-aws.ts';

const REPOSITORY = `${ACCOUNT_ID}.dkr.ecr.eu-west-1.amazonaws.com/team/risk-gate`;
const IMAGE = `${REPOSITORY}:1.2.3`;

describe('Docker', () => {
  const folder = mkdtempSync(join(tmpdir(), 'risk-gate-docker-'));
  const path = process.env.PATH;
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  afterEach(() => {
    process.env.PATH = path;
    delete process.env.CDK_DOCKER;
  });

  /** Puts a command on PATH, alone. `/bin/sh` runs it. */
  function install(name: string, script: string): void {
    const file = join(folder, name);
    writeFileSync(file, `#!/bin/sh\n${script}\n`);
    chmodSync(file, 0o755);
    process.env.PATH = folder;
  }

  const check = (options = {}) =>
    findingsOf(dockerCheck as unknown as Check, { account: OFFLINE, options });
  const OR = ', or set imageUri to an existing ARM64 image.';

  test.each<[name: string, script: string, finding: string]>([
    ['running', 'echo 28.1.0', 'ok: docker 28.1.0 is running.'],
    [
      'not running',
      'echo "Cannot connect to the Docker daemon." >&2; exit 1',
      `error: docker is not running (Cannot connect to the Docker daemon): start it${OR}`,
    ],
    [
      'without BuildKit',
      'if [ "$1" = buildx ]; then exit 1; fi; echo 28.1.0',
      `error: Docker has no BuildKit: install the plugin docker-buildx${OR}`,
    ],
  ])('%s', async (_, script, finding) => {
    install('docker', script);
    expect(await check()).toEqual([finding]);
  });

  test('not installed', async () => {
    process.env.PATH = join(folder, 'empty');
    expect(await check()).toEqual([`error: docker is not installed: install it${OR}`]);
  });

  test('replaced by the command in CDK_DOCKER', async () => {
    install('finch', 'if [ "$1" = buildx ]; then exit 1; fi; echo 1.9.0');
    process.env.CDK_DOCKER = 'finch';
    expect(await check()).toEqual(['ok: finch 1.9.0 is running.']);
  });

  test('not needed with an existing image', async () => {
    process.env.PATH = join(folder, 'empty');
    expect(await check({ imageUri: IMAGE })).toEqual([]);
  });
});

describe('An existing image', () => {
  const aws = useAws('nothing');

  const GET = 'ecr BatchGetImage';
  const manifest = (value: object) => ({
    body: { images: [{ imageManifest: JSON.stringify(value) }], failures: [] },
  });
  const index = (...architectures: readonly string[]) =>
    manifest({ manifests: architectures.map((architecture) => ({ platform: { architecture } })) });

  test.each<[name: string, prepare: () => void, imageUri: string, finding: string]>([
    [
      'for several platforms',
      () => aws.answer(GET, index('amd64', 'arm64')),
      IMAGE,
      `ok: ${IMAGE} is for ARM64.`,
    ],
    [
      'for another platform',
      () => aws.answer(GET, index('amd64', '386')),
      IMAGE,
      `error: ${IMAGE} is for amd64, 386, but the tasks need ARM64: build it with --platform linux/arm64.`,
    ],
    [
      'with a tag that does not exist',
      () => aws.answer(GET, { body: { images: [], failures: [{ failureCode: 'ImageNotFound' }] } }),
      IMAGE,
      `error: ${IMAGE} does not exist: push the image, or correct imageUri.`,
    ],
    [
      'in a repository that does not exist',
      () => aws.answer(GET, failure(GET, 400, 'RepositoryNotFoundException')),
      IMAGE,
      'error: The repository team/risk-gate does not exist in eu-west-1: correct imageUri.',
    ],
    [
      'that cannot be read',
      () => aws.deny(GET),
      IMAGE,
      'warning: Not checked, because the credentials do not allow ecr:BatchGetImage: allow it, or check this yourself.',
    ],
    [
      'in another registry',
      () => undefined,
      'ghcr.io/team/risk-gate:1.2.3',
      'warning: imageUri is not in a private repository of ECR and was not checked: it must be for ARM64, and the tasks must be able to pull it without credentials.',
    ],
  ])('%s', async (_, prepare, imageUri, finding) => {
    prepare();
    expect(await findingsOf(imageCheck, { options: { imageUri } })).toEqual([finding]);
  });

  test.each<[uri: string, imageId: object]>([
    [IMAGE, { imageTag: '1.2.3' }],
    [REPOSITORY, { imageTag: 'latest' }],
    [`${IMAGE}@sha256:${'ab'.repeat(32)}`, { imageDigest: `sha256:${'ab'.repeat(32)}` }],
  ])('%s is found by tag or digest, in the region of the repository', async (imageUri, imageId) => {
    const requests: unknown[] = [];
    aws.answer(GET, (body) => {
      requests.push(JSON.parse(body));
      return index('arm64');
    });
    await findingsOf(imageCheck, { options: { imageUri }, account: await account() });
    expect(requests).toEqual([
      expect.objectContaining({
        registryId: ACCOUNT_ID,
        repositoryName: 'team/risk-gate',
        imageIds: [imageId],
      }),
    ]);
  });

  test.each([
    ['arm64', `ok: ${IMAGE} is for ARM64.`],
    [
      'amd64',
      `error: ${IMAGE} is for amd64, but the tasks need ARM64: build it with --platform linux/arm64.`,
    ],
  ])('for one platform, %s, which its configuration names', async (architecture, finding) => {
    const layers = createServer((_, response) => response.end(JSON.stringify({ architecture })));
    await new Promise<void>((resolve) => layers.listen(0, '127.0.0.1', resolve));
    const downloadUrl = `http://127.0.0.1:${(layers.address() as AddressInfo).port}/config`;
    aws.answer(GET, manifest({ config: { digest: 'sha256:c' }, layers: [] }));
    aws.answer('ecr GetDownloadUrlForLayer', (body) =>
      JSON.parse(body).layerDigest === 'sha256:c' ? { body: { downloadUrl } } : undefined,
    );
    expect(await findingsOf(imageCheck, { options: { imageUri: IMAGE } })).toEqual([finding]);
    layers.closeAllConnections();
    layers.close();
  });
});
