import { readConfig } from '../../infra/config.ts';
import { ConfigError } from '../../infra/config-reader.ts';

/** The sentences of the error, none when the configuration can be used. */
function mistakesOf(context: Readonly<Record<string, unknown>>): string[] {
  try {
    readConfig(context);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message.split('\n');
  }
}

const ZONE = {
  domainName: 'gate.example.com',
  hostedZoneId: 'Z0123456789EXAMPLE',
  hostedZoneName: 'example.com',
};
const CERTIFICATE = 'arn:aws:acm:us-east-1:111122223333:certificate/0a1b2c3d';
const SECRET = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:gate-AbCdEf';

describe('What cannot be used is one sentence that names the setting', () => {
  test.each<[name: string, context: Record<string, unknown>, sentence: RegExp]>([
    [
      'a name of a header that is none',
      { addressHeaders: 'x real ip' },
      /^addressHeaders holds "x real ip": set it to header names, comma-separated\.$/,
    ],
    [
      'a header of a signature among the address headers',
      { addressHeaders: 'x-ip,x-ip-signature', signedAddress: true },
      /^addressHeaders contains x-ip-signature, which carries the signature of x-ip: remove it\.$/,
    ],
    [
      'a secret of a signature that is switched off',
      { addressSignatureSecretArn: SECRET, signedAddress: 'false' },
      /^addressSignatureSecretArn is set, but signedAddress is false: remove one of them\.$/,
    ],
    [
      'half an ARN of the secret of a signature',
      { addressSignatureSecretArn: SECRET.slice(0, -7) },
      /^addressSignatureSecretArn is .*: set it to the complete ARN of a secret\.$/,
    ],
    ['a signature that is neither on nor off', { signedAddress: 'yes' }, /^signedAddress is "yes"/],
    [
      'trusted proxies with a header that is never a list',
      { addressHeaders: 'X-Forwarded-For,CloudFront-Viewer-Address', trustedProxyHops: '1' },
      /^addressHeaders contains cloudfront-viewer-address, .*: set trustedProxyHops to 0, .+\.$/,
    ],
    [
      'a domain without a zone',
      { domainName: 'gate.example.com' },
      /^domainName is set without hostedZoneId and hostedZoneName, or certificateArn: .+\.$/,
    ],
    [
      'a domain with half a zone',
      { ...ZONE, hostedZoneName: undefined },
      /^domainName is set without hostedZoneId and hostedZoneName/,
    ],
    [
      'a domain outside of its zone',
      { ...ZONE, hostedZoneName: 'example.org' },
      /^domainName gate\.example\.com is not in the zone example\.org/,
    ],
    [
      'a domain that only ends like its zone',
      { ...ZONE, domainName: 'bad-example.com' },
      /is not in the zone/,
    ],
    [
      'a domain with a path',
      { ...ZONE, domainName: 'gate.example.com/path' },
      /^domainName is "gate\.example\.com\/path"/,
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
      'a certificate of IAM',
      {
        domainName: 'gate.example.com',
        certificateArn: 'arn:aws:iam::111122223333:server-certificate/x',
      },
      /^certificateArn is "arn:aws:iam/,
    ],
    [
      'a prefix list beside a domain',
      { ...ZONE, cloudFrontPrefixListId: 'pl-3b927c52' },
      /^cloudFrontPrefixListId and domainName are both set/,
    ],
    ['an unknown key', { domian: 'gate.example.com' }, /^domian is no known configuration/],
    [
      'a slip in a name',
      { allowedCidr: '192.0.2.0/24' },
      /^allowedCidr .+ did you mean allowedCidrs\?/,
    ],
    [
      'a name in another spelling',
      { allowed_cidrs: '192.0.2.0/24' },
      /did you mean allowedCidrs\?/,
    ],
    ['a short form of a name', { minTasks: 3 }, /^minTasks .+ did you mean minimumTasks\?/],
    [
      'an unknown key in cdk.json that resembles none',
      { riskGate: { stage: 'prod' } },
      /^stage is no known configuration: see the table/,
    ],
    [
      'a domain with a label that begins with a hyphen',
      { ...ZONE, domainName: '-gate.example.com' },
      /^domainName is "-gate\.example\.com"/,
    ],
    [
      'a domain with a label of 64 characters',
      { ...ZONE, domainName: `${'g'.repeat(64)}.example.com` },
      /^domainName is "g/,
    ],
    ['an address as domain', { ...ZONE, domainName: '192.0.2.7' }, /^domainName is "192\.0\.2\.7"/],
    [
      'a zone that is no name',
      { ...ZONE, hostedZoneName: 'https://example.com' },
      /^hostedZoneName is "https:\/\/example\.com"/,
    ],
    [
      'an unknown key in cdk.json',
      { riskGate: { minTasks: 3 } },
      /^minTasks is no known configuration/,
    ],
    [
      'a name of a machine among the CIDRs',
      { allowedCidrs: 'idp.example.com' },
      /^allowedCidrs holds "idp\.example\.com", which is no CIDR/,
    ],
    [
      'an address without its prefix',
      { allowedCidrs: '192.0.2.7' },
      /^allowedCidrs holds "192\.0\.2\.7"/,
    ],
    [
      'a prefix that is too long',
      { allowedCidrs: ['192.0.2.0/33'] },
      /^allowedCidrs holds "192\.0\.2\.0\/33"/,
    ],
    [
      'everybody, whom AWS WAF does not take',
      { allowedCidrs: '0.0.0.0/0' },
      /^allowedCidrs holds "0\.0\.0\.0\/0", which is everybody/,
    ],
    ['everybody with IPv6', { allowedCidrs: '::/0' }, /which is everybody/],
    [
      'an egress of its own',
      { egress: 'vpn' },
      /^egress is "vpn": set it to one of nat, public\.$/,
    ],
    [
      'one zone',
      { availabilityZones: 'us-east-1a' },
      /^availabilityZones is "us-east-1a": set it to two zones of the region/,
    ],
    [
      'zones by their ids',
      { availabilityZones: 'use1-az1,use1-az2' },
      /^availabilityZones is "use1-az1,use1-az2"/,
    ],
    [
      'NAT gateways without NAT',
      { egress: 'public', natGateways: 2 },
      /^natGateways is set, but egress is public/,
    ],
    [
      'more gateways than zones',
      { natGateways: 3 },
      /^natGateways is "3": set it to a whole number from 1 to 2\.$/,
    ],
    ['one task', { minimumTasks: 1 }, /^minimumTasks is "1": set it to a whole number from 2/],
    ['a number in words', { minimumTasks: 'two' }, /^minimumTasks is "two"/],
    [
      'fewer tasks at most than at least',
      { minimumTasks: 5, maximumTasks: 4 },
      /^maximumTasks is below minimumTasks \(5\)/,
    ],
    ['a CPU that Fargate does not have', { taskCpu: 300 }, /^taskCpu is "300"/],
    [
      'memory that does not go with the CPU',
      { taskCpu: 1024, taskMemory: 1024 },
      /^taskMemory is "1024": set it to one of 2048/,
    ],
    [
      'a retention that CloudWatch does not have',
      { logRetentionDays: 10 },
      /^logRetentionDays is "10"/,
    ],
    [
      'an ARN of a secret without its six characters',
      { abuseIpdbSecretArn: SECRET.slice(0, -7) },
      /^abuseIpdbSecretArn is /,
    ],
    [
      'another header than that of the generated credential',
      { credentialHeader: 'x-gate' },
      /^credentialHeader is set without actionCredentialSecretArn/,
    ],
    [
      'a header with a blank',
      { credentialHeader: 'x api key' },
      /^credentialHeader is "x api key"/,
    ],
    ['an issuer at no port', { issuerPort: 0 }, /^issuerPort is "0"/],
    ['a rate below that of AWS WAF', { unauthenticatedLimit: 9 }, /^unauthenticatedLimit is "9"/],
    ['an image without its registry', { imageUri: 'risk-gate' }, /^imageUri is "risk-gate"/],
    [
      'a CPU that Fargate does not have, whatever the memory',
      { taskCpu: 300, taskMemory: 16384 },
      /^taskCpu is "300"/,
    ],
    [
      'a largest number of tasks that is none',
      { minimumTasks: 20, maximumTasks: 'many' },
      /^maximumTasks is "many"/,
    ],
    [
      'an id of a zone that is none',
      { ...ZONE, hostedZoneId: 'example.com' },
      /^hostedZoneId is "example\.com": set it to the id of a hosted zone\.$/,
    ],
    [
      'a switch that is neither on nor off',
      { deletionProtection: 'maybe' },
      /^deletionProtection is "maybe"/,
    ],
    [
      'a policy that is not there',
      { policyFile: 'no/policy.yaml' },
      /^policyFile is "no\/policy\.yaml", which is no file/,
    ],
    [
      'a directory as country database',
      { geoDatabase: 'app' },
      /^geoDatabase is "app", which is no file/,
    ],
    [
      'a second country database that is not there',
      { geoDatabase: 'cdk.json,no/asn.mmdb' },
      /^geoDatabase is "no\/asn\.mmdb", which is no file/,
    ],
    [
      'everybody as allowed addresses, in another notation',
      { allowedCidrs: '64:ff9b::/96' },
      /^allowedCidrs holds "64:ff9b::\/96", which is everybody/,
    ],
    ['a level that the log does not have', { logLevel: 'verbose' }, /^logLevel is "verbose"/],
    [
      'a share of records that is none',
      { decisionLogIssuedPercent: 101 },
      /^decisionLogIssuedPercent is "101": set it to a whole number from 0 to 100\.$/,
    ],
    [
      'a form of addresses that records do not have',
      { decisionLogAddress: 'masked' },
      /^decisionLogAddress is "masked": set it to one of whole, truncated, hashed\.$/,
    ],
    [
      'an alarm address without @',
      { alarmEmail: 'ops.example.com' },
      /^alarmEmail is "ops\.example\.com": set it to an e-mail address\.$/,
    ],
    [
      'an address for tickets without @',
      { ticketEmail: 'team' },
      /^ticketEmail is "team": set it to an e-mail address\.$/,
    ],
    [
      'a ceiling that nothing can reach',
      { blockRateCeiling: 100 },
      /^blockRateCeiling is "100": set it to a whole number from 1 to 99\.$/,
    ],
    [
      'a longer silence than CloudWatch looks back for',
      { noTrafficHours: 25 },
      /^noTrafficHours is "25": set it to a whole number from 1 to 24\.$/,
    ],
    [
      'a previous credential that is accepted for more than a year',
      { credentialPreviousTtl: '8761h' },
      /^credentialPreviousTtl is "8761h": set it to a duration such as 90s, .* or to 0 .+\.$/,
    ],
    [
      'a previous credential that is accepted for days, which the service does not read',
      { credentialPreviousTtl: '1d' },
      /^credentialPreviousTtl is "1d"/,
    ],
    ['tags that are a text', { tags: 'team=iam' }, /^tags is no object of texts/],
    ['a tag that is a number', { tags: { cost: 4711 } }, /^tags is no object of texts/],
    ['a list where one value belongs', { logLevel: ['info'] }, /^logLevel is no text/],
    [
      'a text instead of the whole configuration',
      { riskGate: 'egress' },
      /^riskGate in cdk\.json is no object/,
    ],
    [
      'a list instead of the whole configuration',
      { riskGate: ['egress'] },
      /^riskGate in cdk\.json is no object/,
    ],
  ])('%s', (_, context, sentence) => {
    expect(mistakesOf(context)).toEqual([expect.stringMatching(sentence)]);
  });

  test('several mistakes are told at once, each in a line of its own', () => {
    const mistakes = mistakesOf({
      domainName: 'gate.example.com',
      allowedCidrs: '10.0.0.0/8,10.0.0.0/33,nowhere',
      taskCpu: 1,
      riskGate: { minTasks: 3 },
    });
    expect(mistakes).toHaveLength(5);
    expect(new Set(mistakes.map((sentence) => sentence.split(' ')[0]))).toEqual(
      new Set(['domainName', 'allowedCidrs', 'taskCpu', 'minTasks']),
    );
  });
});

