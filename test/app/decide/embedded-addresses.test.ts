import { outcomeOf } from '../../support/outcome.ts';
import { payloadFrom } from '../../support/payloads.ts';
import { type RunningService, startTestService } from '../../support/running-service.ts';

/** Addresses with the scores 96 and 0. */
const ABUSIVE = '9.9.9.10';
const CLEAN = '9.9.9.12';
const ALSO_CLEAN = '9.9.9.13';

/** Returns the description of the refusal, or the lifetime of the issued token. */
async function tokenFor(service: RunningService, address: string): Promise<string | number> {
  const request = payloadFrom(address);
  const response = await service.post(request);
  const outcome = await outcomeOf(request, response);
  if (outcome.kind === 'token') return outcome.token.expiresIn ?? 'no lifetime';
  return outcome.kind === 'refused' ? (outcome.errorDescription ?? '') : outcome.kind;
}

function record(service: RunningService): void {
  service.simulator.setRecord(ABUSIVE, { abuseConfidenceScore: 96 });
  service.simulator.setRecord(CLEAN, { abuseConfidenceScore: 0 });
  service.simulator.setRecord(ALSO_CLEAN, { abuseConfidenceScore: 0 });
}

const FROM_KP = 'Access token issuance is blocked from your region KP.';
const HIGH_RISK = 'Access token issuance is blocked due to high IP risk.';
const FULL = 3600;
const SHORTENED = 300;

describe('an IPv4 address gets the same token in every notation', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await startTestService();
    record(service);
  });
  afterAll(() => service.stop());

  test.each<[string, string, string | number]>([
    ['North Korea', '175.45.177.9', FROM_KP],
    ['North Korea, IPv4-mapped', '::ffff:175.45.177.9', FROM_KP],
    ['North Korea, NAT64', '64:ff9b::175.45.177.9', FROM_KP],
    ['North Korea, NAT64 in hexadecimal', '64:ff9b::af2d:b109', FROM_KP],
    ['North Korea, SIIT', '::ffff:0:175.45.177.9', FROM_KP],
    ['North Korea, 6to4', '2002:af2d:b109::1', FROM_KP],
    ['North Korea, Teredo', '2001:0:4136:e378:8000:63bf:50d2:4ef6', FROM_KP],
    ['North Korea, NAT64 with a local prefix', '64:ff9b:1::175.45.177.9', FROM_KP],
    ['score 96', ABUSIVE, HIGH_RISK],
    ['score 96, NAT64', '64:ff9b::9.9.9.10', HIGH_RISK],
    ['score 96, 6to4', '2002:909:90a::1', HIGH_RISK],
    ['score 96, Teredo', '2001:0:4136:e378::f6f6:f6f5', HIGH_RISK],
    ['score 0', CLEAN, FULL],
    ['score 0, NAT64', '64:ff9b::9.9.9.12', FULL],
    ['score 0, 6to4', '2002:909:90c::1', FULL],
    ['score 0, Teredo', '2001:0:4136:e378::f6f6:f6f3', FULL],
    ['internal', '10.0.0.1', SHORTENED],
    ['6to4 of an internal address', '2002:a00:1::1', SHORTENED],
    ['multicast', '224.0.0.1', SHORTENED],
  ])('%s: %s', async (_, address, expected) => {
    expect(await tokenFor(service, address)).toBe(expected);
  });
});

