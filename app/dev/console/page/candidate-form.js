import { byId } from './dom.js';
import { acceptDrops, downloadText, readTextFile } from './files.js';

/** The name of a pasted policy. */
const DEFAULT_NAME = 'policy.yaml';
const PASTED_CASES = 'pasted.cases.yaml';
const CASE_FILE = /\.cases\.ya?ml$/;

/** The name of the file whose text is in the form. */
let fileName = DEFAULT_NAME;

/** Files with test cases. */
let caseFiles = [];

/** The candidate that was checked last, if it can be used. */
let checked;

/**
 * Starts the form.
 *
 * @param review checks a candidate and returns whether it can be used.
 */
export function startForm(review) {
  const text = byId('candidate-text');
  byId('candidate-form').addEventListener('submit', (event) => {
    event.preventDefault();
    void submit(review);
  });
  for (const area of [text, byId('candidate-cases-text')]) {
    area.addEventListener('keydown', submitOnCtrlEnter);
  }
  // What is downloaded is what was checked.
  text.addEventListener('input', () => allowDownload(undefined));
  byId('candidate-file').addEventListener('change', ({ target }) => {
    if (target.files.length > 0) void usePolicy(target.files[0]);
  });
  byId('candidate-cases').addEventListener('change', ({ target }) => {
    void useCases([...target.files]);
  });
  acceptDrops(byId('candidate-drop'), (files) => void useDropped(files));
  byId('candidate-download').addEventListener('click', () => {
    if (checked !== undefined) downloadText(checked.file, checked.policy);
  });
}

async function submit(review) {
  const pasted = byId('candidate-cases-text').value;
  const candidate = {
    policy: byId('candidate-text').value,
    file: fileName,
    cases: [...caseFiles, ...(pasted.trim() === '' ? [] : [{ file: PASTED_CASES, text: pasted }])],
  };
  allowDownload(undefined);
  if (await review(candidate)) allowDownload(candidate);
}

function submitOnCtrlEnter(event) {
  if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  byId('candidate-form').requestSubmit();
}

async function useDropped(files) {
  const cases = files.filter(({ name }) => CASE_FILE.test(name));
  const policy = files.find((file) => !cases.includes(file));
  if (cases.length > 0) await useCases(cases);
  if (policy !== undefined) await usePolicy(policy);
}

/** Puts a policy into the form, and checks it. */
async function usePolicy(file) {
  await reportErrors(async () => {
    byId('candidate-text').value = await readTextFile(file);
    fileName = file.name;
    byId('candidate-form').requestSubmit();
  });
}

/** Uses test cases, and runs them if there is a policy. */
async function useCases(files) {
  await reportErrors(async () => {
    caseFiles = await Promise.all(
      files.map(async (file) => ({ file: file.name, text: await readTextFile(file) })),
    );
    if (byId('candidate-text').value !== '') byId('candidate-form').requestSubmit();
  });
}

async function reportErrors(run) {
  const error = byId('candidate-error');
  error.textContent = '';
  try {
    await run();
  } catch (thrown) {
    error.textContent = thrown.message;
  }
}

function allowDownload(candidate) {
  checked = candidate;
  byId('candidate-download').disabled = candidate === undefined;
}
