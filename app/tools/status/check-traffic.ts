import { KNOWN_API_VERSIONS } from '../../src/action/contract.ts';
import { displayText } from '../display.ts';
import { error, type Finding, ok, warning } from '../findings/finding.ts';
import { type ActivityWindow, formatDay } from './activity.ts';
import type { TrafficSummary } from './client-summary.ts';
import { describeContractChange, findContractChanges } from './contract-changes.ts';
import { findSilentClients, type SilentClient } from './silent-clients.ts';

/** From this share of requests without an address on, the edge does not set the header. */
const MOST = 0.5;
/** A smaller share is one client or one path. */
const NOTICEABLE = 0.01;
const MAX_CLIENTS = 8;

/**
 * Checks what the service has seen.
 *
 * @param recordedPercent of unremarkable decisions; undefined if it is not known.
 */
export function checkTraffic(
  activity: ActivityWindow,
  traffic: TrafficSummary,
  recordedPercent?: number,
): readonly Finding[] {
  const { firstDay, today, isComplete } = activity;
  const period = `from ${formatDay(firstDay)} to ${formatDay(today)}`;
  const omitted =
    recordedPercent === 0
      ? [
          warning(
            'Unremarkable decisions are not recorded, so requests and clients are missing here: set decisionLogIssuedPercent to 1 or more.',
          ),
        ]
      : [];
  if (traffic.requests === 0) {
    if (omitted.length > 0) return omitted;
    return [
      error(
        `The service has seen no request ${period}, so tokens are issued without it: check the action, its version, and that the tokens are JWTs.`,
      ),
    ];
  }
  const requests = Math.round(traffic.requests);
  return [
    ok(
      `The service has decided on about ${count(requests, 'request')} of ${count(traffic.clients.length, 'client')} ${period}.`,
    ),
    describeMode(traffic),
    ...omitted,
    ...(isComplete ? [] : [warning('There are too many clients: the smallest are not counted.')]),
    describeAddresses(traffic),
    describeVersions(traffic),
    ...describeChanges(activity),
    ...describeSilentClients(
      findSilentClients(
        activity,
        recordedPercent === undefined ? undefined : recordedPercent < 100,
      ),
    ),
  ];
}

/** Rules with a mode of their own are not judged: the records do not say which modes the rules have. */
function describeMode({ monitoredShare }: TrafficSummary): Finding {
  if (monitoredShare === 0) return ok('The policy is in enforce mode.');
  if (monitoredShare === 1) {
    return warning(
      'The policy is in monitor mode, so it refuses and restricts nothing, except by rules with mode: enforce of their own: follow docs/rollout.md, and deploy it with mode: enforce.',
    );
  }
  return warning(
    `A policy in monitor mode has decided on ${formatPercent(monitoredShare)} of the requests of the last day: run the command again tomorrow if the mode has just been changed.`,
  );
}

function formatPercent(share: number): string {
  return share < 0.01 && share > 0 ? 'less than 1 %' : `${Math.round(share * 100)} %`;
}

function describeAddresses({ requests, withoutAddress }: TrafficSummary): Finding {
  const share = withoutAddress / requests;
  const percent = formatPercent(share);
  if (share < NOTICEABLE) return ok(`${percent} of the requests have no usable client address.`);
  const text = `${percent} of the requests have no usable client address, so the policy decides without country and reputation`;
  return share >= MOST
    ? error(`${text}: let the edge set the header, and allow it with risk-gate register.`)
    : warning(`${text}: see in docs/address.md who sets the header for these clients.`);
}

function describeVersions({ apiVersions, newestContract }: TrafficSummary): Finding {
  if (apiVersions.length === 0) {
    return warning(
      'The records name no version of the contract: deploy the current version of the service.',
    );
  }
  const versions = apiVersions.map((version) =>
    version === 'none' ? 'no x-wso2-api-version' : `x-wso2-api-version ${displayText(version)}`,
  );
  const text = `Calls have ${versions.join(' and ')}; the newest known fields are those of contract ${newestContract}`;
  const isKnown = apiVersions.every(
    (version) => version === 'none' || KNOWN_API_VERSIONS.includes(version),
  );
  return isKnown
    ? ok(`${text}.`)
    : warning(
        `${text}: this release knows only ${KNOWN_API_VERSIONS.join(' and ')}, so look for a newer one.`,
      );
}

function describeChanges(activity: ActivityWindow): readonly Finding[] {
  const changes = findContractChanges(activity) ?? [];
  if (changes.length === 0) return [];
  return [
    warning(
      `The contract has changed since yesterday (${changes.map(describeContractChange).map(displayText).join(', ')}): see the section "Contract changed" of docs/runbook.md.`,
    ),
  ];
}

function describeSilentClients(silent: readonly SilentClient[] | undefined): readonly Finding[] {
  if (silent === undefined) {
    return [
      warning('The records do not reach back far enough to tell which clients have stopped.'),
    ];
  }
  if (silent.length === 0) return [ok('No client that called regularly has stopped.')];
  const shown = silent
    .slice(0, MAX_CLIENTS)
    .map(({ clientId, lastDay }) => `${displayText(clientId)} (last on ${formatDay(lastDay)})`);
  const more = silent.length - shown.length;
  return [
    warning(
      `${count(silent.length, 'client')} that called regularly ${silent.length === 1 ? 'has' : 'have'} stopped: ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}; see whether they still get tokens, and if so, why without Risk Gate.`,
    ),
  ];
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
