import { parseBlock } from '../../../../../app/src/signals/reputation/abuseipdb/block-body.ts';
import { blockOf, NO_SCORE } from '../../../../../app/src/signals/reputation/blocks/block.ts';
import { address } from '../harness.ts';

const BLOCK = blockOf(address('5.6.7.0'))?.block ?? 0;

const REPORTED = {
  ipAddress: '5.6.7.9',
  numReports: 3,
  mostRecentReport: '2026-11-20T10:00:00+00:00',
  abuseConfidenceScore: 96,
  countryCode: 'US',
};
const DATA = {
  networkAddress: '5.6.7.0',
  netmask: '255.255.255.0',
  minAddress: '5.6.7.1',
  maxAddress: '5.6.7.254',
  numPossibleHosts: 254,
  addressSpaceDesc: 'Internet',
  reportedAddress: [REPORTED],
};

const parseBody = (body: string) => parseBlock(body, BLOCK);
const parse = (fields: object) => parseBody(JSON.stringify({ data: { ...DATA, ...fields } }));

/** Scores by the last byte, without those that are 0 and those that the response leaves open. */
function scoresIn(parsed: ReturnType<typeof parseBlock>): Record<string, number> {
  if (typeof parsed === 'string') throw new Error(`it is ${parsed}`);
  const entries = [...parsed].map((score, host) => [host, score] as const);
  return Object.fromEntries(entries.filter(([, score]) => score !== 0 && score !== NO_SCORE));
}

/** The last bytes of the addresses whose score the response leaves open. */
function openIn(parsed: ReturnType<typeof parseBlock>): number[] {
  if (typeof parsed === 'string') throw new Error(`it is ${parsed}`);
  return [...parsed].flatMap((score, host) => (score === NO_SCORE ? [host] : []));
}

test('an address that is not reported has the score 0, except the first and the last one', () => {
  const parsed = parse({});
  expect(parsed).toHaveLength(256);
  expect(scoresIn(parsed)).toEqual({ 9: 96 });
  expect(openIn(parsed)).toEqual([0, 255]);
});

test.each<[string, object, Record<string, number>, number[]]>([
  ['no address at all', { reportedAddress: [] }, {}, [0, 255]],
  [
    'an address with reports and the score 0, as on a whitelist',
    { reportedAddress: [{ ...REPORTED, abuseConfidenceScore: 0 }] },
    {},
    [0, 255],
  ],
  [
    'the first and the last possible host',
    {
      reportedAddress: [
        { ...REPORTED, ipAddress: '5.6.7.1', abuseConfidenceScore: 1 },
        { ...REPORTED, ipAddress: '5.6.7.254', abuseConfidenceScore: 100 },
      ],
    },
    { 1: 1, 254: 100 },
    [0, 255],
  ],
  [
    'the address of the network',
    { reportedAddress: [{ ...REPORTED, ipAddress: '5.6.7.0' }] },
    { 0: 96 },
    [255],
  ],
  [
    'the score alone',
    { reportedAddress: [{ ipAddress: '5.6.7.9', abuseConfidenceScore: 7 }] },
    { 9: 7 },
    [0, 255],
  ],
  [
    'null for a country and a date',
    { reportedAddress: [{ ...REPORTED, countryCode: null, mostRecentReport: null }] },
    { 9: 96 },
    [0, 255],
  ],
  [
    'unknown fields',
    { someday: {}, reportedAddress: [{ ...REPORTED, someday: [1] }] },
    { 9: 96 },
    [0, 255],
  ],
  ['no description', { addressSpaceDesc: undefined }, { 9: 96 }, [0, 255]],
])('accepts a response with %s', (_, fields, scores, open) => {
  const parsed = parse(fields);
  expect(scoresIn(parsed)).toEqual(scores);
  expect(openIn(parsed)).toEqual(open);
});

const with96 = (fields: object) => ({ reportedAddress: [{ ...REPORTED, ...fields }] });

