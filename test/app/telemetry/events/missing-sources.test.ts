import { BUILT_IN_FEEDS } from '../../../../app/src/feeds/index.ts';
import type { MmdbInfo } from '../../../../app/src/signals/geo/database.ts';
import { warnAboutMissingSources } from '../../../../app/src/telemetry/events/missing-sources.ts';
import { createLog } from '../../../../app/src/telemetry/log.ts';
import { compile, policyText, rule } from '../../../support/policies.ts';

interface Line {
  readonly event: string;
  readonly msg: string;
}

/** Returns the warnings for a condition, with these feeds and fields of databases. */
function warningsFor(
  when: string,
  ids: readonly string[],
  fields: MmdbInfo['fields'] = ['country'],
): Line[] {
  const lines: Line[] = [];
  const log = createLog('info', { write: (line) => void lines.push(JSON.parse(line)) });
  const policy = compile(policyText(rule('one', when, '{ deny: No }'), 'feeds: [tor-exits]'));
  const feeds = BUILT_IN_FEEDS.filter(({ id }) => ids.includes(id));
  warnAboutMissingSources(log, policy, feeds, fields);
  return lines;
}

const TOR = ['tor-exits'];

test.each<[string, string, readonly string[], MmdbInfo['fields'], string | undefined]>([
  ['a feed', 'true', [], ['country'], 'policy-feed-missing'],
  ['nothing', 'anonymizer.tor', TOR, ['country'], undefined],
  ['a field of anonymizer', 'anonymizer.proxy', TOR, ['country'], 'anonymizer-fields-missing'],
  ['the same in has()', '!has(anonymizer.vpn)', TOR, ['country'], 'anonymizer-fields-missing'],
  ['no field with a database', 'anonymizer.proxy', [...TOR, 'geoip2-anonymous-ip'], [], undefined],
  ['a relay', 'anonymizer.relay', [...TOR, 'geoip2-anonymous-ip'], [], 'anonymizer-fields-missing'],
  ['networks', 'network.asn == 1', TOR, ['country'], 'networks-missing'],
  ['no networks with such a file', 'network.asn == 1', TOR, ['country', 'asn'], undefined],
  [
    'no networks with a feed of places',
    'network.asn == 1',
    [...TOR, 'geolite2-asn'],
    [],
    undefined,
  ],
])('warns about %s', (_, when, ids, fields, event) => {
  expect(warningsFor(when, ids, fields).map((line) => line.event)).toEqual(event ? [event] : []);
});

test('the warnings say what is missing', () => {
  const when = 'anonymizer.vpn || anonymizer.proxy || network.asn == 1';
  expect(warningsFor(when, []).map(({ msg }) => msg)).toEqual([
    expect.stringContaining('The policy names the feed tor-exits, which FEEDS does not contain'),
    expect.stringContaining('The policy reads anonymizer.vpn, anonymizer.proxy, of which no feed'),
    expect.stringContaining('which no location database has'),
  ]);
});
