import { isLogged } from '../support/edge/waf/log-filter.ts';
import { WebAcl } from '../support/edge/waf/web-acl.ts';
import {
  type Configuration,
  MODES,
  type SynthesizedStack,
  synthesize,
  target,
} from '../support/stack.ts';

interface Rule {
  readonly Name: string;
  readonly Priority: number;
  readonly Statement: Readonly<Record<string, unknown>>;
  readonly Action?: { readonly Block?: { readonly CustomResponse?: CustomResponse } };
  readonly OverrideAction?: object;
  readonly VisibilityConfig: Visibility;
}

interface CustomResponse {
  readonly ResponseCode: number;
  readonly CustomResponseBodyKey?: string;
}

interface Visibility {
  readonly SampledRequestsEnabled: boolean;
  readonly MetricName: string;
}

interface AclProperties {
  readonly Scope: string;
  readonly DefaultAction: object;
  readonly Description: string;
  readonly Rules: readonly Rule[];
  readonly VisibilityConfig: Visibility;
  readonly CustomResponseBodies: Readonly<Record<string, { ContentType: string; Content: string }>>;
}

const aclOf = (stack: SynthesizedStack) =>
  stack.only<AclProperties>('AWS::WAFv2::WebACL').Properties;

/** In the order in which AWS WAF evaluates them. */
const rulesOf = (stack: SynthesizedStack) =>
  [...aclOf(stack).Rules].sort((one, other) => one.Priority - other.Priority);

function ruleOf(stack: SynthesizedStack, name: string): Rule {
  const rule = rulesOf(stack).find(({ Name }) => Name === name);
  if (rule === undefined) throw new Error(`There is no rule ${name}.`);
  return rule;
}

const byteMatch = (field: object, text: string) => ({
  ByteMatchStatement: {
    FieldToMatch: field,
    PositionalConstraint: 'EXACTLY',
    SearchString: text,
    TextTransformations: [{ Priority: 0, Type: 'NONE' }],
  },
});

const managed = (name: string, counted: readonly string[]) => ({
  ManagedRuleGroupStatement: {
    VendorName: 'AWS',
    Name: name,
    RuleActionOverrides: counted.map((rule) => ({ Name: rule, ActionToUse: { Count: {} } })),
  },
});

