import { readConfig } from '../../../infra/config/config.ts';
import { issuesOf } from '../../support/config-issues.ts';

const ZONE = {
  domainName: 'gate.example.com',
  hostedZoneId: 'Z0123456789EXAMPLE',
  hostedZoneName: 'example.com',
};
const CERTIFICATE = 'arn:aws:acm:us-east-1:111122223333:certificate/0a1b2c3d';
const TOPIC = 'arn:aws:sns:us-east-1:111122223333:on-call';
const SECRET = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:gate-AbCdEf';

describe('Rejects, in one sentence that names the option:', () => {
  test.each<[name: string, context: Record<string, unknown>, sentence: RegExp]>([
    [
      'a stack name that CloudFormation rejects',
      { stackName: '1-gate' },
      /^stackName must be a letter, then at most 110 letters, digits and hyphens, got "1-gate"\.$/,
    ],
    [
      'a stack name that is too long for the names derived from it',
      { stackName: 'S'.repeat(112) },
      /^stackName must be a letter, then at most 110 letters, digits and hyphens, got "S+"\.$/,
    ],
    [
      'a stack name that differs from the default one in its case only',
      { stackName: 'riskgate' },
      /^stackName must differ from RiskGate in more than its case: choose another name\.$/,
    ],
    [
      'a revision of the image with a space',
      { imageRevision: 'November 29' },
      /^imageRevision must be at most 64 letters, digits, dots, hyphens and underscores, such as 2026-11-29, got "November 29"\.$/,
    ],
    [
      'a base image with a space',
      { nodeImage: 'node 24' },
      /^nodeImage must be the name of an image, such as registry\.example\.com\/node:24\.21\.0-slim, got "node 24"\.$/,
    ],
    [
      'a base image that could be a flag',
      { nodeBuildImage: '--platform=linux/amd64' },
      /^nodeBuildImage must be the name of an image, such as .*\.$/,
    ],
    ...(['imageRevision', 'nodeImage', 'nodeBuildImage'] as const).map(
      (name): [string, Record<string, unknown>, RegExp] => [
        `${name} with an image that is not built`,
        { imageUri: 'ghcr.io/team/risk-gate:1.2.3', [name]: 'node' },
        RegExp(`^${name} is set, but imageUri replaces the image build: remove one of them\\.$`),
      ],
    ),
    [
      'an invalid header name',
      { addressHeaders: 'x real ip' },
      /^addressHeaders contains "x real ip", which is not a valid header name: set it to comma-separated header names\.$/,
    ],
    [
      'a signature header among the address headers',
      { addressHeaders: 'x-ip,x-ip-signature', signedAddress: true },
      /^addressHeaders contains x-ip-signature, which carries the signature of x-ip: remove it\.$/,
    ],
    [
      'a signature secret although signatures are switched off',
      { addressSignatureSecretArn: SECRET, signedAddress: 'false' },
      /^addressSignatureSecretArn is set, but signedAddress is false: remove one of them\.$/,
    ],
    [
      'an incomplete ARN of the signature secret',
      { addressSignatureSecretArn: SECRET.slice(0, -7) },
      /^addressSignatureSecretArn must be the complete ARN of a secret: arn:[^,]+\.$/,
    ],
    [
      'a signedAddress that is not a boolean',
      { signedAddress: 'yes' },
      /^signedAddress must be .*, got "yes"\.$/,
    ],
    [
      'trusted proxies with a header that is never a list',
      { addressHeaders: 'X-Forwarded-For,CloudFront-Viewer-Address', trustedProxyHops: '1' },
      /^addressHeaders contains cloudfront-viewer-address, .*: set trustedProxyHops to 0, .+\.$/,
    ],
    [
      'a domain without a zone',
      { domainName: 'gate.example.com' },
      /^domainName is set without a hosted zone or certificate: .+\.$/,
    ],
    [
      'a domain with an incomplete zone',
      { ...ZONE, hostedZoneName: undefined },
      /^domainName is set without a hosted zone or certificate: set hostedZoneId and hostedZoneName, or certificateArn\.$/,
    ],
    [
      'a domain outside its zone',
      { ...ZONE, hostedZoneName: 'example.org' },
      /^domainName gate\.example\.com is not in the zone example\.org/,
    ],
    [
      'a domain outside its zone, with the same ending',
      { ...ZONE, domainName: 'bad-example.com' },
      /is not in the zone/,
    ],
    [
      'a domain with a path',
      { ...ZONE, domainName: 'gate.example.com/path' },
      /^domainName must be a domain name, such as .*, got "gate\.example\.com\/path"\.$/,
    ],
    [
      'a certificate and a zone',
      { ...ZONE, certificateArn: CERTIFICATE },
      /^certificateArn and a hosted zone are both set/,
    ],
    [
      'a certificate without a domain',
      { certificateArn: CERTIFICATE },
      /^certificateArn is set without domainName/,
    ],
    [
      'a zone without a domain',
      { hostedZoneId: 'Z0123456789EXAMPLE' },
      /^hostedZoneId is set without domainName/,
    ],
    [
      'a certificate in IAM',
      {
        domainName: 'gate.example.com',
        certificateArn: 'arn:aws:iam::111122223333:server-certificate/x',
      },
      /^certificateArn must be .*, got "arn:aws:iam/,
    ],
    [
      'a prefix list with a domain',
      { ...ZONE, cloudFrontPrefixListId: 'pl-3b927c52' },
      /^cloudFrontPrefixListId and domainName are both set/,
    ],
    [
      'CloudFront logs with a domain',
      { ...ZONE, cloudFrontLogs: 'true' },
      /^cloudFrontLogs and domainName are both set, .+: remove one of them\.$/,
    ],
    [
      'a deadline that leaves CloudFront no time to connect',
      { decisionDeadlineMs: '1701' },
      /^decisionDeadlineMs must be at most 1700 without domainName, .+, got "1701"\.$/,
    ],
    [
      'a deadline longer than any that the service accepts',
      { ...ZONE, decisionDeadlineMs: '2501' },
      /^decisionDeadlineMs must be .*, got "2501"\.$/,
    ],
    ['a limit below that of AWS WAF', { addressLimit: 9 }, /^addressLimit must be .*, got "9"\.$/],
    ['an unknown name', { domian: 'gate.example.com' }, /^domian is not an option/],
    [
      'a misspelled name',
      { allowedCidr: '192.0.2.0/24' },
      /^allowedCidr .+ did you mean allowedCidrs\?/,
    ],
    ['a name in snake case', { allowed_cidrs: '192.0.2.0/24' }, /did you mean allowedCidrs\?/],
    ['a short form of a name', { minTasks: 3 }, /^minTasks .+ did you mean minimumTasks\?/],
    [
      'an unknown name in cdk.json that resembles no option',
      { riskGate: { stage: 'prod' } },
      /^stage is not an option: see the table/,
    ],
    [
      'a domain with a label that begins with a hyphen',
      { ...ZONE, domainName: '-gate.example.com' },
      /^domainName must be .*, got "-gate\.example\.com"\.$/,
    ],
    [
      'a domain with a label of 64 characters',
      { ...ZONE, domainName: `${'g'.repeat(64)}.example.com` },
      /^domainName must be .*, got "g/,
    ],
    [
      'an address as domain',
      { ...ZONE, domainName: '192.0.2.7' },
      /^domainName must be .*, got "192\.0\.2\.7"/,
    ],
    [
      'a URL as zone',
      { ...ZONE, hostedZoneName: 'https://example.com' },
      /^hostedZoneName must be .*, got "https:\/\/example\.com"/,
    ],
    ['an unknown name in cdk.json', { riskGate: { minTasks: 3 } }, /^minTasks is not an option/],
    [
      'a host name among the CIDRs',
      { allowedCidrs: 'idp.example.com' },
      /^allowedCidrs contains "idp\.example\.com", which is not a valid CIDR/,
    ],
    [
      'an address without a prefix length',
      { allowedCidrs: '192.0.2.7' },
      /^allowedCidrs contains "192\.0\.2\.7"/,
    ],
    [
      'a prefix length that is too long',
      { allowedCidrs: ['192.0.2.0/33'] },
      /^allowedCidrs contains "192\.0\.2\.0\/33"/,
    ],
    [
      'every IPv4 address, which AWS WAF rejects',
      { allowedCidrs: '0.0.0.0/0' },
      /^allowedCidrs contains "0\.0\.0\.0\/0", which is every address and which AWS WAF rejects: .+, remove allowedCidrs\.$/,
    ],
    ['every IPv6 address', { allowedCidrs: '::/0' }, /which is every address/],
    [
      'IPv6 networks alone, from which no caller connects',
      { allowedCidrs: ['2001:db8::/32', '2001:db8:1::/48'] },
      /^allowedCidrs contains only IPv6 networks, .*: add the IPv4 networks of the identity server\.$/,
    ],
    ['an unknown egress', { egress: 'vpn' }, /^egress must be one of nat, public, got "vpn"\.$/],
    [
      'a canary without an address that could be admitted',
      { egress: 'public', allowedCidrs: '192.0.2.0/24' },
      /^allowedCidrs is set with egress=public, .*: set egress=nat, or canary=false\.$/,
    ],
    [
      'one task',
      { minimumTasks: 1 },
      /^minimumTasks must be a whole number from 2 to 100, got "1"\.$/,
    ],
    [
      'a number that is spelled out',
      { minimumTasks: 'two' },
      /^minimumTasks must be .*, got "two"\.$/,
    ],
    [
      'a maximum below the minimum',
      { minimumTasks: 5, maximumTasks: 4 },
      /^maximumTasks must be at least minimumTasks, 5, got "4"\.$/,
    ],
    [
      'a CPU size that Fargate does not have',
      { taskCpu: 300 },
      /^taskCpu must be one of 256, .*, got "300"\.$/,
    ],
    [
      'a memory size that the CPU size excludes',
      { taskCpu: 1024, taskMemory: 1024 },
      /^taskMemory must be one of 2048, .*, got "1024"\.$/,
    ],
    [
      'a retention that CloudWatch Logs does not have',
      { logRetentionDays: 10 },
      /^logRetentionDays must be one of 1, 3, .*, got "10"\.$/,
    ],
    [
      'an ARN of a secret without its random suffix',
      { abuseIpdbSecretArn: SECRET.slice(0, -7) },
      /^abuseIpdbSecretArn must be the complete ARN of a secret: arn:[^,]+\.$/,
    ],
    [
      'a credential in place of its ARN, without showing it',
      { actionCredentialSecretArn: 'hush-hush-hush-hush' },
      /^actionCredentialSecretArn must be the complete ARN of a secret: arn:aws:secretsmanager:<region>:<account>:secret:<name>-<six characters>\.$/,
    ],
    [
      'a header that the generated credential does not use',
      { credentialHeader: 'x-gate' },
      /^credentialHeader is set without actionCredentialSecretArn/,
    ],
    [
      'a header that marks test requests',
      {
        credentialHeader: 'X-Risk-Gate-Test',
        actionCredentialSecretArn:
          'arn:aws:secretsmanager:us-east-1:111122223333:secret:gate/credential-AbCdEf',
      },
      /^credentialHeader must not start with x-risk-gate-, .*, got "x-risk-gate-test": send the credential in another header\.$/,
    ],
    [
      'a header name with a space',
      { credentialHeader: 'x api key' },
      /^credentialHeader must be .*, got "x api key"\.$/,
    ],
    ['port 0 of the issuer', { issuerPort: 0 }, /^issuerPort must be .*, got "0"\.$/],
    [
      'a rate below the minimum of AWS WAF',
      { unauthenticatedLimit: 9 },
      /^unauthenticatedLimit must be .*, got "9"\.$/,
    ],
    [
      'an image without a registry',
      { imageUri: 'risk-gate' },
      /^imageUri must be .*, got "risk-gate"\.$/,
    ],
    [
      'a CPU size that Fargate does not have, without an issue for the memory size',
      { taskCpu: 300, taskMemory: 16384 },
      /^taskCpu must be .*, got "300"\.$/,
    ],
    [
      'a maximum that is not a number',
      { minimumTasks: 20, maximumTasks: 'many' },
      /^maximumTasks must be .*, got "many"\.$/,
    ],
    [
      'a name as the id of a zone',
      { ...ZONE, hostedZoneId: 'example.com' },
      /^hostedZoneId must be the id of a hosted zone, such as .*, got "example\.com"\.$/,
    ],
    [
      'an address for a topic that the stack does not own',
      { alarmEmail: 'ops@example.com', pagesTopicArn: TOPIC },
      /^alarmEmail and pagesTopicArn are both set: subscribe the address to that topic, and remove alarmEmail\.$/,
    ],
    [
      'an address for tickets and an existing topic for them',
      { ticketEmail: 'team@example.com', ticketsTopicArn: TOPIC },
      /^ticketEmail and ticketsTopicArn are both set: .+ remove ticketEmail\.$/,
    ],
    [
      'a FIFO topic, to which alarms cannot publish',
      { pagesTopicArn: `${TOPIC}.fifo` },
      /^pagesTopicArn must be the ARN of a standard SNS topic: .+, got "arn:.+\.fifo"\.$/,
    ],
    [
      'the ARN of a subscription',
      { ticketsTopicArn: `${TOPIC}:0a1b2c3d-0000-4000-8000-000000000000` },
      /^ticketsTopicArn must be the ARN of a standard SNS topic/,
    ],
    [
      'a deletionProtection that is not a boolean',
      { deletionProtection: 'maybe' },
      /^deletionProtection must be true or false, got "maybe"\.$/,
    ],
    [
      'a policy file that does not exist',
      { policyFile: 'no/policy.yaml' },
      /^policyFile must be the path of an existing file, got "no\/policy\.yaml"\.$/,
    ],
    [
      'a directory as country database',
      { geoDatabase: 'app' },
      /^geoDatabase must be .*, got "app"\.$/,
    ],
    [
      'a second country database that does not exist',
      { geoDatabase: 'cdk.json,no/asn.mmdb' },
      /^geoDatabase must be .*, got "no\/asn\.mmdb"\.$/,
    ],
    [
      'every address in another notation',
      { allowedCidrs: '64:ff9b::/96' },
      /^allowedCidrs contains "64:ff9b::\/96", which is every address/,
    ],
    ['an unknown log level', { logLevel: 'verbose' }, /^logLevel must be .*, got "verbose"\.$/],
    [
      'a percentage above 100',
      { decisionLogIssuedPercent: 101 },
      /^decisionLogIssuedPercent must be a whole number from 0 to 100, got "101"\.$/,
    ],
    [
      'an unknown form of addresses in records',
      { decisionLogAddress: 'masked' },
      /^decisionLogAddress must be one of whole, truncated, hashed, got "masked"\.$/,
    ],
    [
      'an e-mail address for alarms without @',
      { alarmEmail: 'ops.example.com' },
      /^alarmEmail must be an e-mail address, got "ops\.example\.com"\.$/,
    ],
    [
      'an e-mail address for tickets without @',
      { ticketEmail: 'team' },
      /^ticketEmail must be an e-mail address, got "team"\.$/,
    ],
    [
      'a ceiling that cannot be exceeded',
      { blockRateCeiling: 100 },
      /^blockRateCeiling must be a whole number from 1 to 99, got "100"\.$/,
    ],
    [
      'a longer period than CloudWatch evaluates',
      { noTrafficHours: 25 },
      /^noTrafficHours must be a whole number from 1 to 24, got "25"\.$/,
    ],
    [
      'a previous credential that is accepted for more than a year',
      { credentialPreviousTtl: '8761h' },
      /^credentialPreviousTtl must be a duration such as 90s, .* or 0 .+, got "8761h"\.$/,
    ],
    [
      'a TTL in days, a unit that the service does not have',
      { credentialPreviousTtl: '1d' },
      /^credentialPreviousTtl must be .*, got "1d"\.$/,
    ],
    ...['User', 'Client', 'Network', 'Subnet'].flatMap(
      (of): [string, Record<string, unknown>, RegExp][] =>
        [0, 60_001, 'none'].map((value) => [
          `${value} as the budget of a ${of.toLowerCase()}`,
          { [`lookupBudget${of}`]: value },
          new RegExp(
            `^lookupBudget${of} must be a whole number from 1 to 60000, got "${value}"\\.$`,
          ),
        ]),
    ),
    [
      'high scores that are remembered for more than 90 days',
      { highScoreMemory: '2161h' },
      /^highScoreMemory must be a duration from 1s to 2160h, .+, got "2161h"\.$/,
    ],
    [
      'high scores that are remembered for a number of days',
      { highScoreMemory: '30d' },
      /^highScoreMemory must be a duration .+, got "30d"\.$/,
    ],
    [
      'high scores that are remembered for less than a day',
      { highScoreMemory: '23h' },
      /^highScoreMemory must be at least 24h, for which other records are kept, got "23h"\.$/,
    ],
    ['tags as a string', { tags: 'team=iam' }, /^tags must be an object of strings/],
    ['a tag that is a number', { tags: { cost: 4711 } }, /^tags must be an object of strings/],
    [
      'a list in place of a single value',
      { logLevel: ['info'] },
      /^logLevel must be a single value/,
    ],
    [
      'a string instead of the object of options',
      { riskGate: 'egress' },
      /^riskGate in cdk\.json must be an object/,
    ],
    [
      'a list instead of the object of options',
      { riskGate: ['egress'] },
      /^riskGate in cdk\.json must be an object/,
    ],
  ])('%s', (_, context, sentence) => {
    expect(issuesOf(context)).toEqual([expect.stringMatching(sentence)]);
  });

  test('reports all issues at once, one per line', () => {
    const issues = issuesOf({
      domainName: 'gate.example.com',
      allowedCidrs: '10.0.0.0/8,10.0.0.0/33,nowhere',
      taskCpu: 1,
      riskGate: { minTasks: 3 },
    });
    expect(issues).toHaveLength(5);
    expect(new Set(issues.map((sentence) => sentence.split(' ')[0]))).toEqual(
      new Set(['domainName', 'allowedCidrs', 'taskCpu', 'minTasks']),
    );
  });
});

