import { byId } from './dom.js';
import { showTried, verdictOf } from './try-result.js';

/** Makes the form ask the service, and show what it says. */
export function startTry() {
  const form = byId('form');
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void tryOut(form);
  });
  for (const button of form.querySelectorAll('[data-address]')) {
    button.addEventListener('click', () => {
      form.elements.namedItem('address').value = button.dataset.address;
      void tryOut(form);
    });
  }
}

let latest = 0;

async function tryOut(form) {
  latest += 1;
  const number = latest;
  const result = await ask(Object.fromEntries(new FormData(form)));
  // A later one is under way.
  if (number !== latest) return;
  byId('form-error').textContent = result.error ?? '';
  byId('try-status').textContent = '';
  byId('tried').replaceChildren();
  if (result.error !== undefined) return;
  showTried(byId('tried'), result);
  byId('try-status').textContent = verdictOf(result);
}

/** What the service says, or an `error`. */
async function ask(form) {
  try {
    const response = await fetch('/console/try', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(form),
    });
    if (response.headers.get('content-type')?.startsWith('application/json')) {
      const answer = await response.json();
      return response.ok ? answer : { error: answer.error ?? `HTTP ${response.status}` };
    }
    return { error: `HTTP ${response.status}: ${await response.text()}` };
  } catch {
    return { error: 'The service does not answer. Is npm start still running?' };
  }
}
