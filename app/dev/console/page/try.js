import { byId } from './dom.js';
import { postForm } from './post.js';
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
  const result = await postForm('/console/try', Object.fromEntries(new FormData(form)));
  // A later attempt is in progress.
  if (attempt !== latestAttempt) return;
  byId('form-error').textContent = result.error ?? '';
  byId('try-status').textContent = '';
  byId('try-result').replaceChildren();
  if (result.error !== undefined) return;
  showTryResult(byId('try-result'), result);
  byId('try-status').textContent = summarizeOutcome(result);
}
