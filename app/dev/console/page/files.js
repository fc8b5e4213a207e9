/** The service accepts forms of 2 MiB, and JSON escapes some characters. */
const MAX_FILE_BYTES = 1024 * 1024;

/**
 * Reads a file that the user has chosen.
 *
 * @throws Error with a sentence for the user.
 */
export async function readTextFile(file) {
  if (file.size > MAX_FILE_BYTES) {
    throw new Error(`${file.name} is larger than 1 MiB: move its lists into feeds.`);
  }
  let bytes;
  try {
    bytes = await file.arrayBuffer();
  } catch {
    throw new Error(`${file.name} cannot be read: choose it again.`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Error(`${file.name} is not a text in UTF-8.`);
  }
}

/** Saves a text as a file of the user. */
export function downloadText(name, text) {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/yaml' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

/** Lets files be dropped on an area of the page. */
export function acceptDrops(area, useFiles) {
  const highlight = (isOver) => area.classList.toggle('over', isOver);
  area.addEventListener('dragover', (event) => {
    if (!event.dataTransfer.types.includes('Files')) return;
    event.preventDefault();
    highlight(true);
  });
  area.addEventListener('dragleave', () => highlight(false));
  area.addEventListener('drop', (event) => {
    highlight(false);
    const files = [...event.dataTransfer.files];
    // The browser inserts dropped text.
    if (files.length === 0) return;
    event.preventDefault();
    useFiles(files);
  });
}
