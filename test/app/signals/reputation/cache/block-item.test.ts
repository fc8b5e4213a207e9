import {
  type BlockRecord,
  NO_SCORE,
} from '../../../../../app/src/signals/reputation/blocks/block.ts';
import {
  blockItem,
  blockKey,
  type Item,
  parseBlockItem,
} from '../../../../../app/src/signals/reputation/cache/item.ts';
import { HOUR, NOON } from '../harness.ts';

const KEY = blockKey('5.6.7.0/24');
const SCORES = Uint8Array.from({ length: 256 }, (_, host) => (host === 0 ? NO_SCORE : host % 101));
const RECORD: BlockRecord = { scores: SCORES, checkedAt: NOON - HOUR };
const ITEM = blockItem(KEY, RECORD, NOON + HOUR);

test('a block is parsed unchanged, and its key is no address and no /64', () => {
  expect(parseBlockItem(ITEM, KEY, NOON)).toEqual(RECORD);
  expect(KEY).toBe('5.6.7.0/24#block');
});

test('a block keeps no more memory than its scores, whatever buffer they were read into', () => {
  const buffer = new Uint8Array(100_000);
  buffer.set(SCORES, 512);
  const item = { ...ITEM, scores: { B: buffer.subarray(512, 512 + 256) } };
  const record = parseBlockItem(item, KEY, NOON);
  expect(record).toEqual(RECORD);
  expect(record?.scores.buffer.byteLength).toBe(256);
});

const withScore = (score: number) => ({ B: SCORES.with(7, score) });

test.each<[string, Partial<Item>]>([
  ['of another version', { version: { N: '2' } }],
  ['that has expired', { expires_at: { N: String(NOON / 1000) } }],
  ['of another block', { address: { S: '5.6.8.0/24#block' } }],
  ['of an address', { address: { S: '5.6.7.0#30' } }],
  ['with too few scores', { scores: { B: SCORES.subarray(1) } }],
  ['with too many scores', { scores: { B: new Uint8Array(257) } }],
  ['with the score 101', { scores: withScore(101) }],
  ['with the score 254', { scores: withScore(254) }],
  ['with scores as a string', { scores: { S: 'x'.repeat(256) } }],
  ['with scores as a list', { scores: { B: Array(256).fill(0) as unknown as Uint8Array } }],
  ['without scores', { scores: undefined }],
  ['without a time', { checked_at: undefined }],
  ['with a negative time', { checked_at: { N: '-1' } }],
])('an item %s is not used', (_, fields) => {
  expect(parseBlockItem({ ...ITEM, ...fields } as Item, KEY, NOON)).toBeUndefined();
});
