import { signalFields } from '../../../app/src/telemetry/signal-fields.ts';
import { type Scenario, scenario } from '../../support/decide.ts';

/** Returns the fields of the record after signals have been resolved, and feeds asked. */
async function fieldsOf(given: Scenario, feeds: readonly string[] = []) {
  const { signals } = scenario(given);
  for (const name of ['network', 'anonymizer', 'feeds'] as const) {
    await signals.resolve(name);
  }
  if (signals.feeds?.known) for (const id of feeds) signals.feeds.value.ask(id, () => 0);
  return JSON.parse(JSON.stringify(signalFields(signals, ({ value }) => value)));
}

const CLEAN = { vpn: false, tor: false, proxy: false, hosting: false, relay: false };

test.each<[string, Scenario, object]>([
  ['a network', {}, { network: { asn: 64500, organization: 'Example' } }],
  ['a network without a name', { network: { asn: 1 } }, { network: { asn: 1 } }],
  ['an unknown network', { network: 'absent' }, { network: { cause: 'absent' } }],
  [
    'a long name of a network, shortened',
    { network: { organization: 'x'.repeat(500) } },
    { network: { organization: expect.stringMatching(/^x{1,128}…$/) } },
  ],
  ['anonymizers', { anonymizer: { tor: true } }, { anonymizer: { ...CLEAN, tor: true } }],
  [
    'kinds that no source knows',
    { anonymizer: { vpn: 'expired', relay: 'absent' } },
    { anonymizer: { ...CLEAN, vpn: 'expired', relay: 'absent' } },
  ],
  ['an internal address', { anonymizer: 'private' }, { anonymizer: { cause: 'private' } }],
])('records %s', async (_, given, expected) => {
  expect(await fieldsOf(given)).toMatchObject(expected);
});

test('records the feeds that were asked, those that contain the address first', async () => {
  const feeds = { a: 'absent', b: true, c: false, d: 'expired' } as const;
  const record = await fieldsOf({ feeds }, ['a', 'b', 'c']);
  expect(record.feeds).toEqual({ b: true, a: 'absent', c: false });
  expect(Object.keys(record.feeds)).toEqual(['b', 'a', 'c']);
});

test('records no feeds if none was asked', async () => {
  expect(await fieldsOf({})).not.toHaveProperty('feeds');
});

test('records at most 16 feeds, and all of those that contain the address', async () => {
  const ids = Array.from({ length: 50 }, (_, at) => `feed-${at}`);
  const record = await fieldsOf({ feeds: { 'feed-49': true } }, ids);
  expect(Object.keys(record.feeds)).toHaveLength(16);
  expect(record.feeds).toHaveProperty('feed-49', true);
});
