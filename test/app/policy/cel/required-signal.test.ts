import { parse } from '@marcbachmann/cel-js';
import { requiredSignal } from '../../../../app/src/policy/cel/analysis/required-signal.ts';
import { treeOf } from '../../../../app/src/policy/cel/library/evaluation.ts';

test.each<[string, string | undefined]>([
  ['abuse.score >= 75', 'reputation'],
  ['75 <= abuse.score', 'reputation'],
  ['geo.country in lists.restricted', 'geo'],
  ['geo.country.startsWith("K")', 'geo'],
  ['address.within("trusted")', 'address'],
  ['!address.within("trusted")', 'address'],
  ['has(geo.city)', 'geo'],
  ['size(geo.country) > 1', 'geo'],
  ['-abuse.score < -50', 'reputation'],
  ['abuse.score + abuse.reports > 30', 'reputation'],
  ['[true, abuse.tor] == [true, true]', 'reputation'],
  ['network.asn in lists.blocked', 'network'],
  ['anonymizer.vpn', 'anonymizer'],
  // A feed is asked about the address.
  ['address.within("tor-exits")', 'feeds'],
  ['!address.within("tor-exits")', 'feeds'],
  ['[address.version, geo.asn] == [4, 1]', 'geo'],
  // An operand may be skipped.
  ['address.within("trusted") || address.within("tor-exits")', undefined],
  ['abuse.score >= 75 && abuse.reports > 3', undefined],
  ['abuse.tor || abuse.score >= 25', undefined],
  ['has(geo.city) ? geo.city == "Colombo" : true', undefined],
  ['lists.blocked.exists(country, geo.country == country)', undefined],
  ['lists.blocked.exists(unused, abuse.tor)', undefined],
  // Another variable may fail first, or decide.
  ['token.claims["level"] > abuse.score', undefined],
  ['abuse.isp == geo.organization', undefined],
  ['cel.bind(city, geo.city, city == "Colombo")', undefined],
  // No signal at all.
  ['request.grant == "password"', undefined],
  ['size(lists.blocked) > 3', undefined],
  ['true', undefined],
])('%s requires %s', (condition, signal) => {
  const feeds = new Map([['tor-exits', 'ranges' as const]]);
  expect(requiredSignal(treeOf(parse(condition)), feeds)).toBe(signal);
});
