import { issueItem } from './candidate-issues.js';
import { byId } from './dom.js';

/** The service may restart with another policy while the page stays open. */
const REFRESH_INTERVAL_MS = 30_000;

let shownRevision;

/** Shows the policy that the service uses, and its warnings. */
export function startPolicy() {
  void refresh();
  setInterval(refresh, REFRESH_INTERVAL_MS);
}

async function refresh() {
  let found;
  try {
    const response = await fetch('/console/policy');
    if (!response.ok) return;
    found = await response.json();
  } catch {
    // The header says that the service does not respond.
    return;
  }
  // An open list stays as it is.
  if (found.policy.revision !== shownRevision) show(found);
}

function show({ policy: { revision, mode }, issues: { shown, warnings: count } }) {
  shownRevision = revision;
  const more = count - shown.length;
  const has =
    count === 0 ? 'It has no warnings.' : 'The service started in spite of these warnings:';
  byId('policy-state').textContent = `Revision ${revision}, mode ${mode}. ${has}`;
  byId('policy-warnings').hidden = count === 0;
  byId('policy-summary').textContent = `▲ ${count} ${count === 1 ? 'warning' : 'warnings'}`;
  byId('policy-issues').replaceChildren(...shown.map(issueItem));
  byId('policy-more').hidden = more === 0;
  byId('policy-more').textContent = `${more} more warnings are not shown.`;
}
