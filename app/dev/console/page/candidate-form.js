import { byId } from './dom.js';

/** The service accepts forms of 2 MiB, and JSON escapes some characters. */
const MAX_FILE_BYTES = 1024 * 1024;

/** The name of a pasted policy. */
const DEFAULT_NAME = 'policy.yaml';

/** The name of the file in the form. */
let fileName = DEFAULT_NAME;

/** The text that was checked last, if it can be used. */
let checked;

/**
 * Starts the form.
 *
 * @param review checks a candidate and returns whether it can be used.
 */
export function startForm(review) {
  const text = byId('candidate-text');
  const submit = async () => {
    const candidate = { policy: text.value, file: fileName };
    allowDownload(undefined);
    if (await review(candidate)) allowDownload(candidate);
  };
  byId('candidate-form').addEventListener('submit', (event) => {
    event.preventDefault();
    void submit();
  });
  text.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    byId('candidate-form').requestSubmit();
  });
  // What is downloaded is what was checked.
  text.addEventListener('input', () => allowDownload(undefined));
  byId('candidate-file').addEventListener('change', ({ target }) => void useFile(target.files[0]));
  acceptDrops(byId('candidate-drop'));
  byId('candidate-download').addEventListener('click', download);
}

function acceptDrops(area) {
  const highlight = (isOver) => area.classList.toggle('over', isOver);
  area.addEventListener('dragover', (event) => {
    if (!event.dataTransfer.types.includes('Files')) return;
    event.preventDefault();
    highlight(true);
  });
  area.addEventListener('dragleave', () => highlight(false));
  area.addEventListener('drop', (event) => {
    highlight(false);
    const [file] = event.dataTransfer.files;
    // Dropped text is inserted by the browser.
    if (file === undefined) return;
    event.preventDefault();
    void useFile(file);
  });
}

/** Puts a file into the form, and checks it. */
async function useFile(file) {
  if (file === undefined) return;
  const error = byId('candidate-error');
  error.textContent = '';
  if (file.size > MAX_FILE_BYTES) {
    error.textContent = `${file.name} is larger than 1 MiB: move its lists into feeds.`;
    return;
  }
  try {
    const bytes = await file.arrayBuffer();
    byId('candidate-text').value = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    error.textContent = `${file.name} is not a text in UTF-8.`;
    return;
  }
  fileName = file.name;
  byId('candidate-form').requestSubmit();
}

function allowDownload(candidate) {
  checked = candidate;
  byId('candidate-download').disabled = candidate === undefined;
}

function download() {
  if (checked === undefined) return;
  const url = URL.createObjectURL(new Blob([checked.policy], { type: 'text/yaml' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = checked.file;
  link.click();
  URL.revokeObjectURL(url);
}
