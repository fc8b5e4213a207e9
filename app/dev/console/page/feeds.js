import { byId, element } from './dom.js';

/** Ages change by the minute, and the service looks for new data every few minutes. */
const REFRESH_INTERVAL_MS = 30_000;

const STATUS_LABELS = {
  ready: '● in use',
  expired: '▲ expired',
  outdated: '▲ outdated, in use',
  absent: '○ not loaded',
};

/** Lists the feeds of the service, and keeps the list current. */
export function startFeeds() {
  void refresh();
  setInterval(refresh, REFRESH_INTERVAL_MS);
}

async function refresh() {
  let feeds;
  try {
    const response = await fetch('/console/feeds');
    if (!response.ok) return;
    feeds = await response.json();
  } catch {
    // The header says that the service does not respond.
    return;
  }
  byId('no-feeds').hidden = feeds.length > 0;
  byId('feeds-scroll').hidden = feeds.length === 0;
  byId('feeds').replaceChildren(...feeds.map(feedRow));
}

function feedRow({ id, title, status, age, maxAge, downgraded, licence, credit }) {
  return element(
    'tr',
    { 'data-status': status },
    element('th', { scope: 'row' }, element('code', {}, id)),
    cell('Contains', title, ...(downgraded === undefined ? [] : [' ', small(downgraded)])),
    cell('State', STATUS_LABELS[status] ?? status),
    cell('Age', age ?? '–', ' ', small(`limit ${maxAge}`)),
    cell('Licence', link(licence.name, licence.url)),
    cell('Credit', link(credit.text, credit.url)),
  );
}

/** Creates a cell. On a phone, where the table head is hidden, the name is shown next to the value. */
function cell(name, ...values) {
  return element('td', { 'data-name': name }, element('div', {}, ...values));
}

function small(text) {
  return element('small', {}, text);
}

function link(text, url) {
  return url === undefined ? text : element('a', { href: url, rel: 'noreferrer' }, text);
}

/** Shows what each feed says about the address of a tried request. Most know nothing, so these are folded. */
export function feedAnswers(answers) {
  if (answers.length === 0) return [];
  const hits = answers.filter(({ isHit }) => isHit);
  const others = answers.filter(({ isHit }) => !isHit);
  return [
    element('h4', { id: 'answers-heading' }, 'What the feeds say'),
    ...(hits.length === 0 ? [] : [answerList(hits)]),
    ...(others.length === 0
      ? []
      : [
          element(
            'details',
            {},
            element('summary', {}, othersTitle(hits.length, others.length)),
            answerList(others),
          ),
        ]),
  ];
}

function othersTitle(hitCount, otherCount) {
  return hitCount === 0
    ? `No feed has a record of the address (${otherCount})`
    : `Other feeds (${otherCount})`;
}

function answerList(answers) {
  return element(
    'dl',
    { class: 'pairs', 'aria-labelledby': 'answers-heading' },
    ...answers.flatMap(({ id, answer, isHit }) => [
      element('dt', {}, element('code', {}, id)),
      element('dd', { class: isHit ? '' : 'placeholder' }, answer),
    ]),
  );
}
