import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import {
  type FeedSites,
  SIMULATED_CREDENTIALS,
  type SiteId,
  startFeedSites,
} from '../../app/dev/simulator/feed-sites/feed-sites.ts';
import { type Simulator, startSimulator } from '../../app/dev/simulator/simulator.ts';
import { parsePointer, pointerKey, snapshotKey } from '../../app/src/feeds/model/pointer.ts';
import { buildService } from '../support/build-service.js';
import { describeWithMoto } from '../support/moto.ts';
import { type Deployment, deploy } from './deployment.ts';
import { type EmulatedAws, startEmulatedAws } from './emulated-aws.ts';
import {
  deployedRefresher,
  type RefresherRun,
  type RunRefresher,
  scheduledTask,
} from './running-refresher.ts';
import { ABUSEIPDB_KEY, type RunningTask, startTask } from './running-task.ts';
import { writeSecret } from './secrets.ts';

const DAY_MS = 86_400_000;

/** By id, with the options. */
const FEEDS = {
  'geolite2-asn': '',
  'ipinfo-lite': '',
  'tor-exits': '',
  'aws-ranges': '',
  'abuseipdb-blacklist': '#minimum=25&limit=500000',
  crowdsec: '#integration=0a1b2c',
  partners: '=s3://partners/list.txt',
};
const IDS = Object.keys(FEEDS);

/** Refuses whatever is unknown, so that a token proves that the feeds were read. */
const POLICY = `version: 1
mode: enforce
feeds: [tor-exits, aws-ranges, crowdsec, partners]
rules:
  - id: tor
    when: address.within("tor-exits")
    then: { deny: tor }
  - id: attackers
    when: address.within("crowdsec")
    then: { deny: attacker }
  - id: cloud
    when: address.within("aws-ranges")
    then: { lifetime: 10m }
  - id: partners
    when: address.within("partners")
    then: { lifetime: 5m }
  - id: university
    when: network.organization == "FUNETAS"
    then: { lifetime: 15m }
  - id: high-risk
    when: abuse.score >= 75
    then: { deny: high risk }
unknown:
  address: { deny: the address is unknown }
  # Few simulated networks have a name.
  network: ignore
  feeds: { deny: a feed is unknown }
  reputation: { deny: the reputation is unknown }
unenforceable: deny
`;

/** Addresses, and the reason of the refusal or the lifetime in seconds. */
const DECISIONS: readonly (readonly [name: string, address: string, outcome: string | number])[] = [
  ['a Tor exit', '55.1.0.3', 'tor'],
  ['an attacker, by a raw list', '30.0.180.0', 'attacker'],
  ['a cloud, by a list in JSON', '26.0.0.1', 600],
  ['a partner, by a list in another bucket', '198.51.45.7', 300],
  ['an AS, by a database behind a redirect', '128.214.3.4', 900],
  ['an address on the blacklist', '103.159.198.178', 'high risk'],
  ['an address that is proved to be below its lowest score', '205.210.31.51', 3600],
];

