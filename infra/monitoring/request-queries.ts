import { ACTIVITY_COMMANDS } from '../../app/tools/status/activity-query.ts';
import { type SavedQuery, WEIGHT_COMMANDS, WEIGHTED, WITHOUT_TESTS } from './query.ts';

/** The queries about what the identity server sends: for which clients, with which contract, and without an address. */
export const REQUEST_QUERIES: readonly SavedQuery[] = [
  {
    name: 'Clients by day',
    description:
      'The records of each client by day, grant and contract, as the daily status reads them. If sampled_percent is 25, each stands for four requests.',
    commands: ACTIVITY_COMMANDS,
  },
  {
    name: 'Requests without an address',
    description:
      'The requests without a usable client address, by client and cause. All of them are recorded.',
    commands: [
      'filter event = "decision" and ispresent(signals.address.cause)',
      WITHOUT_TESTS,
      'stats count(*) as requests by tenant, client_id, grant, signals.address.cause',
      'sort requests desc',
    ],
  },
  {
    name: 'Contract versions',
    description: `The versions that requests show, and the first field that no known version has. ${WEIGHTED}`,
    commands: [
      'filter event = "decision"',
      WITHOUT_TESTS,
      ...WEIGHT_COMMANDS,
      'stats sum(weight) as decisions by api_version, contract, new_fields.0, grant',
      'sort decisions desc',
    ],
  },
];