describe('Reads', () => {
  test.each<[name: string, context: Record<string, unknown>, read: object]>([
    [
      'the defaults: CloudFront, one NAT gateway, two tasks, protection as it is',
      {},
      {
        endpoint: { kind: 'cloudfront' },
        egress: { kind: 'nat', gateways: 1 },
        minimumTasks: 2,
        deletionProtection: undefined,
        retainLogs: false,
        containerInsights: false,
        allowedCidrs: [],
        decisionLogIssuedPercent: 100,
        decisionLogAddress: 'whole',
        credentialPreviousTtl: '24h',
        signedAddress: false,
        checkBlock: false,
      },
    ],
    ['signed addresses', { signedAddress: 'true' }, { signedAddress: true }],
    [
      'signed addresses from the ARN of their secret alone',
      { addressSignatureSecretArn: SECRET },
      { signedAddress: true, addressSignatureSecretArn: SECRET },
    ],
    [
      'a rotation that revokes the previous credential at once',
      { riskGate: { credentialPreviousTtl: 0 } },
      { credentialPreviousTtl: '0' },
    ],
    [
      'no records of unremarkable decisions, and hashed addresses in the others',
      { decisionLogIssuedPercent: '0', decisionLogAddress: 'hashed' },
      { decisionLogIssuedPercent: 0, decisionLogAddress: 'hashed' },
    ],
    ...(
      [
        ['with a trailing dot', { hostedZoneName: 'example.com.' }, {}],
        [
          'with a trailing dot at both names',
          { domainName: 'gate.example.com.', hostedZoneName: 'example.com.' },
          {},
        ],
        ['by its id as the API returns it', { hostedZoneId: '/hostedzone/Z0123456789EXAMPLE' }, {}],
        ['in upper case', { domainName: 'Gate.Example.COM', hostedZoneName: 'EXAMPLE.com' }, {}],
        [
          'under a Unicode top-level domain, in ASCII',
          { domainName: 'gate.xn--e1afmkfd.xn--p1ai', hostedZoneName: 'xn--e1afmkfd.xn--p1ai' },
          { domainName: 'gate.xn--e1afmkfd.xn--p1ai', hostedZoneName: 'xn--e1afmkfd.xn--p1ai' },
        ],
        [
          'under a Unicode top-level domain, in Unicode',
          { domainName: 'gate.пример.рф', hostedZoneName: 'пример.рф.' },
          { domainName: 'gate.xn--e1afmkfd.xn--p1ai', hostedZoneName: 'xn--e1afmkfd.xn--p1ai' },
        ],
      ] as const
    ).map(([name, given, read]): [string, Record<string, unknown>, object] => [
      `a zone ${name}`,
      { ...ZONE, ...given },
      { endpoint: { kind: 'hosted-zone', ...ZONE, ...read } },
    ]),
    ['a domain in its zone', ZONE, { endpoint: { kind: 'hosted-zone', ...ZONE } }],
    [
      'the domain of the zone itself',
      { ...ZONE, domainName: 'example.com' },
      { endpoint: { kind: 'hosted-zone' } },
    ],
    [
      'a domain with a certificate',
      { domainName: 'gate.example.com', certificateArn: CERTIFICATE },
      { endpoint: { kind: 'certificate', certificateArn: CERTIFICATE } },
    ],
    [
      'a comma-separated list, as -c passes it',
      { allowedCidrs: '192.0.2.0/24, 2001:db8::/32' },
      { allowedCidrs: ['192.0.2.0/24', '2001:db8::/32'] },
    ],
    [
      'one e-mail address for all alarms',
      { alarmEmail: 'ops@example.com' },
      { alarmEmail: 'ops@example.com', ticketEmail: 'ops@example.com' },
    ],
    [
      'an e-mail address for tickets alone',
      { ticketEmail: 'team@example.com' },
      { alarmEmail: undefined, ticketEmail: 'team@example.com' },
    ],
    [
      'an existing topic for tickets, which has its own subscriptions',
      { alarmEmail: 'ops@example.com', ticketsTopicArn: TOPIC },
      { alarmEmail: 'ops@example.com', ticketEmail: undefined, ticketsTopicArn: TOPIC },
    ],
    [
      'an existing topic for pages, with an address for tickets',
      { pagesTopicArn: TOPIC, ticketEmail: 'team@example.com' },
      { pagesTopicArn: TOPIC, ticketEmail: 'team@example.com' },
    ],
    ['a number as a string, as -c passes it', { minimumTasks: '4' }, { minimumTasks: 4 }],
    [
      'a boolean in cdk.json',
      { riskGate: { deletionProtection: false } },
      { deletionProtection: false },
    ],
    [
      '-c over cdk.json',
      { riskGate: { minimumTasks: 3, logLevel: 'warn' }, minimumTasks: '5' },
      { minimumTasks: 5, logLevel: 'warn' },
    ],
    [
      'a header name in upper case, as AWS WAF needs lower case',
      { credentialHeader: 'X-Gate', actionCredentialSecretArn: SECRET },
      { credentialHeader: 'x-gate' },
    ],
    [
      'the smallest memory of a large CPU',
      { taskCpu: 2048 },
      { task: { cpu: 2048, memory: 4096 } },
    ],
    [
      'the context that cdk acknowledge writes',
      { 'acknowledged-issue-numbers': [34892] },
      { foreignContext: [] },
    ],
    [
      'the context of lookups',
      {
        'vpc-provider:account=111122223333:filter.isDefault=true:region=us-east-1': {},
        'hosted-zone:account=111122223333:domainName=example.com:region=us-east-1': {},
        'ssm:account=111122223333:parameterName=/x:region=us-east-1': '1',
      },
      { foreignContext: [] },
    ],
    [
      'context of other tools, which is reported',
      { stage: 'prod', domain: 'example.com', 'my-team:owner': 'iam', environment: { name: 'x' } },
      { foreignContext: ['stage', 'domain', 'environment'] },
    ],
    [
      'options beside flags and caches of CDK',
      { '@aws-cdk/core:explicitStackTags': true, 'aws:cdk:bundling-stacks': ['**'] },
      { minimumTasks: 2 },
    ],
  ])('%s', (_, context, read) => {
    expect(readConfig(context)).toMatchObject(read);
  });
});
