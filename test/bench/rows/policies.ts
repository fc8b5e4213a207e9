import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PARTS } from '../bodies.ts';
import { expectPlainSuccess } from '../check-responses.ts';
import {
  actionLoad,
  type Harness,
  type LoadSample,
  measureLoad,
  perSecond,
  warmUp,
} from '../harness.ts';
import { interleave } from '../interleave.ts';
import { combineByRound, difference, ratio, summarise } from '../statistics.ts';
import type { Experiment } from './experiment.ts';

const DEFAULT = fileURLToPath(new URL('../../../app/policy.yaml', import.meta.url));
const ADDRESSES = 1000;

/** Returns the default policy with further rules before its own, and lists for them. */
function policyWith(rules: readonly string[], lists = ''): string {
  const text = readFileSync(DEFAULT, 'utf8');
  const changed = text
    .replace(/^rules:\n/m, `rules:\n${rules.join('')}`)
    .replace(/^lists:\n/m, `lists:\n${lists}`);
  if (!changed.includes(rules[0] ?? '') || !changed.includes(lists)) {
    throw new Error('The default policy must contain the lines "rules:" and "lists:".');
  }
  return changed;
}

const deny = (id: string, when: string) =>
  `  - id: ${id}\n    when: ${JSON.stringify(when)}\n    then: { deny: No. }\n`;

/** Returns a policy with 100,000 networks and 10,000 clients, none of which match. */
function largeLists(): string {
  const networks = Array.from(
    { length: 100_000 },
    (_, at) => `240.${at >> 11}.${(at >> 3) & 255}.${(at & 7) << 5}/27`,
  );
  const clients = Array.from({ length: 10_000 }, (_, at) => `client_${at.toString(36)}_example`);
  const lists = `  networks: [${networks.join(', ')}]\n  clients: [${clients.join(', ')}]\n`;
  return policyWith(
    [
      deny('network', 'address.within("networks")'),
      deny('client', 'request.client_id in lists.clients'),
    ],
    lists,
  );
}

/** Typical conditions. All are evaluated, and none is true. */
const KINDS: readonly ((at: number) => string)[] = [
  (at) => `request.client_id == "client_${at}"`,
  (at) => `request.grant == "password" && token.lifetime > ${at}`,
  (at) => `"scope_${at}" in token.scopes`,
  (at) => `token.claims["department"] == "department_${at}"`,
  (at) => `abuse.score >= 75 && abuse.reports > ${at}`,
];

function manyRules(): string {
  const rules = Array.from({ length: 200 }, (_, at) =>
    deny(`rule-${at}`, KINDS[at % KINDS.length]?.(at) ?? ''),
  );
  return policyWith(rules);
}

async function measure(harness: Harness, text: string, body?: string) {
  const file = join(harness.build.folder, 'policy.yaml');
  writeFileSync(file, text);
  const servers = {
    changed: await harness.startService({ POLICY_FILE: file }),
    default: await harness.startService(),
  };
  const addresses = harness.addresses.clean(ADDRESSES, 'warm');
  for (const name of ['changed', 'default'] as const) {
    await expectPlainSuccess(servers[name], addresses);
    await warmUp(harness, servers[name], addresses);
  }
  const { rounds, seconds = 4 } = harness.options;
  const samples = await interleave(['changed', 'default'], rounds, (name) => {
    const load = actionLoad(servers[name], {
      addresses,
      connections: 32,
      seconds,
      ...(body !== undefined && { body }),
    });
    return measureLoad(harness, servers[name], load);
  });
  await Promise.all([servers.changed.end(), servers.default.end()]);
  return samples;
}

const cpu = (samples: readonly LoadSample[]) =>
  samples.map((sample) => 1000 * sample.cpuPerRequest);

export const lists: Experiment = {
  name: 'lists',
  async measure(harness) {
    const samples = await measure(harness, largeLists());
    const [ours, others] = [perSecond(samples.changed), perSecond(samples.default)];
    return [
      {
        name: 'lists of 100,000 CIDRs and 10,000 clients / default policy',
        unit: '×',
        bound: { atLeast: 0.95 },
        figure: combineByRound(ours, others, ratio),
        inputs: { 'with lists req/s': summarise(ours), 'default req/s': summarise(others) },
      },
    ];
  },
};

export const rules: Experiment = {
  name: 'rules',
  async measure(harness) {
    const samples = await measure(harness, manyRules());
    const [ours, others] = [cpu(samples.changed), cpu(samples.default)];
    return [
      {
        name: '200 rules that none match: added to a decision',
        unit: 'µs',
        bound: { atMost: 100 },
        figure: combineByRound(ours, others, difference),
        inputs: { 'with 200 rules µs CPU': summarise(ours), 'default µs CPU': summarise(others) },
        note: 'processor time of the service for one request, less that with the default policy',
      },
    ];
  },
};

/** A condition close to the cost limit, on the largest input that a client can send. */
export const costly: Experiment = {
  name: 'costly',
  async measure(harness) {
    const when = 'request.params["levels"].split(",").exists(l, l.lowerAscii() == "x")';
    const samples = await measure(harness, policyWith([deny('costly', when)]), PARTS);
    const [ours, others] = [samples.changed, samples.default].map((all) =>
      all.map((sample) => sample.cpuPerRequest),
    ) as [number[], number[]];
    return [
      {
        name: 'a condition that splits 60 KB into 20,000 parts: added to a decision',
        unit: 'ms',
        bound: { atMost: 50 },
        figure: combineByRound(ours, others, difference),
        inputs: { 'with it ms CPU': summarise(ours), 'default ms CPU': summarise(others) },
        note: 'four fifths of the work that a condition may be; processor time of the service for one request, less that with the default policy',
      },
    ];
  },
};
