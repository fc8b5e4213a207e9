import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PolicyError } from '../../app/src/policy/file/issues.ts';
import { createApp } from '../support/app.ts';
import { containerOf, dataBucketOf, variableOf } from '../support/container.ts';
import {
  type Configuration,
  contextOf,
  DIGEST,
  ECR_IMAGE as ECR,
  type SynthesizedStack,
  synthesize,
  synthesizeNow,
} from '../support/stack.ts';

const POLICY = readFileSync(new URL('../../app/policy.yaml', import.meta.url), 'utf8');

const directory = mkdtempSync(join(tmpdir(), 'risk-gate-policy-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function policyFile(name: string, text: string): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}

interface Assets {
  readonly files: Readonly<Record<string, { readonly source: { readonly path: string } }>>;
  readonly dockerImages: Readonly<
    Record<
      string,
      {
        readonly source: {
          readonly directory: string;
          readonly platform: string;
          readonly dockerBuildArgs?: Readonly<Record<string, string>>;
        };
      }
    >
  >;
}

type Assembly = Awaited<ReturnType<typeof synthesizeNow>>;

const assetsOf = ({ directory }: Assembly): Assets =>
  JSON.parse(readFileSync(join(directory, 'RiskGate.assets.json'), 'utf8'));

/** The location of a file in the bucket of the stack. */
const locationOf = (stack: SynthesizedStack, name: string) => ({
  'Fn::Join': [
    '',
    [
      's3://',
      { Ref: dataBucketOf(stack).id },
      expect.stringMatching(new RegExp(`^/[0-9a-f]{64}/${name}$`)),
    ],
  ],
});

/** The files that a deployment copies, and the permissions to copy and to read them. */
function filesOf(stack: SynthesizedStack) {
  const copies = stack.resources<{ Key: string }>('Custom::DataFile');
  const policies = stack.resources('AWS::IAM::Policy');
  const withAction = (action: string) =>
    policies
      .filter(({ Properties }) => JSON.stringify(Properties).includes(`"${action}"`))
      .map(({ id }) => id);
  return {
    copies: copies.map(({ id }) => id),
    keys: copies.map(({ Properties }) => Properties.Key),
    copying: withAction('s3:PutObject'),
    // The permission to copy includes reading the asset.
    reading: withAction('s3:GetObject').filter((id) => !withAction('s3:PutObject').includes(id)),
  };
}

/** The hashes of the images that a deployment builds. */
const imagesOf = (stack: Assembly) => Object.keys(assetsOf(stack).dockerImages ?? {});

describe('A change of the policy', () => {
  let before: Assembly;
  let after: Assembly;

  beforeAll(async () => {
    const policy = { policyFile: policyFile('changing.yaml', POLICY) };
    before = await synthesizeNow(policy);
    policyFile('changing.yaml', POLICY.replace('score >= 75', 'score >= 80'));
    after = await synthesizeNow(policy);
  });

  test('replaces the tasks, because the location in S3 changes', () => {
    expect(variableOf(before, 'POLICY_FILE')).toEqual(locationOf(before, 'policy.yaml'));
    expect(variableOf(after, 'POLICY_FILE')).not.toEqual(variableOf(before, 'POLICY_FILE'));
  });

  test('changes nothing else in the task and builds no image', () => {
    expect(imagesOf(before)).toHaveLength(1);
    expect(imagesOf(after)).toEqual(imagesOf(before));
    const otherProperties = (stack: SynthesizedStack) => ({
      ...containerOf(stack),
      Environment: containerOf(stack).Environment.filter(({ Name }) => Name !== 'POLICY_FILE'),
    });
    expect(otherProperties(after)).toEqual(otherProperties(before));
  });

  test('keeps the file and the permissions of the previous tasks until the service runs with the new policy', () => {
    // CloudFormation creates new resources first, and deletes old ones after everything else is updated.
    const [one, other] = [filesOf(before), filesOf(after)];
    for (const kind of ['copies', 'keys', 'copying', 'reading'] as const) {
      expect([kind, one[kind]]).toEqual([kind, [expect.any(String)]]);
      expect([kind, other[kind]]).not.toEqual([kind, one[kind]]);
    }
  });

  test('copies the file before the service starts, and may delete it until it is deleted', () => {
    for (const stack of [before, after]) {
      const { copies, copying, reading } = filesOf(stack);
      expect(stack.only('AWS::ECS::Service').DependsOn).toEqual(
        expect.arrayContaining([...copies, ...reading]),
      );
      expect(stack.only('Custom::DataFile').DependsOn).toEqual(expect.arrayContaining(copying));
    }
  });

  test('does not include a new file name for the same content', async () => {
    const [one, other] = [policyFile('one.yaml', POLICY), policyFile('other.yaml', POLICY)];
    expect(variableOf(await synthesizeNow({ policyFile: other }), 'POLICY_FILE')).toEqual(
      variableOf(await synthesizeNow({ policyFile: one }), 'POLICY_FILE'),
    );
  });

  test('that names a feed which is not configured stops synth', async () => {
    const policy = policyFile('feeds.yaml', `${POLICY}\nfeeds: [tor-exits, partners]\n`);
    await expect(synthesizeNow({ policyFile: policy })).rejects.toThrow(
      /names the feed tor-exits, which FEEDS does not contain.*names the feed partners/s,
    );
  });

  test('with an issue stops synth with the message of the issue', async () => {
    const typo = policyFile('typo.yaml', POLICY.replace('abuse.score >= 75', 'abuse.scor >= 75'));
    await expect(synthesizeNow({ policyFile: typo })).rejects.toThrow(PolicyError);
    await expect(synthesizeNow({ policyFile: typo })).rejects.toThrow(
      /typo\.yaml:\d+.*high-ip-risk.*scor/s,
    );
  });
});

describe('Synth warns of CHECK-BLOCK that is on and cannot be used', () => {
  const MORE = POLICY.replace('abuse.score >= 75', 'abuse.score >= 75 || abuse.tor');

  test.each<[string, object, string, number]>([
    ['with a policy that reads more than the score', { checkBlock: 'true' }, MORE, 1],
    ['and not with one that reads only the score', { checkBlock: 'true' }, POLICY, 0],
    ['and not by default', {}, MORE, 0],
  ])('%s', async (_, context, text, count) => {
    const { Annotations, Match } = await import('aws-cdk-lib/assertions');
    const file = policyFile('check-block.yaml', text);
    const { stack } = await createApp({ ...context, policyFile: file });
    const message = Match.stringLikeRegexp('^CHECK-BLOCK is on .+ but not used: ');
    expect(Annotations.fromStack(stack).findWarning('*', message)).toHaveLength(count);
  });
});

test('The outputs name the headers and parameters to allow, and synth warns of those that cannot be allowed', async () => {
  const { Annotations, Match } = await import('aws-cdk-lib/assertions');
  const reads = `request.headers["X-Tier"] == "gold" || request.headers["bad_name"] == request.params["Device"] ||
      request.params["scope"] == request.headers[request.params["name"]] || abuse.score >= 75`;
  const file = policyFile('names.yaml', POLICY.replace('abuse.score >= 75', reads));
  const { stack } = await createApp({
    policyFile: file,
    addressHeaders: 'X-Edge-IP,true-client-ip',
    signedAddress: 'true',
  });
  const { Template } = await import('aws-cdk-lib/assertions');
  const { Outputs } = Template.fromStack(stack).toJSON();
  expect(Outputs.ActionAllowedHeaders.Value.split(',')).toEqual([
    'bad_name',
    'true-client-ip',
    'true-client-ip-signature',
    'x-edge-ip',
    'x-edge-ip-signature',
    'x-tier',
  ]);
  expect(Outputs.ActionAllowedParameters.Value).toBe('Device,name,scope');
  for (const warning of [
    '^The identity server does not pass on the header "bad_name"',
    '^Asgardeo withholds the parameter scope',
    '^The policy computes names that it reads in request.headers',
  ]) {
    const found = Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp(warning));
    expect(found).toHaveLength(1);
  }
});

test('A configured country database is deployed through S3; otherwise the service uses the one in the image', () => {
  expect(variableOf(synthesize(), 'GEO_DATABASE')).toBeUndefined();
  const stack = synthesize('a country database');
  expect(variableOf(stack, 'GEO_DATABASE')).toEqual(locationOf(stack, 'geo-database.mmdb'));
});

describe('Databases of countries and of networks', () => {
  const stack = synthesize('countries and networks');

  test('are separate objects, in the configured order', () => {
    const [, [s3, bucket, ...rest]] = (
      variableOf(stack, 'GEO_DATABASE') as { 'Fn::Join': [string, [string, object, ...unknown[]]] }
    )['Fn::Join'];
    expect([s3, bucket]).toEqual(['s3://', { Ref: dataBucketOf(stack).id }]);
    expect(rest).toEqual([
      expect.stringMatching(/^\/[0-9a-f]{64}\/geo-database\.mmdb,s3:\/\/$/),
      bucket,
      expect.stringMatching(/^\/[0-9a-f]{64}\/geo-database2\.mmdb$/),
    ]);
  });

  test('are copied, and readable by the task, before it starts', () => {
    const { copies, reading, keys } = filesOf(stack);
    // The policy is the third file.
    expect([copies.length, reading.length, new Set(keys).size]).toEqual([3, 3, 3]);
    expect(stack.only('AWS::ECS::Service').DependsOn).toEqual(
      expect.arrayContaining([...copies, ...reading]),
    );
  });

  test('with the same content are separate objects, so that the removal of one keeps the other', async () => {
    const twice = await synthesizeNow({ geoDatabase: ['cdk.json', 'cdk.json'] });
    expect(new Set(filesOf(twice).keys).size).toBe(3);
  });
});

test('The image is built for ARM and contains only the service: no policy, tests or infrastructure', async () => {
  const stack = await synthesizeNow({}, { stageAssets: true });
  const [image] = Object.values(assetsOf(stack).dockerImages);
  expect(image?.source.platform).toBe('linux/arm64');
  const has = (path: string) =>
    existsSync(join(stack.directory, image?.source.directory ?? '', path));
  const build = readFileSync(new URL('../../app/build/build.ts', import.meta.url), 'utf8');
  const imported = [...build.matchAll(/from '\.\/(.+?)'/g)].map(([, path]) => `app/build/${path}`);
  expect(imported).not.toEqual([]);
  const needed = ['app/Dockerfile', 'app/src/main.ts', 'package-lock.json', ...imported];
  expect(needed.filter((path) => !has(path))).toEqual([]);
  const foreign = [
    'app/policy.yaml',
    'app/policy.schema.json',
    'app/policy-cases',
    'app/cli',
    'app/dev',
    'app/tools',
    'infra',
    'test',
    'node_modules',
    '.git',
    'cdk.json',
  ];
  expect(foreign.filter(has)).toEqual([]);
});

describe('A change of an option rebuilds the image and replaces the tasks:', () => {
  let before: Assembly;

  beforeAll(async () => {
    before = await synthesizeNow({ imageRevision: '2026-11-01' });
  });

  test.each<[string, Readonly<Record<string, unknown>>, Readonly<Record<string, string>>]>([
    ['a new revision', { imageRevision: '2026-11-29' }, { IMAGE_REVISION: '2026-11-29' }],
    ['no revision', {}, {}],
    [
      'a hardened base image',
      { imageRevision: '2026-11-01', nodeImage: 'registry.example.com:5000/node:24' },
      { IMAGE_REVISION: '2026-11-01', NODE_IMAGE: 'registry.example.com:5000/node:24' },
    ],
    [
      'another image to build it',
      { imageRevision: '2026-11-01', nodeBuildImage: `node@${DIGEST}` },
      { IMAGE_REVISION: '2026-11-01', NODE_BUILD_IMAGE: `node@${DIGEST}` },
    ],
  ])('%s', async (_, options, buildArguments) => {
    const after = await synthesizeNow(options);
    const [image] = Object.values(assetsOf(after).dockerImages);
    expect(image?.source.dockerBuildArgs ?? {}).toEqual(buildArguments);
    expect(imagesOf(after)).not.toEqual(imagesOf(before));
    expect(containerOf(after).Image).not.toEqual(containerOf(before).Image);
  });

  test('the same revision does neither', async () => {
    const after = await synthesizeNow({ imageRevision: '2026-11-01' });
    expect(imagesOf(after)).toEqual(imagesOf(before));
    expect(containerOf(after).Image).toEqual(containerOf(before).Image);
  });
});

test('app/Dockerfile declares every build argument of the options', async () => {
  const stack = await synthesizeNow({ imageRevision: 'r', nodeImage: 'a', nodeBuildImage: 'b' });
  const [image] = Object.values(assetsOf(stack).dockerImages);
  const dockerfile = readFileSync(new URL('../../app/Dockerfile', import.meta.url), 'utf8');
  const declared = [...dockerfile.matchAll(/^ARG (\w+)/gm)].map(([, name]) => name);
  expect(declared.sort()).toEqual(Object.keys(image?.source.dockerBuildArgs ?? {}).sort());
});

describe('A prebuilt image', () => {
  test.each<[configuration: Configuration, expected: string]>([
    ['an image by tag', `${ECR}:1.2.3`],
    ['an image by digest', `${ECR}@${DIGEST}`],
    ['an image by tag and digest', `${ECR}@${DIGEST}`],
    ['an image without tag and digest', `${ECR}:latest`],
    ['an image of another registry', 'ghcr.io/team/risk-gate:1.2.3'],
  ])('%s is used unchanged', (configuration, expected) => {
    const stack = synthesize(configuration);
    const image = JSON.stringify(containerOf(stack).Image).replaceAll(
      /\{"Fn::Join":\["",\[|\]\]\}|","|\{"Ref":"AWS::URLSuffix"\}|[",]/g,
      (part) => (part.includes('URLSuffix') ? 'amazonaws.com' : ''),
    );
    expect(image).toBe(expected);
  });

  test('replaces the image build', async () => {
    expect(imagesOf(await synthesizeNow(contextOf('an image by tag')))).toEqual([]);
  });

  test.each<Configuration>(['an image by tag', 'an image by digest', 'an image by tag and digest'])(
    '%s may be pulled from its ECR repository only',
    (configuration) => {
      const policies = synthesize(configuration).resources<{
        PolicyDocument: { Statement: readonly { Action: unknown; Resource: unknown }[] };
      }>('AWS::IAM::Policy');
      const pulls = policies
        .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
        .filter(({ Action }) => JSON.stringify(Action).includes('ecr:BatchGetImage'));
      expect(pulls.map(({ Resource }) => Resource)).toEqual([
        'arn:aws:ecr:eu-west-1:444455556666:repository/team/risk-gate',
      ]);
    },
  );
});
