import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { torExits } from '../../app/src/feeds/tor-exits.ts';
import { createFolderStore } from '../../app/src/store/folder-store.ts';
import { payloadFrom } from '../support/payloads.ts';
import { startTestService } from '../support/running-service.ts';
import { feedOf, HOUR, NOON, publish, rangesFile } from './signals/feeds/published-feeds.ts';

const POLICY = `
version: 1
feeds: [tor-exits]
rules:
  - { id: exit, when: address.within("tor-exits"), then: { deny: Blocked. } }
  - { id: tor, when: anonymizer.tor, then: { deny: Blocked. } }
unknown: { address: { deny: No. }, feeds: { lifetime: 5m }, anonymizer: { lifetime: 5m } }
`;

const CLEAN = { vpn: 'absent', proxy: 'absent', hosting: 'absent', relay: 'absent' };

test.each<[string, string, number | undefined, object]>([
  [
    'contains the address',
    '5.5.5.5',
    1,
    { refused_by: 'exit', signals: { feeds: { 'tor-exits': true } } },
  ],
  [
    'does not contain it',
    '9.9.9.9',
    1,
    {
      outcome: 'issue',
      signals: { feeds: { 'tor-exits': false }, anonymizer: { ...CLEAN, tor: false } },
    },
  ],
  [
    'is expired',
    '5.5.5.5',
    48,
    {
      outcome: 'restrict',
      rules: ['unknown.feeds', 'unknown.anonymizer'],
      signals: { feeds: { 'tor-exits': 'expired' }, anonymizer: { ...CLEAN, tor: 'expired' } },
    },
  ],
  [
    'has not been published',
    '5.5.5.5',
    undefined,
    {
      outcome: 'restrict',
      rules: ['unknown.feeds', 'unknown.anonymizer'],
      signals: { feeds: { 'tor-exits': 'absent' }, anonymizer: { ...CLEAN, tor: 'absent' } },
    },
  ],
])('the service decides by a feed that %s', async (_, address, hours, expected) => {
  const folder = mkdtempSync(join(tmpdir(), 'risk-gate-store-'));
  if (hours !== undefined) {
    const feed = feedOf('tor-exits', 'ranges', torExits);
    await publish(createFolderStore(folder), feed, rangesFile('5.5.5.5/32'), {
      confirmedAt: NOON - hours * HOUR,
    });
  }
  const settings = { FEEDS: 'tor-exits', FEED_STORE: folder };
  const service = await startTestService({ policy: POLICY, settings, now: () => NOON });
  try {
    await service.post(payloadFrom(address, '03'));
    expect(service.decisions()[0]).toMatchObject(expected);
  } finally {
    await service.stop();
    rmSync(folder, { recursive: true });
  }
});
