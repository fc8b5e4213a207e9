import { dataBucketOf } from '../support/container.ts';
import {
  type Configuration,
  CREDENTIAL_ARN,
  KEY_ARN,
  MODES,
  NETWORKS,
  type SynthesizedStack,
  synthesize,
  target,
} from '../support/stack.ts';

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource?: unknown;
  readonly Principal?: unknown;
  readonly Condition?: unknown;
}

interface Found extends Statement {
  readonly owner: string;
  readonly type: string;
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

/** Returns every statement of every policy in the template. */
function statementsOf(stack: SynthesizedStack): Found[] {
  const found: Found[] = [];
  const walk = (value: unknown, owner: string, type: string): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [name, field] of Object.entries(value)) {
      if (name === 'Statement' && 'Version' in value) {
        found.push(...list(field).map((each) => ({ ...(each as Statement), owner, type })));
      } else walk(field, owner, type);
    }
  };
  for (const { id, Type, Properties } of stack.resources()) walk(Properties, id, Type);
  return found;
}

const actionsOf = ({ Action }: Statement) => list(Action).map(String);

/** Statements that grant something to a role; they have no principal. */
const granted = (stack: SynthesizedStack) =>
  statementsOf(stack).filter((each) => each.Effect === 'Allow' && each.Principal === undefined);

const ASSETS = { 'Fn::Sub': expect.stringMatching(/^cdk-hnb659fds-assets-/) };
const assetOf = (extension: string) => ({
  'Fn::Join': [
    '',
    ['arn:aws:s3:::', ASSETS, expect.stringMatching(new RegExp(`^/[0-9a-f]{64}\\.${extension}$`))],
  ],
});

/** The permission to decrypt one asset, whatever key it is encrypted with. */
const DECRYPT_ASSET = [
  ['kms:Decrypt'],
  '*',
  {
    StringEquals: {
      'kms:ViaService': 's3.us-east-1.amazonaws.com',
      'kms:EncryptionContext:aws:s3:arn': [
        assetOf('(yaml|json)'),
        { 'Fn::Join': ['', ['arn:aws:s3:::', ASSETS]] },
      ],
    },
  },
];

/** How IAM writes an asterisk that is no wildcard. */
const ESCAPED_ASTERISK = '$' + '{*}';

/** Objects of the feeds in the bucket of the stack. */
const isOfFeeds = (resource: unknown) =>
  /^\{"Fn::Join":\["",\[\{"Fn::GetAtt":\["ServiceTaskDataBucket\w+","Arn"\]\},"\/(feeds|quotas)\/\*"\]\]\}$/.test(
    JSON.stringify(resource),
  );

/** Actions without resource-level permissions, by AWS's service authorization reference. */
const WITHOUT_RESOURCES = [
  'cloudwatch:GetMetricStatistics',
  'ecr:GetAuthorizationToken',
  'logs:GetQueryResults',
  'ec2:DescribeAvailabilityZones',
  'ec2:DescribeManagedPrefixLists',
  'ec2:DescribeSubnets',
];

/** With these, Lambda connects a function to a VPC: the network interfaces do not exist before. */
const ON_NEW_RESOURCES = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:UnassignPrivateIpAddresses',
];

