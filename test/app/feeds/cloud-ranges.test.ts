import { awsRanges } from '../../../app/src/feeds/aws-ranges.ts';
import { googleCloudRanges } from '../../../app/src/feeds/google-cloud-ranges.ts';
import type { Feed } from '../../../app/src/feeds/model/feed.ts';
import { formatBlock } from '../../support/feeds/parsed-list.ts';

async function parse(feed: Feed, file: unknown) {
  const body = Buffer.from(typeof file === 'string' ? file : JSON.stringify(file));
  const download = await feed.download({
    http: { request: async () => ({ status: 200, headers: {}, body }) },
    credential: undefined,
    options: {},
    version: undefined,
    now: 0,
  });
  if (download.status !== 'downloaded' || download.data.content !== 'ranges') {
    throw new Error('The file has not changed.');
  }
  const { blocks, publishedAt } = download.data;
  return { blocks: blocks.map(formatBlock), publishedAt };
}

const AWS = {
  syncToken: '1790072042',
  createDate: '2026-09-22-09-34-02',
  prefixes: [
    { ip_prefix: '11.0.0.0/24', region: 'eu-west-1', service: 'AMAZON', network_border_group: 'x' },
    { ip_prefix: '11.0.1.0/24', region: 'eu-west-1', service: 'EC2', network_border_group: 'x' },
    { ip_prefix: '11.0.2.0/24', region: 'eu-west-1', service: 'S3', network_border_group: 'x' },
  ],
  ipv6_prefixes: [
    { ipv6_prefix: '2600:1::/64', region: 'eu-west-1', service: 'EC2', network_border_group: 'x' },
    {
      ipv6_prefix: '2600:2::/64',
      region: 'eu-west-1',
      service: 'AMAZON',
      network_border_group: 'x',
    },
  ],
};

const GOOGLE = {
  syncToken: '1790072042123',
  creationTime: '2026-09-22T02:34:02.123',
  prefixes: [
    { ipv4Prefix: '11.0.0.0/24', service: 'Google Cloud', scope: 'us-east1' },
    { ipv6Prefix: '2600:1::/64', service: 'Google Cloud', scope: 'us-east1' },
  ],
};

test('AWS: the networks of EC2, with the date of the file', async () => {
  expect(await parse(awsRanges, AWS)).toEqual({
    blocks: ['11.0.1.0-11.0.1.255', '2600:1::-2600:1::ffff:ffff:ffff:ffff'],
    publishedAt: 1_790_072_042_000,
  });
});

test('Google: both versions, with the date of the file', async () => {
  expect(await parse(googleCloudRanges, GOOGLE)).toEqual({
    blocks: ['11.0.0.0-11.0.0.255', '2600:1::-2600:1::ffff:ffff:ffff:ffff'],
    publishedAt: 1_790_072_042_123,
  });
});

test.each<[string, Feed, unknown]>([
  ['AWS without a date', awsRanges, { ...AWS, syncToken: undefined }],
  ['AWS with a date in words', awsRanges, { ...AWS, syncToken: 'yesterday' }],
  ['AWS without IPv4', awsRanges, { ...AWS, prefixes: undefined }],
  ['AWS without IPv6', awsRanges, { ...AWS, ipv6_prefixes: undefined }],
  ['AWS without EC2', awsRanges, { ...AWS, prefixes: [], ipv6_prefixes: [] }],
  ['AWS with an entry without a network', awsRanges, { ...AWS, prefixes: [{ service: 'EC2' }] }],
  [
    'AWS with a network that is not valid',
    awsRanges,
    { ...AWS, prefixes: [{ ip_prefix: '11.0.0.0/99', service: 'EC2' }] },
  ],
  ['AWS cut in half', awsRanges, JSON.stringify(AWS).slice(0, 200)],
  ['Google without a date', googleCloudRanges, { ...GOOGLE, syncToken: undefined }],
  ['Google without networks', googleCloudRanges, { ...GOOGLE, prefixes: [] }],
  ['Google with an entry without a network', googleCloudRanges, { ...GOOGLE, prefixes: [{}] }],
  ['an array', googleCloudRanges, []],
  ['null', googleCloudRanges, null],
  ['nothing', googleCloudRanges, ''],
  ['a page', googleCloudRanges, '<html></html>'],
])('%s is rejected', async (_, feed, file) => {
  await expect(parse(feed, file)).rejects.toThrow(expect.objectContaining({ reason: 'format' }));
});