/** The refresher as the schedule starts it, and the service with what it publishes. */
describeWithMoto('The refresher as deployed', () => {
  let build: string;
  let aws: EmulatedAws;
  let deployment: Deployment;
  let s3: S3Client;
  let bucket: string;
  let sites: FeedSites;
  let abuseIpdb: Simulator;
  let run: RunRefresher;
  let task: RunningTask | undefined;

  beforeAll(async () => {
    build = buildService();
    aws = await startEmulatedAws({ bootstrap: 'fast' });
    s3 = new S3Client({ ...aws.access, forcePathStyle: true });
    await s3.send(new CreateBucketCommand({ Bucket: 'partners' }));
    const partners = { Bucket: 'partners', Key: 'list.txt', Body: '# Partners\n198.51.45.0/24\n' };
    await s3.send(new PutObjectCommand(partners));
    const policyFile = join(aws.folder, 'policy.yaml');
    writeFileSync(policyFile, POLICY);
    const feeds = Object.entries(FEEDS).map(([id, options]) => id + options);
    deployment = await deploy(aws, { feeds: feeds.join(','), policyFile });
    bucket = deployment.physicalId('AWS::S3::Bucket', 'ServiceTaskDataBucket');
    // Releases have midnights as dates, so that further ones must not be in the future.
    sites = await startFeedSites({ now: () => Date.now() - 6 * DAY_MS });
    abuseIpdb = await startSimulator({ key: ABUSEIPDB_KEY, plan: 'premium', listed: 3000 });
    run = await deployedRefresher(aws, {
      build,
      settings: { FEED_MIRRORS: sites.mirrors, ABUSEIPDB_BASE_URL: abuseIpdb.url },
    });
  });

  afterAll(async () => {
    s3?.destroy();
    await Promise.all([task?.end(), sites?.close(), abuseIpdb?.close(), aws?.stop()]);
    if (build !== undefined) rmSync(build, { recursive: true, force: true });
  });

  const read = async (Key: string) => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
    return (await Body?.transformToString()) ?? '';
  };
  const pointer = async (feed: string) => parsePointer(await read(pointerKey(feed)), feed);
  const hashes = async () =>
    Object.fromEntries(await Promise.all(IDS.map(async (id) => [id, (await pointer(id)).sha256])));
  const eventsOf = ({ feeds }: RefresherRun) =>
    Object.fromEntries(Object.values(feeds).map(({ feed, event, why }) => [feed, [event, why]]));
  const every = (outcome: unknown) => Object.fromEntries(IDS.map((id) => [id, outcome]));
  const requestsOf = (...ids: readonly SiteId[]) =>
    ids.reduce((sum, id) => sum + sites.requests(id).length, 0);

  async function decide(address: string): Promise<string | number | undefined> {
    const outcome = await task?.requestToken(address);
    if (outcome?.kind === 'refused') return outcome.errorDescription;
    return outcome?.kind === 'token' ? outcome.token.expiresIn : outcome?.kind;
  }

  test('can be started by the command in the outputs, which refers to what exists', async () => {
    const command = deployment.outputs.RefreshFeedsCommand ?? '';
    const option = (name: string) => RegExp(`--${name} (\\S+)`).exec(command)?.[1];
    const ids = (name: string) => RegExp(`${name}=\\[(.+?)\\]`).exec(command)?.[1]?.split(',');
    const subnets = (ids('subnets') ?? []).map((SubnetId) => expect.objectContaining({ SubnetId }));
    // moto cannot run a task on Fargate.
    const found = await aws.call([
      ['ecs', 'describe_clusters', { clusters: [option('cluster')] }],
      ['ecs', 'describe_task_definition', { taskDefinition: option('task-definition') }],
      ['ec2', 'describe_subnets', { SubnetIds: ids('subnets') }],
      ['ec2', 'describe_security_groups', { GroupIds: ids('securityGroups') }],
    ]);
    expect(found).toMatchObject([
      { clusters: [{ clusterName: deployment.physicalId('AWS::ECS::Cluster') }], failures: [] },
      { taskDefinition: { taskDefinitionArn: await scheduledTask(aws) } },
      { Subnets: expect.arrayContaining(subnets) },
      { SecurityGroups: [{ Description: 'Refresher of Risk Gate: out to HTTPS' }] },
    ]);
  });

  // The order matters: each test continues with what the ones before have published.
  test('reports credentials that nobody has entered, and publishes the other feeds', async () => {
    const { status, feeds, metrics } = await run();
    expect(status).toBe(0);
    const events = IDS.map((id) => feeds[id]?.reason ?? feeds[id]?.event);
    expect(Object.fromEntries(IDS.map((id, index) => [id, events[index]]))).toEqual({
      ...every('feed-published'),
      'geolite2-asn': 'authentication',
      'ipinfo-lite': 'authentication',
      'abuseipdb-blacklist': 'authentication',
      crowdsec: 'authentication',
    });
    expect(metrics).toEqual({ authentication: 4, FeedRefreshes: 1 });
    expect(requestsOf('maxmind', 'maxmind-files', 'ipinfo', 'crowdsec')).toBe(0);
  });

  test('publishes every feed once the credentials are entered, and writes none of them', async () => {
    const { MaxMindSecretArn, IpinfoSecretArn, CrowdSecSecretArn, AbuseIpdbSecretArn } =
      deployment.outputs;
    const { MAXMIND_CREDENTIAL, IPINFO_TOKEN, CROWDSEC_CREDENTIAL } = SIMULATED_CREDENTIALS;
    const secrets = [
      [MaxMindSecretArn, MAXMIND_CREDENTIAL],
      [IpinfoSecretArn, IPINFO_TOKEN],
      [CrowdSecSecretArn, CROWDSEC_CREDENTIAL],
      [AbuseIpdbSecretArn, ABUSEIPDB_KEY],
    ] as const;
    for (const [arn, text] of secrets) await writeSecret(aws, arn, text);
    const result = await run('--force');
    expect(result).toMatchObject({ status: 0, metrics: { FeedRefreshes: 1 } });
    expect(eventsOf(result)).toEqual(
      Object.fromEntries(
        IDS.map((id) => [id, [expect.stringMatching(/-(publish|confirm)ed$/), undefined]]),
      ),
    );
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket }));
    const keys = Contents.map(({ Key = '' }) => Key);
    const stored = await Promise.all(keys.filter((key) => key.endsWith('.json')).map(read));
    for (const [, text] of secrets) {
      for (const part of [text, text.split(':').at(-1) ?? '']) {
        expect(result.output + stored.join('')).not.toContain(part);
      }
    }
    expect(result.output + stored.join('')).not.toContain('X-Amz-Signature');
    for (const [id, sha256] of Object.entries(await hashes())) {
      expect(keys).toContain(`feeds/${id}/${sha256}`);
    }
  });

  test('sends no credential to the host of a redirect', () => {
    for (const site of ['maxmind-files', 'ipinfo-files'] as const) {
      const requests = sites.requests(site);
      expect(requests.length).toBeGreaterThan(0);
      expect(requests.filter(({ headers }) => headers.authorization !== undefined)).toEqual([]);
    }
  });

  test('asks no publisher again before its interval', async () => {
    const all = ['maxmind', 'maxmind-files', 'ipinfo', 'ipinfo-files', 'tor', 'aws', 'crowdsec'];
    const before = requestsOf(...(all as SiteId[]));
    expect(eventsOf(await run())).toEqual(
      every(['feed-skipped', 'The publisher was asked recently.']),
    );
    expect(requestsOf(...(all as SiteId[]))).toBe(before);
  });

  describe('the service as deployed', () => {
    beforeAll(async () => {
      task = await startTask(aws, deployment, {
        build,
        simulator: abuseIpdb,
        settings: { FEED_POLL_INTERVAL: '1s' },
      });
    });

    test.each(DECISIONS)('knows %s', async (_, address, outcome) => {
      expect(await decide(address)).toBe(outcome);
    });

    test('has asked AbuseIPDB about no address, and records why', async () => {
      const record = /"event":"decision".*"score_at_most":24,"source":"blacklist"/;
      await task?.process.waitForOutput(record);
      expect(abuseIpdb.checks).toEqual([]);
    });
  });

  test('keeps the last good snapshots of broken data, and reports the reasons', async () => {
    const before = await hashes();
    sites.publish();
    sites.setFault('tor', { kind: 'content', content: 'half' });
    sites.setFault('crowdsec', { kind: 'html' });
    sites.setFault('maxmind-files', { kind: 'content', content: 'wrong-checksum' });
    sites.setFault('ipinfo-files', { kind: 'truncated' });
    sites.setFault('aws', { kind: 'status', status: 503 });
    abuseIpdb.setBlacklistFault('half');
    const { status, feeds, metrics } = await run('--force');
    expect(status).toBe(0);
    expect(Object.values(feeds)).toEqual(
      expect.arrayContaining(
        [
          ['tor-exits', 'feed-rejected', 'implausible'],
          ['crowdsec', 'feed-rejected', 'format'],
          ['geolite2-asn', 'feed-rejected', 'checksum'],
          ['ipinfo-lite', 'feed-failed', 'unreachable'],
          ['aws-ranges', 'feed-failed', 'unreachable'],
          ['abuseipdb-blacklist', 'feed-rejected', 'format'],
        ].map(([feed, event, reason]) => expect.objectContaining({ feed, event, reason })),
      ),
    );
    expect(metrics).toEqual({
      implausible: 1,
      format: 2,
      checksum: 1,
      unreachable: 2,
      FeedRefreshes: 1,
    });
    expect(await hashes()).toEqual(before);
    for (const [, address, outcome] of DECISIONS) expect(await decide(address)).toBe(outcome);
    expect(abuseIpdb.checks).toEqual([]);
  });

  test('stays within a quota that is counted in the bucket, however often it is started', async () => {
    // Two downloads of this day are counted: the first, and the truncated one.
    for (let retry = 3; retry <= 5; retry += 1) {
      expect((await run('--force')).feeds['ipinfo-lite']?.reason).toBe('unreachable');
    }
    const before = requestsOf('ipinfo-files');
    const { feeds } = await run('--force');
    expect(feeds['ipinfo-lite']).toMatchObject({ event: 'feed-failed', reason: 'quota' });
    expect(requestsOf('ipinfo-files')).toBe(before);
    expect(JSON.parse(await read('quotas/ipinfo.json')).requests).toHaveLength(5);
  });

  test('reports a quota that another installation has used up', async () => {
    sites.setFault('maxmind-files', undefined);
    sites.publish();
    const authorization = `Basic ${Buffer.from(SIMULATED_CREDENTIALS.MAXMIND_CREDENTIAL).toString('base64')}`;
    const url = `${sites.url('maxmind')}/geoip/databases/GeoLite2-ASN/download?suffix=tar.gz`;
    for (let download = 1; download <= 30; download += 1) {
      await fetch(url, { headers: { authorization }, redirect: 'manual' });
    }
    const { sha256 } = await pointer('geolite2-asn');
    const { feeds } = await run('--force');
    expect(feeds['geolite2-asn']).toMatchObject({ event: 'feed-failed', reason: 'quota' });
    expect((await pointer('geolite2-asn')).sha256).toBe(sha256);
  });

  test('publishes what is good again, and the running service refuses a new Tor exit', async () => {
    // 55.1.0.4 takes the place of 55.1.0.3.
    expect(await decide('55.1.0.4')).toBe(3600);
    sites.setFault('tor', undefined);
    const { sha256: before } = await pointer('tor-exits');
    expect((await run('--force')).feeds['tor-exits']?.event).toBe('feed-published');
    const { sha256 } = await pointer('tor-exits');
    expect(sha256).not.toBe(before);
    await task?.process.waitForOutput(RegExp(`"feed-loaded".*${sha256}`));
    expect(await decide('55.1.0.4')).toBe('tor');
  });

  test('publishes implausible data once, if an operator accepts it', async () => {
    sites.setFault('crowdsec', { kind: 'content', content: 'much-smaller' });
    const events = [];
    for (const args of [['--force'], [], ['--accept', 'crowdsec'], []]) {
      const { crowdsec } = (await run(...args)).feeds;
      events.push(crowdsec?.reason ?? crowdsec?.event);
    }
    expect(events).toEqual(['implausible', 'implausible', 'feed-published', 'feed-skipped']);
  });

  test('the running service keeps its snapshot when the next one is damaged', async () => {
    const put = (Key: string, Body: string) =>
      s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body }));
    const sha256 = '0'.repeat(64);
    await put(snapshotKey('tor-exits', sha256), 'damaged');
    const damaged = { ...(await pointer('tor-exits')), sha256, bytes: 'damaged'.length };
    await put(pointerKey('tor-exits'), JSON.stringify(damaged));
    await task?.process.waitForOutput(/"event":"feed-load-failed","feed":"tor-exits"/);
    expect(await decide('55.1.0.4')).toBe('tor');
  });
});