describe('a policy can distinguish internal and reserved addresses', () => {
  const POLICY = `
version: 1
lists:
  office: [10.0.0.0/8, "64:ff9b::198.18.0.0/111"]
  own_6to4: ["2002:909:90c::/48"]
rules:
  - { id: own, when: 'address.within("own_6to4")', then: { lifetime: 20m } }
  - { id: office, when: 'address.within("office")', then: { lifetime: 2m } }
  - { id: not-public, when: '!address.public', then: { lifetime: 30m } }
  - { id: country, when: 'geo.country == "KP"', then: { deny: From KP. } }
  - { id: score, when: abuse.score >= 75, then: { deny: Abuse. } }
unknown:
  address: { deny: No address. }
  geo: { default: ignore, reserved: { deny: "\${address.value} IPv\${address.version} is reserved." } }
  reputation: { default: { deny: No reputation. }, private: { lifetime: 4m } }
`;
  let service: RunningService;
  beforeAll(async () => {
    service = await startTestService({ policy: POLICY });
    record(service);
  });
  afterAll(() => service.stop());

  test.each<[string, string, string | number]>([
    ['internal and not in a list', '192.168.1.1', 240],
    ['internal and in a list', '10.0.0.1', 120],
    ['unique local', 'fd00::1', 240],
    ['loopback', '::1', 240],
    ['shared', '100.64.0.1', 240],
    ['NAT64 of an internal address in a list', '64:ff9b::10.0.0.1', 120],
    ['documentation', '203.0.113.9', '203.0.113.9 IPv4 is reserved.'],
    ['benchmarking, in a list', '198.18.0.1', '198.18.0.1 IPv4 is reserved.'],
    ['multicast', 'ff02::1', 'ff02::1 IPv6 is reserved.'],
    ['unspecified', '::', ':: IPv6 is reserved.'],
    ['not allocated', '4000::1', '4000::1 IPv6 is reserved.'],
    ['IPv4-compatible', '::175.45.177.9', '::af2d:b109 IPv6 is reserved.'],
    ['6to4 of an internal address', '2002:a00:1::1', '2002:a00:1::1 IPv6 is reserved.'],
    ['6to4 of a relay of 6to4', '2002:c058:6301::1', '2002:c058:6301::1 IPv6 is reserved.'],
    ['Teredo of an internal address', '2001::f5ff:fffe', '2001::f5ff:fffe IPv6 is reserved.'],
    ['6to4 of North Korea', '2002:af2d:b109::1', 'From KP.'],
    ['6to4 in its own block', '2002:909:90c::1', 1200],
    ['6to4 next to that block', '2002:909:90d::1', FULL],
  ])('%s: %s', async (_, address, expected) => {
    expect(await tokenFor(service, address)).toBe(expected);
  });
});

describe('the record contains the received address and the one that was looked up', () => {
  const hash = expect.stringMatching(/^[0-9a-f]{32}$/);
  const HASHED = {
    DECISION_LOG_ADDRESS: 'hashed',
    DECISION_LOG_HASH_KEY: 'a-key-that-all-tasks-share',
  };

  test.each<[string, Record<string, string>, string, object]>([
    ['IPv4', {}, '9.9.9.12', { value: '9.9.9.12' }],
    ['NAT64', {}, '64:ff9b::9.9.9.12', { value: '9.9.9.12' }],
    ['6to4', {}, '2002:909:90C:0::1', { value: '2002:909:90c::1', looked_up: '9.9.9.12' }],
    [
      '6to4 of an internal address, which is not looked up',
      {},
      '2002:a00:1::1',
      { value: '2002:a00:1::1' },
    ],
    [
      'truncated 6to4',
      { DECISION_LOG_ADDRESS: 'truncated' },
      '2002:909:90c:1::1',
      { value: '2002:909:900::/40', looked_up: '9.9.9.0/24' },
    ],
    [
      'truncated Teredo',
      { DECISION_LOG_ADDRESS: 'truncated' },
      '2001:0:4136:e378::f6f6:f6f3',
      { value: '2001:0:4136::/48', looked_up: '9.9.9.0/24' },
    ],
    ['hashed 6to4', HASHED, '2002:909:90c::1', { value: hash, looked_up: hash }],
  ])('%s', async (_, settings, address, expected) => {
    const service = await startTestService({ settings });
    record(service);
    await tokenFor(service, address);
    await service.stop();
    const [decision] = service.decisions() as { signals?: { address?: object } }[];
    // Strictly: without a second address there is no second field.
    expect(decision?.signals?.address).toStrictEqual(expected);
  });
});
