import { CLIENTS } from './clients.ts';
import { ENDPOINT_UNREACHABLE } from './endpoint-unreachable.ts';
import { FEEDS } from './feeds.ts';
import type { Incident } from './incident.ts';
import { LOGINS_AT_RISK } from './logins-at-risk.ts';
import { NEEDS_WORK } from './needs-work.ts';
import { OUTSIDERS } from './outsiders.ts';
import { STATUS } from './status.ts';

export const INCIDENTS: readonly Incident[] = [
  ...LOGINS_AT_RISK,
  ...ENDPOINT_UNREACHABLE,
  ...NEEDS_WORK,
  ...FEEDS,
  ...CLIENTS,
  ...OUTSIDERS,
  ...STATUS,
];
