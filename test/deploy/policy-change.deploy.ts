import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../support/process.ts';
import { runCdk } from './cdk.ts';

/** The inputs of synth. */
const SOURCES = [
  ...['app', 'infra', '.dockerignore', 'LICENSE', 'NOTICE'],
  ...['cdk.json', 'package.json', 'package-lock.json', 'tsconfig.json'],
];

interface Synthesised {
  readonly resources: Readonly<Record<string, { readonly Type: string }>>;
  /** Image assets, by the hash of their sources. */
  readonly dockerImages: object;
}

// The emulator cannot update a stack, so the templates are compared.
describe('a changed policy', () => {
  const controller = new AbortController();
  let folder: string;
  let before: Synthesised;
  let after: Synthesised;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'risk-gate-policy-'));
    const [first, second] = [copyOfCheckout('before'), copyOfCheckout('after')];
    const policy = join(second, 'app/policy.yaml');
    const text = readFileSync(policy, 'utf8');
    writeFileSync(policy, text.replace('mode: enforce', 'mode: monitor'));
    [before, after] = await Promise.all([synthesise(first), synthesise(second)]);
  });

  afterAll(() => {
    controller.abort();
    rmSync(folder, { recursive: true });
  });

  function copyOfCheckout(name: string): string {
    const copy = join(folder, name);
    for (const path of SOURCES) cpSync(join(ROOT, path), join(copy, path), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
    return copy;
  }

  /** Returns what `cdk deploy` would send to CloudFormation and build. */
  async function synthesise(checkout: string): Promise<Synthesised> {
    await runCdk(['synth', '--quiet', '--output=cdk.out'], {
      environment: {},
      folder: checkout,
      home: join(checkout, 'home'),
      signal: controller.signal,
    });
    const read = (file: string) =>
      JSON.parse(readFileSync(join(checkout, 'cdk.out', file), 'utf8'));
    return {
      resources: read('RiskGate.template.json').Resources,
      dockerImages: read('RiskGate.assets.json').dockerImages,
    };
  }

  test('replaces only the task definition, the copy of the policy, and the permissions to make and read it', () => {
    const typesOf = (here: Synthesised, there: Synthesised, differs: (id: string) => boolean) =>
      Object.keys(here.resources)
        .filter((id) => (id in there.resources ? differs(id) : true))
        .map((id) => here.resources[id]?.Type)
        .sort();
    const isChanged = (id: string) => {
      const [one, other] = [before, after].map(({ resources }) => ({
        ...resources[id],
        DependsOn: undefined,
      }));
      return JSON.stringify(one) !== JSON.stringify(other);
    };
    // The old copy and permissions are other resources, so that they can be deleted last.
    const expected = [
      'AWS::ECS::TaskDefinition',
      'AWS::IAM::Policy',
      'AWS::IAM::Policy',
      'Custom::DataFile',
    ];
    expect(typesOf(before, after, isChanged)).toEqual(expected);
    expect(typesOf(after, before, isChanged)).toEqual(expected);
  });

  test('does not change the image', () => {
    expect(Object.keys(before.dockerImages)).toHaveLength(1);
    expect(after.dockerImages).toEqual(before.dockerImages);
  });
});
