import { caseParts } from './candidate-cases.js';
import { startForm } from './candidate-form.js';
import { issueList, summarizePolicy } from './candidate-issues.js';
import { replayParts, summarizeReplay } from './candidate-replay.js';
import { byId, element } from './dom.js';
import { postForm } from './post.js';

/** Makes the form check policies, and shows what was found. */
export function startCandidate() {
  startForm(review);
}

let latestReview = 0;

/** Lets the service check a policy. Returns whether the service would start with it. */
async function review(candidate) {
  latestReview += 1;
  const current = latestReview;
  const form = byId('candidate-form');
  form.setAttribute('aria-busy', 'true');
  byId('candidate-error').textContent = '';
  byId('candidate-status').textContent = 'Checking …';
  const result = await postForm('/console/candidate', candidate);
  // A later review is in progress.
  if (current !== latestReview) return false;
  form.removeAttribute('aria-busy');
  byId('candidate-error').textContent = result.error ?? '';
  byId('candidate-status').textContent = '';
  byId('candidate-result').replaceChildren();
  if (result.error !== undefined) return false;
  byId('candidate-result').append(...reviewParts(result));
  byId('candidate-status').textContent = [
    summarizePolicy(result),
    ...(result.replay === undefined ? [] : [summarizeReplay(result.replay)]),
  ].join(' ');
  return result.policy !== undefined;
}

function reviewParts(result) {
  const { policy, issues, cases, replay } = result;
  return [
    element('h3', { class: 'outcome-summary' }, summarizePolicy(result)),
    ...(policy === undefined ? [] : [element('p', {}, describePolicy(policy))]),
    ...issueList('Issues', issues),
    ...(policy === undefined ? [] : caseParts(cases)),
    ...(replay === undefined ? [] : replayParts(replay)),
  ];
}

function describePolicy({ revision, mode, isInUse }) {
  const use = isInUse ? ' It is the policy in use.' : '';
  return `Revision ${revision}, mode ${mode}.${use}`;
}
