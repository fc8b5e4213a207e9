import { drawChart } from './chart.js';
import { showDecisions } from './decisions.js';
import { byId, clockTime } from './dom.js';
import { showFigures, summaryOf } from './statistics.js';

/** The summary is read out, so it must not change with each decision. Milliseconds. */
const BETWEEN_SUMMARIES = 10_000;

/** When the browser has given up on the stream, it is opened anew. Milliseconds. */
const BEFORE_OPENING = 2000;

let paused = false;
let latest;
let summarised = 0;

/** Follows the service, and draws what it tells. */
export function startLive() {
  open();
  const button = byId('pause');
  button.addEventListener('click', () => {
    paused = !paused;
    button.setAttribute('aria-pressed', String(paused));
    button.textContent = paused ? 'Go on' : 'Pause';
    if (paused) say('paused', `Paused at ${clockTime(Date.now())}`);
    else {
      say('live', 'Live');
      if (latest !== undefined) show(latest);
    }
  });
}

function open() {
  const source = new EventSource('/console/events');
  source.addEventListener('state', ({ data }) => {
    latest = JSON.parse(data);
    if (paused) return;
    say('live', 'Live');
    show(latest);
  });
  source.addEventListener('error', () => {
    say('lost', 'The service does not answer. Trying again …');
    if (source.readyState !== EventSource.CLOSED) return;
    setTimeout(open, BEFORE_OPENING);
  });
}

function say(state, text) {
  const connection = byId('connection');
  if (connection.textContent === text) return;
  connection.dataset.state = state;
  connection.textContent = text;
}

function show({ figures, rows }) {
  byId('empty').hidden = rows.length > 0;
  showFigures(figures);
  showDecisions(rows);
  drawChart(figures.overTime);
  if (Date.now() - summarised < BETWEEN_SUMMARIES) return;
  const summary = summaryOf(figures);
  if (byId('summary').textContent === summary) return;
  summarised = Date.now();
  byId('summary').textContent = summary;
}
