import type { DailyStatus } from '../../../support/operations/minute.ts';
import { type Incident, incident } from './incident.ts';

/** The status runs at 1:30. Its alarms keep their state until the next run, which must be normal again. */
const A_DAY = { begins: 60, minutes: 24 * 60 } as const;

const status =
  (found: DailyStatus): Incident['changes'] =>
  (normal) => ({ status: normal.status && found });

/** The identity server calls for fewer clients, or calls differently, without any error. */
export const STATUS: readonly Incident[] = [
  incident(
    'an application now gets opaque tokens, for which the identity server calls no action',
    status({ clientsSilent: 1 }),
    { ClientsSilent: 60 },
    A_DAY,
  ),
  incident(
    'a new release of the identity server sends more fields',
    status({ contractChanged: true }),
    { ContractChanged: 60 },
    A_DAY,
  ),
  incident(
    'the canary may no longer query the log',
    status({ failed: true }),
    { StatusFails: 60 },
    A_DAY,
  ),
];
