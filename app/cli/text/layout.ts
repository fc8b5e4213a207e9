/**
 * Wraps a text at spaces. A word that is too long for a line is cut.
 *
 * @param head the beginning of the first line. The other lines are indented by its length.
 * @param width of the lines, in characters.
 */
export function hanging(head: string, text: string, width: number): string[] {
  const indent = ' '.repeat(head.length);
  return wrap(text, Math.max(MIN_TEXT_WIDTH, width - head.length)).map((line, index) =>
    `${index === 0 ? head : indent}${line}`.trimEnd(),
  );
}

/** Below this, lines are longer than asked for. */
const MIN_TEXT_WIDTH = 20;

/** Aligns pairs of a name and a text in two columns. */
export function definitions(
  pairs: readonly (readonly [name: string, text: string])[],
  width: number,
): string[] {
  const nameWidth = Math.max(0, ...pairs.map(([name]) => name.length));
  return pairs.flatMap(([name, text]) => hanging(`${name.padEnd(nameWidth)}  `, text, width));
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = '';
    } else if (line !== '') line += ' ';
    line += word;
    while (line.length > width) {
      lines.push(line.slice(0, width));
      line = line.slice(width);
    }
  }
  return [...lines, line];
}