describe.each(MODES)('With %s', (mode) => {
  const stack = () => synthesize(mode);

  test('protects the load balancer and admits requests that no rule blocks', () => {
    expect(aclOf(stack())).toMatchObject({ Scope: 'REGIONAL', DefaultAction: { Allow: {} } });
    const association = stack().only<Record<string, unknown>>('AWS::WAFv2::WebACLAssociation');
    expect(association.Properties).toEqual({
      ResourceArn: { Ref: stack().only('AWS::ElasticLoadBalancingV2::LoadBalancer').id },
      WebACLArn: { 'Fn::GetAtt': [stack().only('AWS::WAFv2::WebACL').id, 'Arn'] },
    });
  });

  test('checks the path and method first, then evaluates the other rules in order', () => {
    expect(rulesOf(stack()).map(({ Name }) => Name)).toEqual([
      'OnlyTheAction',
      'AddressRate',
      'UnauthenticatedRate',
      'AWSManagedRulesCommonRuleSet',
      'AWSManagedRulesKnownBadInputsRuleSet',
    ]);
    const priorities = rulesOf(stack()).map(({ Priority }) => Priority);
    expect(new Set(priorities).size).toBe(priorities.length);
  });

  test('blocks everything except POST to the action', () => {
    expect(ruleOf(stack(), 'OnlyTheAction')).toMatchObject({
      Statement: {
        NotStatement: {
          Statement: {
            AndStatement: {
              Statements: [
                byteMatch({ Method: {} }, 'POST'),
                byteMatch({ UriPath: {} }, '/pre-issue-access-token'),
              ],
            },
          },
        },
      },
      Action: { Block: { CustomResponse: { ResponseCode: 404 } } },
    });
  });

  test('only counts matches of body rules that legitimate token requests match', () => {
    const { Statement, OverrideAction } = ruleOf(stack(), 'AWSManagedRulesCommonRuleSet');
    expect(Statement).toEqual(
      managed('AWSManagedRulesCommonRuleSet', [
        'SizeRestrictions_BODY',
        'EC2MetaDataSSRF_BODY',
        'GenericRFI_BODY',
        'GenericLFI_BODY',
        'CrossSiteScripting_BODY',
      ]),
    );
    expect(OverrideAction).toEqual({ None: {} });
  });

  test('blocks known bad inputs', () => {
    expect(ruleOf(stack(), 'AWSManagedRulesKnownBadInputsRuleSet')).toMatchObject({
      Statement: managed('AWSManagedRulesKnownBadInputsRuleSet', []),
      OverrideAction: { None: {} },
    });
  });

  test('has no list of bad addresses, which may contain the identity server', () => {
    expect(stack().text).not.toMatch(/IpReputationList|AnonymousIpList/);
  });

  test('blocks calls of the action with a 503, which the identity server retries', () => {
    for (const name of ['AddressRate', 'UnauthenticatedRate']) {
      const { Action } = ruleOf(stack(), name);
      const { ResponseCode, CustomResponseBodyKey = '' } = Action?.Block?.CustomResponse ?? {};
      const body = aclOf(stack()).CustomResponseBodies[CustomResponseBodyKey];
      expect(ResponseCode).toBe(503);
      expect(body?.ContentType).toBe('APPLICATION_JSON');
      expect(JSON.parse(body?.Content ?? '')).toMatchObject({ actionStatus: 'ERROR' });
    }
  });

  test('keeps no samples of requests, which would contain the credential', () => {
    const visibilities = [aclOf(stack()), ...rulesOf(stack())].map((it) => it.VisibilityConfig);
    expect(visibilities.filter((it) => it.SampledRequestsEnabled)).toEqual([]);
    const names = visibilities.map((it) => it.MetricName);
    expect(new Set(names).size).toBe(names.length);
  });

  test('has only rules that AWS WAF accepts', () => {
    expect(aclOf(stack()).Description).toMatch(/^[\w+=:#@/\-,.][\w+=:#@/\-,.\s]+[\w+=:#@/\-,.]$/);
    for (const rule of rulesOf(stack())) {
      expect(rule.Name).toMatch(/^[\w-]{1,128}$/);
      expect(rule.VisibilityConfig.MetricName).toMatch(/^[\w#:./-]{1,128}$/);
      // A rule group has an override action, any other rule an action.
      const isGroup = 'ManagedRuleGroupStatement' in rule.Statement;
      expect([rule.Action !== undefined, rule.OverrideAction !== undefined]).toEqual([
        !isGroup,
        isGroup,
      ]);
    }
  });
});

describe.each<[Configuration, Configuration]>([
  ['allowed addresses, cloudfront', 'cloudfront, egress nat'],
  ['allowed addresses, certificate', 'certificate, egress nat'],
])('With %s', (configuration, without) => {
  const allowing = () => synthesize(configuration);
  const isBehindCloudFront = configuration.endsWith('cloudfront');

  test('blocks all other addresses before any rule that inspects the request', () => {
    const rule = ruleOf(allowing(), 'OnlyAllowedAddresses');
    expect(rulesOf(allowing()).map(({ Name }) => Name)).toEqual([
      'OnlyTheAction',
      ...(isBehindCloudFront ? ['NoViewerAddress'] : []),
      'OnlyAllowedAddresses',
      ...rulesOf(synthesize(without))
        .slice(1)
        .map(({ Name }) => Name),
    ]);
    const sets = allowing().resources<Record<string, unknown>>('AWS::WAFv2::IPSet');
    expect(sets.map(({ Properties }) => Properties)).toEqual([
      {
        // The canary calls from the NAT gateway.
        Addresses: [
          '192.0.2.0/24',
          '198.51.100.7/32',
          { 'Fn::Join': ['', [{ Ref: allowing().only('AWS::EC2::EIP').id }, '/32']] },
        ],
        IPAddressVersion: 'IPV4',
        Scope: 'REGIONAL',
      },
      { Addresses: ['2001:db8::/32'], IPAddressVersion: 'IPV6', Scope: 'REGIONAL' },
    ]);
    // A CloudFront Function sets it.
    const forwarded = {
      HeaderName: 'x-risk-gate-viewer-address',
      FallbackBehavior: 'NO_MATCH',
      Position: 'FIRST',
    };
    expect(rule).toMatchObject({
      Name: 'OnlyAllowedAddresses',
      Action: { Block: { CustomResponse: { ResponseCode: 503 } } },
    });
    expect(rule?.Statement).toEqual({
      NotStatement: {
        Statement: {
          OrStatement: {
            Statements: sets.map(({ id }) => ({
              IPSetReferenceStatement: {
                Arn: { 'Fn::GetAtt': [id, 'Arn'] },
                ...(isBehindCloudFront && { IPSetForwardedIPConfig: forwarded }),
              },
            })),
          },
        },
      },
    });
  });

  test('does not change the other rules', () => {
    const own = ['NoViewerAddress', 'OnlyAllowedAddresses'];
    const others = rulesOf(allowing())
      .filter(({ Name }) => !own.includes(Name))
      .map(({ Priority: _, ...rule }) => rule);
    const all = rulesOf(synthesize(without)).map(({ Priority: _, ...rule }) => rule);
    expect(others).toEqual(all);
  });
});

test('A single list needs no OrStatement, which AWS WAF would reject', () => {
  const stack = synthesize('one allowed address');
  const { id } = stack.only('AWS::WAFv2::IPSet');
  expect(ruleOf(stack, 'OnlyAllowedAddresses').Statement).toMatchObject({
    NotStatement: {
      Statement: { IPSetReferenceStatement: { Arn: { 'Fn::GetAtt': [id, 'Arn'] } } },
    },
  });
});

describe('The log of the firewall', () => {
  test.each<[name: string, configuration: Configuration, headers: string[]]>([
    ['the generated credential', 'cloudfront, egress nat', ['authorization', 'x-api-key']],
    [
      'a credential in a custom header',
      'an existing credential in x-gate',
      ['authorization', 'x-gate'],
    ],
    ['a bearer token', 'an existing credential in authorization', ['authorization']],
  ])('redacts %s', (_, configuration, headers) => {
    const { Properties } = synthesize(configuration).only('AWS::WAFv2::LoggingConfiguration');
    expect(Properties).toMatchObject({
      RedactedFields: headers.map((Name) => ({ SingleHeader: { Name } })),
      LoggingFilter: expect.objectContaining({ DefaultBehavior: 'DROP' }),
    });
  });

  test.each<[name: string, body: string, logged: boolean]>([
    ['an admitted call', '{}', false],
    ['a large body', 'x'.repeat(9_000), false],
    ['a body with a local address', 'http://localhost:3000/callback', true],
    ['a large body with a local address', `localhost${'x'.repeat(9_000)}`, true],
    ['a call that a managed rule blocks', '${jndi:ldap://x}', true],
  ])('%s', (_, body, logged) => {
    const template = JSON.parse(synthesize().text);
    const verdict = new WebAcl(template).evaluate({
      method: 'POST',
      target: '/pre-issue-access-token',
      headers: { 'user-agent': ['test'], 'x-api-key': ['k'.repeat(48)] },
      body: Buffer.from(body),
      address: '192.0.2.1',
    });
    expect(isLogged(template, verdict)).toBe(logged);
  });

  test('goes to a log group with the required name prefix, by an ARN without a wildcard', () => {
    const stack = synthesize();
    const { Properties } = stack.only<{ LogDestinationConfigs: unknown[]; ResourceArn: unknown }>(
      'AWS::WAFv2::LoggingConfiguration',
    );
    const [group, ...others] = stack
      .resources<{ LogGroupName?: string }>('AWS::Logs::LogGroup')
      .filter((each) => each.Properties.LogGroupName !== undefined);
    expect(group?.Properties.LogGroupName).toMatch(/^aws-waf-logs-[\w./#-]+$/);
    expect(others).toEqual([]);
    expect(Properties.LogDestinationConfigs).toEqual([
      {
        'Fn::Join': [
          '',
          ['arn:aws:logs:us-east-1:', { Ref: 'AWS::AccountId' }, ':log-group:', { Ref: group?.id }],
        ],
      },
    ]);
    expect(target(Properties.ResourceArn)).toBe(stack.only('AWS::WAFv2::WebACL').id);
  });
});
