import {
  type Configuration,
  CREDENTIAL_ARN,
  KEY_ARN,
  MODES,
  type SynthesizedStack,
  synthesize,
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

/** Every statement of every policy, wherever in the template it stands. */
function statementsOf(stack: SynthesizedStack): Found[] {
  const found: Found[] = [];
  const walk = (value: unknown, owner: string, type: string): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [name, member] of Object.entries(value)) {
      if (name === 'Statement' && 'Version' in value) {
        found.push(...list(member).map((each) => ({ ...(each as Statement), owner, type })));
      } else walk(member, owner, type);
    }
  };
  for (const { id, Type, Properties } of stack.resources()) walk(Properties, id, Type);
  return found;
}

const actionsOf = ({ Action }: Statement) => list(Action).map(String);

/** What the policies of roles allow; they have no principal. */
const granted = (stack: SynthesizedStack) =>
  statementsOf(stack).filter((each) => each.Effect === 'Allow' && each.Principal === undefined);

describe.each<Configuration>([...MODES, 'everything at once'])('With %s', (mode) => {
  const stack = () => synthesize(mode);

  test('no policy allows an action with a wildcard', () => {
    const allowed = statementsOf(stack()).filter(({ Effect }) => Effect === 'Allow');
    expect(allowed.length).toBeGreaterThan(10);
    expect(allowed.filter((each) => actionsOf(each).some((it) => it.includes('*')))).toEqual([]);
    expect(JSON.stringify(statementsOf(stack()))).not.toMatch(/"Not(Action|Resource|Principal)"/);
  });

  test('no role is granted a resource with a wildcard, but for the one action that has no resource', () => {
    const wide = granted(stack()).filter(({ Resource }) => JSON.stringify(Resource).includes('*'));
    expect(wide.map((each) => [actionsOf(each), each.Resource])).toEqual([
      [['ecr:GetAuthorizationToken'], '*'],
    ]);
  });

  test('roles are those of services, and managed policies only that of the Lambda function of CDK', () => {
    const roles = stack().resources<{ ManagedPolicyArns?: readonly unknown[] }>('AWS::IAM::Role');
    const managed = roles.filter(({ Properties }) => Properties.ManagedPolicyArns !== undefined);
    expect(managed.map(({ id, Properties }) => [id, Properties.ManagedPolicyArns])).toEqual([
      [
        // It empties the default security group of the network.
        expect.stringMatching(/^CustomVpcRestrictDefaultSGCustomResourceProviderRole/),
        [
          {
            'Fn::Sub': expect.stringMatching(
              /:iam::aws:policy\/service-role\/AWSLambdaBasicExecutionRole$/,
            ),
          },
        ],
      ],
    ]);
    const trust = statementsOf(stack()).filter((each) =>
      actionsOf(each).includes('sts:AssumeRole'),
    );
    expect(trust).toHaveLength(roles.length);
    for (const { Principal } of trust) expect(Principal).toEqual({ Service: expect.any(String) });
  });

  test('policies of resources allow nothing to everybody', () => {
    const open = statementsOf(stack()).filter(
      ({ Effect, Principal }) =>
        Effect === 'Allow' && /^"\*"$|:"\*"/.test(JSON.stringify(Principal) ?? ''),
    );
    expect(open).toEqual([]);
  });
});

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

/** What a role of the task may do: each action with its resources. */
function rightsOf(stack: SynthesizedStack, role: Role) {
  return policiesOf(stack, role)
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
    .map((each) => [actionsOf(each), inOrder(list(each.Resource))]);
}

/** In one order, whichever it is. */
function inOrder(resources: readonly unknown[]): unknown[] {
  return [...resources].sort((one, other) =>
    JSON.stringify(one) < JSON.stringify(other) ? -1 : 1,
  );
}

const ASSETS = { 'Fn::Sub': expect.stringMatching(/^cdk-hnb659fds-assets-/) };
const objectOf = (extension: string) => ({
  'Fn::Join': [
    '',
    ['arn:aws:s3:::', ASSETS, expect.stringMatching(new RegExp(`^/[0-9a-f]{64}\\.${extension}$`))],
  ],
});

