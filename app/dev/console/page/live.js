import { drawChart } from './chart.js';
import { showDecisions } from './decisions.js';
import { byId, clockTime } from './dom.js';
import { showLookups } from './lookups.js';
import { showStatistics, summarizeStatistics } from './statistics.js';

/** Screen readers read the summary aloud, so it must not change with each decision. */
const SUMMARY_INTERVAL_MS = 10_000;

/** Delay before the stream is opened again after the browser has given up on it. */
const REOPEN_DELAY_MS = 2000;

let isPaused = false;
let latestState;
let summarizedAt = 0;

/** Subscribes to the service's events, and shows the state in each. */
export function startLive() {
  open();
  const button = byId('pause');
  button.addEventListener('click', () => {
    isPaused = !isPaused;
    button.setAttribute('aria-pressed', String(isPaused));
    button.textContent = isPaused ? 'Resume' : 'Pause';
    if (isPaused) showConnection('paused', `Paused at ${clockTime(Date.now())}`);
    else {
      showConnection('live', 'Live');
      if (latestState !== undefined) show(latestState);
    }
  });
}

function open() {
  const source = new EventSource('/console/events');
  source.addEventListener('state', ({ data }) => {
    latestState = JSON.parse(data);
    if (isPaused) return;
    showConnection('live', 'Live');
    show(latestState);
  });
  source.addEventListener('error', () => {
    showConnection('lost', 'The service does not respond. Reconnecting …');
    if (source.readyState !== EventSource.CLOSED) return;
    setTimeout(open, REOPEN_DELAY_MS);
  });
}

function showConnection(state, text) {
  const connection = byId('connection');
  if (connection.textContent === text) return;
  connection.dataset.state = state;
  connection.textContent = text;
}

function show({ statistics, lookups, rows }) {
  byId('empty').hidden = rows.length > 0;
  showStatistics(statistics);
  showLookups(lookups);
  showDecisions(rows);
  drawChart(statistics.overTime);
  if (Date.now() - summarizedAt < SUMMARY_INTERVAL_MS) return;
  const summary = summarizeStatistics(statistics);
  if (byId('summary').textContent === summary) return;
  summarizedAt = Date.now();
  byId('summary').textContent = summary;
}
