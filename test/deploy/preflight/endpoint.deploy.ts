import { ChangeResourceRecordSetsCommand, CreateHostedZoneCommand } from '@aws-sdk/client-route-53';
import { certificateCheck } from '../../../infra/preflight/checks/certificate.ts';
import { hostedZoneCheck } from '../../../infra/preflight/checks/hosted-zone.ts';
import type { StackState } from '../../../infra/preflight/stack-state.ts';
import { describeWithMoto } from '../../support/moto.ts';
import { failure } from './aws.ts';
import { ACCOUNT_ID, account, findingsOf, type Situation } from './facts.ts';
import { useAws } from './use-aws.ts';

describeWithMoto('The endpoint', () => {
  const aws = useAws('emulator');

  const DESCRIBE = 'acm DescribeCertificate';
  const ISSUED = {
    Status: 'ISSUED',
    DomainName: 'gate.example.com',
    SubjectAlternativeNames: ['gate.example.com'],
    NotAfter: 4_102_444_800,
    KeyAlgorithm: 'RSA-2048',
  };
  const certificateOf = (owner: string): Situation => ({
    options: {
      domainName: 'gate.example.com',
      certificateArn: `arn:aws:acm:us-east-1:${owner}:certificate/1`,
    },
  });

  test.each<[name: string, certificate: object, finding: string]>([
    ['issued', {}, 'ok: The certificate for gate.example.com is issued.'],
    [
      'of a wildcard',
      { DomainName: '*.Example.com', SubjectAlternativeNames: [] },
      'ok: The certificate for *.Example.com is issued.',
    ],
    [
      'of a wildcard one label above',
      { DomainName: '*.com', SubjectAlternativeNames: ['*.gate.example.com'] },
      'error: The certificate of certificateArn is for *.com, *.gate.example.com, not for gate.example.com: use another certificate, or correct domainName.',
    ],
    [
      'not validated',
      { Status: 'PENDING_VALIDATION' },
      'error: The certificate of certificateArn is not validated yet: create the DNS records that ACM shows for it, and wait until it is issued.',
    ],
    [
      'revoked',
      { Status: 'REVOKED' },
      'error: The certificate of certificateArn has the status REVOKED: use one that is issued.',
    ],
    [
      'expired',
      { NotAfter: 1_577_836_800 },
      'error: The certificate of certificateArn expired on 2020-01-01: renew it or use another one.',
    ],
    [
      'with a key that no load balancer accepts',
      { KeyAlgorithm: 'RSA-8192' },
      'error: A load balancer accepts no certificate with a key of RSA-8192: use one with RSA 2048 or EC_prime256v1.',
    ],
  ])('a certificate: %s', async (_, certificate, finding) => {
    aws.answer(DESCRIBE, { body: { Certificate: { ...ISSUED, ...certificate } } });
    expect(await findingsOf(certificateCheck, certificateOf(ACCOUNT_ID))).toEqual([finding]);
  });

  test('a certificate that does not exist', async () => {
    aws.answer(DESCRIBE, failure(DESCRIBE, 400, 'ResourceNotFoundException'));
    expect(await findingsOf(certificateCheck, certificateOf(ACCOUNT_ID))).toEqual([
      'error: The certificate of certificateArn does not exist: correct certificateArn.',
    ]);
  });

  test('a certificate of another account', async () => {
    expect(await findingsOf(certificateCheck, certificateOf('111122223333'))).toEqual([
      `error: certificateArn is a certificate of account 111122223333, but the load balancer is in account ${ACCOUNT_ID}: use one of that account.`,
    ]);
  });

  interface Zone {
    readonly name?: string;
    readonly isPrivate?: boolean;
    readonly records?: Readonly<Record<string, string>>;
    /** What DNS answers. @default the zone's own name servers */
    readonly nameServers?: readonly string[] | undefined;
    readonly stack?: StackState;
  }

  /** Creates a zone and returns its id and the findings about it. */
  async function checkZone({ name = 'example.com', isPrivate, records = {}, ...rest }: Zone) {
    const { route53 } = (await account()).clients;
    const { HostedZone, DelegationSet } = await route53.send(
      new CreateHostedZoneCommand({
        Name: name,
        CallerReference: '1',
        ...(isPrivate && { VPC: { VPCRegion: 'us-east-1', VPCId: 'vpc-1' } }),
        HostedZoneConfig: { PrivateZone: isPrivate ?? false, Comment: '' },
      }),
    );
    const Changes = Object.entries(records).map(([Name, Type]) => ({
      Action: 'CREATE' as const,
      ResourceRecordSet: {
        Name,
        Type: Type as 'A',
        TTL: 60,
        ResourceRecords: [{ Value: Type === 'A' ? '192.0.2.1' : 'other.example.com' }],
      },
    }));
    if (Changes.length > 0) {
      const ChangeBatch = { Changes };
      await route53.send(
        new ChangeResourceRecordSetsCommand({ HostedZoneId: HostedZone?.Id, ChangeBatch }),
      );
    }
    const id = HostedZone?.Id?.split('/').at(-1) ?? '';
    const { stack } = rest;
    const servers = 'nameServers' in rest ? rest.nameServers : DelegationSet?.NameServers;
    return {
      id,
      findings: await findingsOf(hostedZoneCheck, {
        options: {
          domainName: 'gate.example.com',
          hostedZoneId: id,
          hostedZoneName: 'example.com',
        },
        resolveNameServers: async () => servers,
        ...(stack && { stack }),
      }),
    };
  }

  const DELEGATED = 'ok: The hosted zone example.com is public and delegated.';
  const isTaken = (type: string) =>
    `error: The hosted zone has a record ${type} for gate.example.com already: delete it, or choose another domainName.`;
  const own = { type: 'AWS::Route53::RecordSet', physicalId: 'gate.example.com', status: '' };
  const stack: StackState = {
    status: 'CREATE_COMPLETE',
    description: '',
    terminationProtection: false,
    resources: new Map([['Record', own]]),
  };

  test.each<[name: string, zone: Zone, finding: (id: string) => string]>([
    ['ready', {}, () => DELEGATED],
    [
      'of another name',
      { name: 'example.org' },
      (id) =>
        `error: The hosted zone ${id} is example.org, not example.com: correct hostedZoneId or hostedZoneName.`,
    ],
    [
      'private',
      { isPrivate: true },
      (id) =>
        `error: The hosted zone ${id} is private, but the identity server and ACM need a public one: use the public zone of example.com.`,
    ],
    ['with an address of this name', { records: { 'gate.example.com': 'A' } }, () => isTaken('A')],
    [
      'with an alias of this name',
      { records: { 'gate.example.com': 'CNAME' } },
      () => isTaken('CNAME'),
    ],
    ['with other names', { records: { 'other.example.com': 'A' } }, () => DELEGATED],
    [
      'with the record of the stack itself',
      { records: { 'gate.example.com': 'A' }, stack },
      () => DELEGATED,
    ],
    [
      'delegated to other servers',
      { nameServers: ['ns1.registrar.example'] },
      () =>
        expect.stringMatching(
          /^error: DNS does not delegate example\.com to this hosted zone, so ACM could not validate the certificate: set the name servers of example\.com at its registrar to those of the hosted zone \(ns-\S+ and the others\)\.$/,
        ),
    ],
    ['not delegated', { nameServers: [] }, () => expect.stringMatching(/^error: DNS does not/)],
    [
      'without DNS on this machine',
      { nameServers: undefined },
      () =>
        'warning: The delegation of example.com was not checked, because DNS cannot be queried here.',
    ],
  ])('a hosted zone: %s', async (_, zone, finding) => {
    const { id, findings } = await checkZone(zone);
    expect(findings).toEqual([finding(id)]);
  });

  test('a hosted zone that does not exist', async () => {
    const options = {
      domainName: 'gate.example.com',
      hostedZoneId: 'Z0123456789',
      hostedZoneName: 'example.com',
    };
    expect(await findingsOf(hostedZoneCheck, { options })).toEqual([
      'error: The hosted zone Z0123456789 does not exist in this account: correct hostedZoneId.',
    ]);
  });
});