describe('The role of the task', () => {
  test('reads and writes the table, and reads its two secrets and its policy', () => {
    const stack = synthesize();
    const secrets = stack.resources('AWS::SecretsManager::Secret').map(({ id }) => ({ Ref: id }));
    expect(secrets).toHaveLength(2);
    expect(rightsOf(stack, 'TaskRoleArn')).toEqual([
      [
        ['dynamodb:GetItem', 'dynamodb:PutItem'],
        [{ 'Fn::GetAtt': [stack.only('AWS::DynamoDB::Table').id, 'Arn'] }],
      ],
      [['secretsmanager:GetSecretValue'], expect.arrayContaining(secrets)],
      [['s3:GetObject'], [objectOf('yaml')]],
    ]);
  });

  test('reads the country database when it is given one', () => {
    const rights = rightsOf(synthesize('a country database'), 'TaskRoleArn');
    const objects = rights.filter(([actions]) => String(actions) === 's3:GetObject');
    expect(objects.flatMap(([, resources]) => resources)).toEqual(
      expect.arrayContaining([objectOf('yaml'), objectOf('json')]),
    );
  });

  test.each<Configuration>(['signed addresses', 'signed addresses, own secret'])(
    'reads the secret of the signature beside the two others, with %s',
    (configuration) => {
      const stack = synthesize(configuration);
      const { outputs } = stack;
      expect(rightsOf(stack, 'TaskRoleArn')).toContainEqual([
        ['secretsmanager:GetSecretValue'],
        inOrder([
          outputs.ActionCredentialSecretArn,
          outputs.AbuseIpdbSecretArn,
          outputs.AddressSignatureSecretArn,
        ]),
      ]);
      expect(JSON.stringify(rightsOf(stack, 'ExecutionRoleArn'))).not.toContain('secretsmanager');
    },
  );

  test('reads secrets of yours by their complete ARNs', () => {
    const stack = synthesize('own secrets');
    expect(rightsOf(stack, 'TaskRoleArn')).toContainEqual([
      ['secretsmanager:GetSecretValue'],
      inOrder([CREDENTIAL_ARN, KEY_ARN]),
    ]);
  });
});

describe('The role that starts the task', () => {
  const PULL_AND_LOG = [
    'ecr:BatchCheckLayerAvailability',
    'ecr:BatchGetImage',
    'ecr:GetAuthorizationToken',
    'ecr:GetDownloadUrlForLayer',
    'logs:CreateLogStream',
    'logs:PutLogEvents',
  ];
  const READ_SECRET = ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'];
  const actionsIn = (rights: ReturnType<typeof rightsOf>) =>
    rights.flatMap(([actions]) => actions).sort();

  test('pulls its image and writes its log, and sees no secret', () => {
    expect(actionsIn(rightsOf(synthesize(), 'ExecutionRoleArn'))).toEqual(PULL_AND_LOG);
  });

  test('reads the key of hashed addresses, and no other secret', () => {
    const stack = synthesize('hashed addresses');
    const rights = rightsOf(stack, 'ExecutionRoleArn');
    expect(actionsIn(rights)).toEqual([...PULL_AND_LOG, ...READ_SECRET]);
    const secrets = rights.filter(([actions]) => String(actions).includes('secretsmanager'));
    expect(secrets.flatMap(([, resources]) => resources)).toEqual([
      stack.outputs.AddressHashKeySecretArn,
    ]);
  });

  test('leaves that key to itself: the task may not read it', () => {
    const stack = synthesize('hashed addresses');
    const rights = JSON.stringify(rightsOf(stack, 'TaskRoleArn'));
    expect(rights).toContain(JSON.stringify(stack.outputs.ActionCredentialSecretArn));
    expect(rights).not.toContain(JSON.stringify(stack.outputs.AddressHashKeySecretArn));
  });

  test.each<Configuration>(['cloudfront, egress nat', 'hashed addresses', 'everything at once'])(
    'has its rights before the service starts, with %s',
    (configuration) => {
      const stack = synthesize(configuration);
      const { DependsOn } = stack.only('AWS::ECS::Service');
      const policies = policiesOf(stack, 'ExecutionRoleArn').map(({ id }) => id);
      expect(policies).not.toEqual([]);
      expect(DependsOn).toEqual(expect.arrayContaining(policies));
    },
  );
});
