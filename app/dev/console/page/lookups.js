import { element, updateIfChanged } from './dom.js';

/** What is exceeded, by the reason for which lookups are held back. */
const REASONS = {
  user: 'budget of the user',
  client: 'budget of the client',
  network: 'budget of the network',
  subnet: 'budget of the /64',
  share: 'share of a scarce quota',
  pace: 'pace of the quota',
  slots: 'concurrent lookups of the client',
};

/** Shows the quota with its pace, the budgets, and the lookups of each client. */
export function showLookups({ quota, clients }) {
  const pairs = quota === undefined ? [] : quotaPairs(quota);
  updateIfChanged('quota', pairs, () =>
    pairs.flatMap(([name, value]) => [element('dt', {}, name), element('dd', {}, value)]),
  );
  updateIfChanged('lookups', clients, () =>
    clients.length === 0
      ? [
          element(
            'p',
            { class: 'placeholder' },
            'No decision has needed a lookup in the last hour.',
          ),
        ]
      : [clientTable(clients)],
  );
}

function quotaPairs({ remaining, perHour, budgets }) {
  const { user, client, network, subnet } = budgets;
  return [
    [
      'Quota left',
      remaining === undefined ? 'not known before the first lookup' : count(remaining),
    ],
    [
      'Pace',
      perHour === undefined ? 'no limit before the first lookup' : `${count(perHour)} an hour`,
    ],
    [
      'Budgets',
      `new addresses an hour: ${count(user)} for a user, ${count(client)} for a client without a user, ` +
        `${count(network)} in a network, ${count(subnet)} in a /64`,
    ],
  ];
}

function clientTable(clients) {
  const head = ['Client, in the last hour', 'Sent', 'Held back'];
  return element(
    'table',
    { class: 'lookups', 'aria-labelledby': 'lookups-heading' },
    element(
      'thead',
      {},
      element('tr', {}, ...head.map((name) => element('th', { scope: 'col' }, name))),
    ),
    element('tbody', {}, ...clients.map(clientRow)),
  );
}

function clientRow({ client, sent, heldBack, reasons }) {
  // The number of a single reason is that of the column.
  const details = reasons.map(([reason, times]) =>
    reasons.length === 1 ? labelOf(reason) : `${labelOf(reason)}: ${count(times)}`,
  );
  return element(
    'tr',
    {},
    element('th', { scope: 'row' }, client),
    element('td', {}, count(sent)),
    element('td', {}, count(heldBack), ' ', element('small', {}, details.join(', '))),
  );
}

function labelOf(reason) {
  return REASONS[reason] ?? reason;
}

function count(number) {
  return Math.floor(number).toLocaleString('en');
}
