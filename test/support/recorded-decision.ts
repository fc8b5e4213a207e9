import { decide } from '../../app/src/decide.ts';
import type { Policy } from '../../app/src/policy/policy.ts';
import { decisionRecord } from '../../app/src/telemetry/decision-record.ts';
import { type AddressFormat, addressFormatter } from '../../app/src/telemetry/recorded-address.ts';
import { type Scenario, scenario } from './decide.ts';

/** Returns the record of a decision as the log contains it. @param address how its address is recorded. */
export async function recordedDecision(
  policy: Policy,
  given: Scenario,
  address: AddressFormat = { form: 'whole' },
): Promise<Record<string, unknown>> {
  const { request, signals, now } = scenario(given);
  const decision = await decide(request, policy, signals, now);
  const times = { read: 0, decide: 0, total: 0 };
  const event = { decisionId: 'id', request, policy, signals, decision, times };
  const record = decisionRecord(event, { formatAddress: addressFormatter(address) });
  return JSON.parse(JSON.stringify({ time: new Date(now).toISOString(), ...record }));
}