describe('What can be used', () => {
  test.each<[name: string, context: Record<string, unknown>, read: object]>([
    [
      'nothing: CloudFront, one NAT gateway, two tasks, protected',
      {},
      {
        endpoint: { kind: 'cloudfront' },
        egress: { kind: 'nat', gateways: 1 },
        minimumTasks: 2,
        deletionProtection: true,
        allowedCidrs: [],
        decisionLogIssuedPercent: 100,
        decisionLogAddress: 'whole',
        credentialPreviousTtl: '24h',
        signedAddress: false,
      },
    ],
    ['signed addresses', { signedAddress: 'true' }, { signedAddress: true }],
    [
      'signed addresses, by their secret alone',
      { addressSignatureSecretArn: SECRET },
      { signedAddress: true, addressSignatureSecretArn: SECRET },
    ],
    [
      'a rotation that revokes at once',
      { riskGate: { credentialPreviousTtl: 0 } },
      { credentialPreviousTtl: '0' },
    ],
    [
      'no record of tokens that are issued as they are, and hashed addresses in the others',
      { decisionLogIssuedPercent: '0', decisionLogAddress: 'hashed' },
      { decisionLogIssuedPercent: 0, decisionLogAddress: 'hashed' },
    ],
    ...(
      [
        ['with the dot of the root', { hostedZoneName: 'example.com.' }, {}],
        [
          'with that dot at both names',
          { domainName: 'gate.example.com.', hostedZoneName: 'example.com.' },
          {},
        ],
        ['by the id as the API returns it', { hostedZoneId: '/hostedzone/Z0123456789EXAMPLE' }, {}],
        ['in capitals', { domainName: 'Gate.Example.COM', hostedZoneName: 'EXAMPLE.com' }, {}],
        [
          'under a Unicode top level domain, in ASCII',
          { domainName: 'gate.xn--e1afmkfd.xn--p1ai', hostedZoneName: 'xn--e1afmkfd.xn--p1ai' },
          { domainName: 'gate.xn--e1afmkfd.xn--p1ai', hostedZoneName: 'xn--e1afmkfd.xn--p1ai' },
        ],
        [
          'under a Unicode top level domain, in Unicode',
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
      'the name of the zone itself',
      { ...ZONE, domainName: 'example.com' },
      { endpoint: { kind: 'hosted-zone' } },
    ],
    [
      'a domain with a certificate',
      { domainName: 'gate.example.com', certificateArn: CERTIFICATE },
      { endpoint: { kind: 'certificate', certificateArn: CERTIFICATE } },
    ],
    [
      'a list with commas, as -c gives it',
      { allowedCidrs: '192.0.2.0/24, 2001:db8::/32' },
      { allowedCidrs: ['192.0.2.0/24', '2001:db8::/32'] },
    ],
    [
      'one address for all alarms',
      { alarmEmail: 'ops@example.com' },
      { alarmEmail: 'ops@example.com', ticketEmail: 'ops@example.com' },
    ],
    [
      'an address for tickets alone',
      { ticketEmail: 'team@example.com' },
      { alarmEmail: undefined, ticketEmail: 'team@example.com' },
    ],
    ['a number as text, as -c gives it', { minimumTasks: '4' }, { minimumTasks: 4 }],
    [
      'a switch of cdk.json',
      { riskGate: { deletionProtection: false } },
      { deletionProtection: false },
    ],
    [
      '-c over cdk.json',
      { riskGate: { minimumTasks: 3, logLevel: 'warn' }, minimumTasks: '5' },
      { minimumTasks: 5, logLevel: 'warn' },
    ],
    [
      'a header in capitals, for AWS WAF reads them in lower case',
      { credentialHeader: 'X-Gate', actionCredentialSecretArn: SECRET },
      { credentialHeader: 'x-gate' },
    ],
    ['the least memory of a large CPU', { taskCpu: 2048 }, { task: { cpu: 2048, memory: 4096 } }],
    [
      'what cdk acknowledge writes',
      { 'acknowledged-issue-numbers': [34892] },
      { foreignContext: [] },
    ],
    [
      'looked-up values',
      {
        'vpc-provider:account=111122223333:filter.isDefault=true:region=us-east-1': {},
        'hosted-zone:account=111122223333:domainName=example.com:region=us-east-1': {},
        'ssm:account=111122223333:parameterName=/x:region=us-east-1': '1',
      },
      { foreignContext: [] },
    ],
    [
      'settings of other tools, which are mentioned',
      { stage: 'prod', domain: 'example.com', 'my-team:owner': 'iam', environment: { name: 'x' } },
      { foreignContext: ['stage', 'domain', 'environment'] },
    ],
    [
      'the flags and caches of CDK beside it',
      { '@aws-cdk/core:explicitStackTags': true, 'aws:cdk:bundling-stacks': ['**'] },
      { minimumTasks: 2 },
    ],
  ])('%s', (_, context, read) => {
    expect(readConfig(context)).toMatchObject(read);
  });
});
