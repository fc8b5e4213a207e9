import { parse } from '@marcbachmann/cel-js';
import { firstSignal } from '../../../../app/src/policy/cel/first-signal.ts';

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
    // Both sides need the same.
    ['abuse.score >= 75 && abuse.reports > 3', 'reputation'],
    ['geo.country == "KP" || geo.country == "IR" || geo.asn == 64500', 'geo'],
    ['(abuse.tor || abuse.score >= 25) && !abuse.stale', 'reputation'],
    ['has(geo.city) && geo.city == "Colombo"', 'geo'],
    // Either side may decide without the other.
    ['geo.country == "KP" && abuse.score >= 25', undefined],
    ['abuse.score >= 25 && now.hour < 17', undefined],
    ['request.grant == "password" || abuse.tor', undefined],
    ['!(abuse.tor && request.grant == "password")', undefined],
    ['abuse.tor ? geo.country == "KP" : true', 'reputation'],
    ['false ? abuse.tor : true', undefined],
    // Behind what a method, a function or a list takes, which is read from its end.
    ['abuse.domain.endsWith(geo.city) && abuse.isp.contains(geo.city)', undefined],
    ['abuse.isp.contains(token.claims["org"])', undefined],
    ['[abuse.tor, geo.city == "X"].all(x, x)', undefined],
    ['[true, abuse.tor].all(x, x)', 'reputation'],
    ['[abuse.isp, "b"].exists(x, x == geo.country)', 'reputation'],
    ['cel.bind(city, geo.city, abuse.domain == city)', undefined],
    ['math.greatest(abuse.score, 5) > 25', undefined],
    // What the request holds may fail before the signal is read.
    ['token.claims["level"] > abuse.score', undefined],
    ['request.scopes.exists(s, s == geo.country)', undefined],
    ['request.grant == "password"', undefined],
    ['true', undefined],
  ])('%s: %s', (condition, expected) => {
    expect(firstSignal(parse(condition).ast)).toBe(expected);
  });
});