describe.each<Configuration>([...MODES, ...NETWORKS, 'feeds', 'everything at once'])(
  'With %s',
  (mode) => {
    const stack = () => synthesize(mode);

    test('no policy allows an action with a wildcard', () => {
      const allowed = statementsOf(stack()).filter(({ Effect }) => Effect === 'Allow');
      expect(allowed.length).toBeGreaterThan(10);
      expect(allowed.filter((each) => actionsOf(each).some((it) => it.includes('*')))).toEqual([]);
      expect(JSON.stringify(statementsOf(stack()))).not.toMatch(/"Not(Action|Resource|Principal)"/);
    });

    test('no role is granted a wildcard resource, except for actions without resources or on new ones, and a key of one asset', () => {
      const wide = granted(stack()).filter(({ Resource }) =>
        // Without escaped ones, which stand for themselves.
        JSON.stringify(Resource).replaceAll(ESCAPED_ASTERISK, '').includes('*'),
      );
      const files = stack().resources('Custom::DataFile');
      const unlimited = [...WITHOUT_RESOURCES, ...ON_NEW_RESOURCES];
      const limited = wide
        .filter((each) => actionsOf(each).some((action) => !unlimited.includes(action)))
        // The tasks create the objects of the feeds: test/infra/feeds/feed-store.test.ts has their permissions.
        .filter(({ Resource }) => !list(Resource).every(isOfFeeds));
      expect(limited.map((each) => [actionsOf(each), each.Resource, each.Condition])).toEqual(
        files.map(() => DECRYPT_ASSET),
      );
    });

    test('only services assume roles, and the only managed policy belongs to a Lambda function of CDK', () => {
      const roles = stack().resources<{ ManagedPolicyArns?: readonly unknown[] }>('AWS::IAM::Role');
      const managed = roles.filter(({ Properties }) => Properties.ManagedPolicyArns !== undefined);
      // It removes the rules of the default security group, where the stack has a VPC.
      const expected = [
        expect.stringMatching(/^CustomVpcRestrictDefaultSGCustomResourceProviderRole/),
        [
          {
            'Fn::Sub': expect.stringMatching(
              /:iam::aws:policy\/service-role\/AWSLambdaBasicExecutionRole$/,
            ),
          },
        ],
      ];
      expect(managed.map(({ id, Properties }) => [id, Properties.ManagedPolicyArns])).toEqual(
        stack()
          .resources('Custom::VpcRestrictDefaultSG')
          .map(() => expected),
      );
      const trust = statementsOf(stack()).filter((each) =>
        actionsOf(each).includes('sts:AssumeRole'),
      );
      expect(trust).toHaveLength(roles.length);
      for (const { Principal } of trust) expect(Principal).toEqual({ Service: expect.any(String) });
    });

    test('no resource policy grants anything to everybody', () => {
      const open = statementsOf(stack()).filter(
        ({ Effect, Principal }) =>
          Effect === 'Allow' && /^"\*"$|:"\*"/.test(JSON.stringify(Principal) ?? ''),
      );
      expect(open).toEqual([]);
    });
  },
);

interface RolePolicy {
  readonly Roles: readonly { readonly Ref: string }[];
  readonly PolicyDocument: { readonly Statement: readonly Statement[] };
}

type Role = 'TaskRoleArn' | 'ExecutionRoleArn';

function policiesOf(stack: SynthesizedStack, role: Role) {
  const task = stack.only<Record<typeof role, { readonly 'Fn::GetAtt': readonly string[] }>>(
    'AWS::ECS::TaskDefinition',
  );
  const id = task.Properties[role]['Fn::GetAtt'][0];
  return stack
    .resources<RolePolicy>('AWS::IAM::Policy')
    .filter(({ Properties }) => Properties.Roles.some(({ Ref }) => Ref === id));
}

/** Returns the permissions of a role of the task: actions with their resources. */
function permissionsOf(stack: SynthesizedStack, role: Role) {
  return policiesOf(stack, role)
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
    .map((each) => [actionsOf(each), sortResources(list(each.Resource))]);
}

/** Sorts resources for comparison. */
function sortResources(resources: readonly unknown[]): unknown[] {
  return [...resources].sort((one, other) =>
    JSON.stringify(one) < JSON.stringify(other) ? -1 : 1,
  );
}

/** A file in the bucket of the stack. */
const fileOf = (stack: SynthesizedStack, name: string) => ({
  'Fn::Join': [
    '',
    [
      { 'Fn::GetAtt': [dataBucketOf(stack).id, 'Arn'] },
      expect.stringMatching(new RegExp(`^/[0-9a-f]{64}/${name}$`)),
    ],
  ],
});

describe('The task role', () => {
  test('may read and write the table, and read two secrets and the policy', () => {
    const stack = synthesize();
    const secrets = stack.resources('AWS::SecretsManager::Secret').map(({ id }) => ({ Ref: id }));
    expect(secrets).toHaveLength(2);
    expect(permissionsOf(stack, 'TaskRoleArn')).toEqual([
      [
        ['dynamodb:GetItem', 'dynamodb:PutItem'],
        [{ 'Fn::GetAtt': [stack.only('AWS::DynamoDB::Table').id, 'Arn'] }],
      ],
      [['secretsmanager:GetSecretValue'], expect.arrayContaining(secrets)],
      [['s3:GetObject'], [fileOf(stack, 'policy.yaml')]],
    ]);
  });

  test('may read a configured country database', () => {
    const stack = synthesize('a country database');
    const permissions = permissionsOf(stack, 'TaskRoleArn');
    const objects = permissions.filter(([actions]) => String(actions) === 's3:GetObject');
    expect(objects.flatMap(([, resources]) => resources)).toEqual(
      expect.arrayContaining([fileOf(stack, 'policy.yaml'), fileOf(stack, 'geo-database.mmdb')]),
    );
  });

  test.each<Configuration>(['signed addresses', 'signed addresses, existing secret'])(
    'may also read the signature secret, with %s',
    (configuration) => {
      const stack = synthesize(configuration);
      const { outputs } = stack;
      expect(permissionsOf(stack, 'TaskRoleArn')).toContainEqual([
        ['secretsmanager:GetSecretValue'],
        sortResources([
          outputs.ActionCredentialSecretArn,
          outputs.AbuseIpdbSecretArn,
          outputs.AddressSignatureSecretArn,
        ]),
      ]);
      expect(JSON.stringify(permissionsOf(stack, 'ExecutionRoleArn'))).not.toContain(
        'secretsmanager',
      );
    },
  );

  test('may read existing secrets by their complete ARNs', () => {
    const stack = synthesize('existing secrets');
    expect(permissionsOf(stack, 'TaskRoleArn')).toContainEqual([
      ['secretsmanager:GetSecretValue'],
      sortResources([CREDENTIAL_ARN, KEY_ARN]),
    ]);
  });
});