test.each<[string, object]>([
  ['of another network', { networkAddress: '5.6.8.0' }],
  ['without the network', { networkAddress: undefined }],
  ['whose network has host bits', { networkAddress: '5.6.7.1' }],
  ['of a narrower network', { netmask: '255.255.255.128' }],
  ['of a wider network', { netmask: '255.255.0.0' }],
  ['without the netmask', { netmask: undefined }],
  ['that begins later', { minAddress: '5.6.7.2' }],
  ['that begins earlier', { minAddress: '5.6.7.0' }],
  ['that ends earlier', { maxAddress: '5.6.7.253' }],
  ['that ends later', { maxAddress: '5.6.7.255' }],
  ['of fewer hosts', { numPossibleHosts: 253 }],
  ['of more hosts', { numPossibleHosts: 256 }],
  ['whose number of hosts is a string', { numPossibleHosts: '254' }],
  ['without a number of hosts', { numPossibleHosts: undefined }],
  ['whose description is not a string', { addressSpaceDesc: 4 }],
  ['without the list', { reportedAddress: undefined }],
  ['whose list is null', { reportedAddress: null }],
  ['whose list is an object', { reportedAddress: { 0: REPORTED } }],
  ['that lists a string', { reportedAddress: ['5.6.7.9'] }],
  ['that lists null', { reportedAddress: [null] }],
  ['that lists an address twice', { reportedAddress: [REPORTED, REPORTED] }],
  [
    'that lists an address twice, with two scores',
    { reportedAddress: [REPORTED, { ...REPORTED, abuseConfidenceScore: 0 }] },
  ],
  ['that lists an address below the block', with96({ ipAddress: '5.6.6.255' })],
  ['that lists an address above the block', with96({ ipAddress: '5.6.8.0' })],
  ['that lists an IPv6 address', with96({ ipAddress: '::ffff:5.6.7.9' })],
  ['that lists no address', with96({ ipAddress: undefined })],
  ['that lists a number', with96({ ipAddress: 84281097 })],
  ['that lists something else', with96({ ipAddress: '5.6.7' })],
  ['without a score', with96({ abuseConfidenceScore: undefined })],
  ['with the score null', with96({ abuseConfidenceScore: null })],
  ['with a score as a string', with96({ abuseConfidenceScore: '96' })],
  ['with the score 101', with96({ abuseConfidenceScore: 101 })],
  ['with the score 255', with96({ abuseConfidenceScore: 255 })],
  ['with the score -1', with96({ abuseConfidenceScore: -1 })],
  ['with a fraction as a score', with96({ abuseConfidenceScore: 95.5 })],
  ['with a number of reports that is a string', with96({ numReports: '3' })],
  ['with a number of reports below 0', with96({ numReports: -1 })],
  ['with a report at no date', with96({ mostRecentReport: 'yesterday' })],
  ['with a country that is a number', with96({ countryCode: 1 })],
])('rejects a response %s', (_, fields) => {
  expect(parse(fields)).toBe('invalid');
});

test.each<[string, string, 'upstream' | 'invalid']>([
  ['that is empty', '', 'upstream'],
  ['of a page', '<!DOCTYPE html>', 'upstream'],
  ['that is cut', JSON.stringify({ data: DATA }).slice(0, -2), 'upstream'],
  ['that is an array', JSON.stringify([DATA]), 'invalid'],
  ['that is null', 'null', 'invalid'],
  ['without data', '{}', 'invalid'],
  ['with data that is an array', '{"data":[]}', 'invalid'],
  ['with errors', JSON.stringify({ data: DATA, errors: [{ status: 402 }] }), 'invalid'],
  [
    'with two lists',
    JSON.stringify({ data: DATA }).replace('"reportedAddress"', '"reportedAddress":[],$&'),
    'invalid',
  ],
  [
    'with two networks',
    JSON.stringify({ data: DATA }).replace('"networkAddress"', '"networkAddress":"5.6.8.0",$&'),
    'invalid',
  ],
  [
    'with two scores of an address',
    JSON.stringify({ data: DATA }).replace('"abuseConfidenceScore"', '"abuseConfidenceScore":0,$&'),
    'invalid',
  ],
  [
    'with two addresses of an entry',
    JSON.stringify({ data: DATA }).replace('"ipAddress"', '"ipAddress":"5.6.7.8",$&'),
    'invalid',
  ],
])('rejects a body %s', (_, body, error) => {
  expect(parseBody(body)).toBe(error);
});
