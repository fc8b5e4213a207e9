import { parse } from '@marcbachmann/cel-js';
import { firstSignal } from '../../../app/src/policy/first-signal.ts';

describe('The signal that a condition cannot do without', () => {
  test.each<[string, string | undefined]>([
    ['abuse.score >= 75', 'reputation'],
    ['75 <= abuse.score', 'reputation'],
    ['geo.country in lists.restricted', 'geo'],
    ['geo.country.startsWith("K")', 'geo'],
    ['address.within("trusted")', 'address'],
    ['!address.within("trusted")', 'address'],
    ['address.public == false', 'address'],
    ['has(geo.city)', 'geo'],
    ['has(geo.city) ? geo.city == "Colombo" : abuse.tor', 'geo'],
    ['size(geo.country) > 1', 'geo'],
    ['-abuse.score < -50', 'reputation'],
    ['abuse.score + 5 > 30', 'reputation'],
    // Either side may decide without the other.
    ['abuse.score >= 25 && now.hour < 17', undefined],
    ['request.grant == "password" || abuse.tor', undefined],
    ['!(abuse.tor && request.grant == "password")', undefined],
    // What the request holds may fail before the signal is read.
    ['token.claims["level"] > abuse.score', undefined],
    ['request.scopes.exists(s, s == geo.country)', undefined],
    ['request.grant == "password"', undefined],
    ['true', undefined],
  ])('%s: %s', (condition, expected) => {
    expect(firstSignal(parse(condition).ast)).toBe(expected);
  });
});
