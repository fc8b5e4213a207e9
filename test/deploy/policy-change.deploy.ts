import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { describeWithMoto } from '../support/moto.ts';
import { ROOT } from '../support/process.ts';
import { publishAssets } from './assets.ts';
import { runCdk } from './cdk.ts';
import { type EmulatedAws, startEmulatedAws } from './emulated-aws.ts';
import { type Event, type Stacks, stacksOf } from './stacks.ts';

/** The inputs of synth. */
const SOURCES = [
  ...['app', 'infra', '.dockerignore', 'LICENSE', 'NOTICE'],
  ...['cdk.json', 'package.json', 'package-lock.json', 'tsconfig.json'],
];

/** What changes with the policy. The old ones are deleted last, when no task uses them. */
const REPLACED = [
  'AWS::ECS::TaskDefinition',
  // To make the copy, and to read it.
  'AWS::IAM::Policy',
  'AWS::IAM::Policy',
  'Custom::DataFile',
];

describeWithMoto('a changed policy', () => {
  const controller = new AbortController();
  let folder: string;
  let aws: EmulatedAws;
  let stacks: Stacks;
  /** Cloud assemblies. */
  let before: string;
  let after: string;
  let events: readonly Event[];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'risk-gate-policy-'));
    const [first, second] = [copyOfCheckout('before'), copyOfCheckout('after')];
    const policy = join(second, 'app/policy.yaml');
    const text = readFileSync(policy, 'utf8');
    writeFileSync(policy, text.replace('mode: enforce', 'mode: monitor'));
    [aws, before, after] = await Promise.all([
      startEmulatedAws({ bootstrap: 'fast' }),
      synthesise(first),
      synthesise(second),
    ]);
    stacks = stacksOf(aws);
    for (const assembly of [before, after]) await publishAssets(aws, assembly);
    expect(await stacks.create(templateIn(before))).toBe('CREATE_COMPLETE');
    expect(await stacks.update(templateIn(after))).toBe('UPDATE_COMPLETE');
    events = await stacks.events();
  });

  afterAll(async () => {
    controller.abort();
    rmSync(folder, { recursive: true });
    await aws?.stop();
  });

  function copyOfCheckout(name: string): string {
    const copy = join(folder, name);
    for (const path of SOURCES) cpSync(join(ROOT, path), join(copy, path), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
    return copy;
  }

  /** Returns the folder with what `cdk deploy` would send to CloudFormation and build. */
  async function synthesise(checkout: string): Promise<string> {
    await runCdk(['synth', '--quiet', '--output=cdk.out'], {
      environment: {},
      folder: checkout,
      home: join(checkout, 'home'),
      signal: controller.signal,
    });
    return join(checkout, 'cdk.out');
  }

  const typesWith = (status: string) =>
    events
      .filter((event) => event.status === status && event.id !== 'RiskGate')
      .map(({ type }) => type)
      .sort();

  test('replaces the copy of the policy and what refers to it, and updates only the service', () => {
    expect(typesWith('CREATE_COMPLETE')).toEqual(REPLACED);
    expect(typesWith('UPDATE_COMPLETE')).toEqual(['AWS::ECS::Service']);
    expect(typesWith('DELETE_COMPLETE')).toEqual(REPLACED);
  });

  test('keeps the old copy until the service has moved to the new one', async () => {
    const at = (type: string, status: string) =>
      events.findIndex((event) => event.type === type && event.status === status);
    const moved = at('AWS::ECS::Service', 'UPDATE_COMPLETE');
    expect(at('Custom::DataFile', 'CREATE_COMPLETE')).toBeLessThan(moved);
    expect(at('Custom::DataFile', 'DELETE_IN_PROGRESS')).toBeGreaterThan(moved);
    const [copy] = Object.values(await stacks.resources()).filter(
      ({ Type }) => Type === 'Custom::DataFile',
    );
    const { hostname: Bucket, pathname } = new URL(copy?.PhysicalResourceId ?? '');
    const client = new S3Client({ ...aws.access, forcePathStyle: true });
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket }));
    client.destroy();
    expect(Contents.map(({ Key }) => `/${Key}`)).toEqual([pathname]);
  });

  test('does not change the image', () => {
    const images = (assembly: string) => readJson(assembly, 'RiskGate.assets.json').dockerImages;
    expect(Object.keys(images(before))).toHaveLength(1);
    expect(images(after)).toEqual(images(before));
  });
});

const readJson = (assembly: string, file: string) =>
  JSON.parse(readFileSync(join(assembly, file), 'utf8'));

const templateIn = (assembly: string): object => readJson(assembly, 'RiskGate.template.json');
