import { byId } from './dom.js';
import { showTryResult, summarizeOutcome } from './try-result.js';

/** Makes the form send requests to the service and show the results. */
export function startTry() {
  const form = byId('form');
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void tryRequest(form);
  });
  for (const button of form.querySelectorAll('[data-address]')) {
    button.addEventListener('click', () => {
      form.elements.namedItem('address').value = button.dataset.address;
      void tryRequest(form);
    });
  }
}

let latestAttempt = 0;

async function tryRequest(form) {
  latestAttempt += 1;
  const attempt = latestAttempt;
  const result = await post(Object.fromEntries(new FormData(form)));
  // A later attempt is in progress.
  if (attempt !== latestAttempt) return;
  byId('form-error').textContent = result.error ?? '';
  byId('try-status').textContent = '';
  byId('try-result').replaceChildren();
  if (result.error !== undefined) return;
  showTryResult(byId('try-result'), result);
  byId('try-status').textContent = summarizeOutcome(result);
}

/** Posts the form. Returns the result, or an object with an `error`. */
async function post(form) {
  try {
    const response = await fetch('/console/try', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(form),
    });
    if (response.headers.get('content-type')?.startsWith('application/json')) {
      const body = await response.json();
      return response.ok ? body : { error: body.error ?? `HTTP ${response.status}` };
    }
    return { error: `HTTP ${response.status}: ${await response.text()}` };
  } catch {
    return { error: 'The service does not respond. Is npm start still running?' };
  }
}