describe('The function that copies files', () => {
  /** Permissions of the function, without writing its log. */
  const permissionsIn = (configuration: Configuration) => {
    const stack = synthesize(configuration);
    const [copy] = stack.resources<{ ServiceToken: unknown }>('Custom::DataFile');
    const id = target(copy?.Properties.ServiceToken);
    const code = stack.resources<{ Role: unknown }>('AWS::Lambda::Function');
    const role = target(code.find((each) => each.id === id)?.Properties.Role);
    return stack
      .resources<RolePolicy>('AWS::IAM::Policy')
      .filter(({ Properties }) => Properties.Roles.some(({ Ref }) => Ref === role))
      .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
      .map((each) => [actionsOf(each), each.Resource])
      .filter(([actions]) => !String(actions).startsWith('logs:'));
  };
  const copying = (stack: SynthesizedStack, name: string, extension: string) => [
    [['s3:GetObject'], assetOf(extension)],
    [['kms:Decrypt'], '*'],
    [['s3:DeleteObject', 's3:PutObject'], fileOf(stack, name)],
  ];

  test.each<[configuration: Configuration, files: [name: string, asset: string][]]>([
    ['cloudfront, egress nat', [['policy.yaml', 'yaml']]],
    [
      'countries and networks',
      [
        ['policy.yaml', 'yaml'],
        ['geo-database.mmdb', 'json'],
        ['geo-database2.mmdb', 'json'],
      ],
    ],
  ])(
    'may read each asset and write its copy, and nothing else, with %s',
    (configuration, files) => {
      const stack = synthesize(configuration);
      const expected = files.flatMap(([name, asset]) => copying(stack, name, asset));
      expect(permissionsIn(configuration)).toHaveLength(expected.length);
      expect(permissionsIn(configuration)).toEqual(expect.arrayContaining(expected));
    },
  );
});

describe('The execution role', () => {
  const PULL_AND_LOG = [
    'ecr:BatchCheckLayerAvailability',
    'ecr:BatchGetImage',
    'ecr:GetAuthorizationToken',
    'ecr:GetDownloadUrlForLayer',
    'logs:CreateLogStream',
    'logs:PutLogEvents',
  ];
  const READ_SECRET = ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'];
  const actionsIn = (permissions: ReturnType<typeof permissionsOf>) =>
    permissions.flatMap(([actions]) => actions).sort();

  test('may pull the image and write the log, but read no secret', () => {
    expect(actionsIn(permissionsOf(synthesize(), 'ExecutionRoleArn'))).toEqual(PULL_AND_LOG);
  });

  test('may read the key of hashed addresses, and no other secret', () => {
    const stack = synthesize('hashed addresses');
    const permissions = permissionsOf(stack, 'ExecutionRoleArn');
    expect(actionsIn(permissions)).toEqual([...PULL_AND_LOG, ...READ_SECRET]);
    const secrets = permissions.filter(([actions]) => String(actions).includes('secretsmanager'));
    expect(secrets.flatMap(([, resources]) => resources)).toEqual([
      stack.outputs.AddressHashKeySecretArn,
    ]);
  });

  test('is the only role that may read that key', () => {
    const stack = synthesize('hashed addresses');
    const permissions = JSON.stringify(permissionsOf(stack, 'TaskRoleArn'));
    expect(permissions).toContain(JSON.stringify(stack.outputs.ActionCredentialSecretArn));
    expect(permissions).not.toContain(JSON.stringify(stack.outputs.AddressHashKeySecretArn));
  });

  test.each<Configuration>(['cloudfront, egress nat', 'hashed addresses', 'everything at once'])(
    'has its permissions before the service starts, with %s',
    (configuration) => {
      const stack = synthesize(configuration);
      const { DependsOn } = stack.only('AWS::ECS::Service');
      const policies = policiesOf(stack, 'ExecutionRoleArn').map(({ id }) => id);
      expect(policies).not.toEqual([]);
      expect(DependsOn).toEqual(expect.arrayContaining(policies));
    },
  );
});
