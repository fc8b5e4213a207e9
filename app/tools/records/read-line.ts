/** What a line of a log or of a tool's output contains. */
export type LineKind = 'records' | 'other' | 'broken' | 'layout';

/** Lists of log events: of `aws logs filter-log-events`, Logs Insights, and subscriptions. */
const LISTS = ['events', 'results', 'logEvents'] as const;
/** Fields in which tools put a line of a log. */
const TEXTS = ['message', '@message', 'log', 'value'] as const;
/** Results of Logs Insights are fields in lists in a list. */
const MAX_DEPTH = 8;

/** Such a field on a line of its own, or an element of a list of messages, as `aws --output json` prints them. */
const FIELD = /^\s*(?:"(?:message|@message|value|log)":\s*(".*")|("\{\\".*")),?\s*$/;
/** The other lines of such a document. */
const LAYOUT =
  /^\s*(?:[[{}\]]+|"[^"]*":\s*(?:[[{]|\[\]|\{\}|"(?:[^"\\]|\\.)*"|[-\w.]+)|"(?:[^"\\]|\\.)*"|-?\d[-+.\deE]*)?,?\s*$/;
/** Above each event in `aws logs tail --format json`: its time and its stream. */
const HEADING = /^\d{4}-\d\d-\d\dT[-+:.\d]+ \S+ ?$/;
/** Between subscription records without a line feed, or log lines that a tab separates in `aws --output text`. */
const JOINT = /(?<=\})\t?(?=\{"(?:messageType|level)")/;

/**
 * Reads the JSON objects of one line: a line of the log, also below a timestamp or the name of a stream, in a field of
 * JSON, or in a CSV file.
 *
 * @param onValue receives each value that may be a decision record, and returns whether it is one.
 */
export function readLine(line: string, onValue: (value: unknown) => boolean): LineKind {
  // Parsing only what may be a record saves more time than this search takes.
  if (!line.includes('decision')) return kindOfOther(line);
  const [, field, element] = FIELD.exec(line) ?? [];
  const texts =
    field === undefined && element === undefined ? textsIn(line) : [field ?? element ?? ''];
  let found = false;
  for (const text of texts) {
    // `aws --output text` appends a time, and other tools put names in brackets before it.
    const value =
      parseJson(text) ?? parseJson(text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1));
    if (value === undefined) {
      return LAYOUT.test(line) ? 'layout' : looksLikeRecord(line) ? 'broken' : 'other';
    }
    found = readValue(value, onValue) || found;
  }
  return found ? 'records' : 'other';
}

/** Returns `undefined` if a text is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Finds records in a value, also in its fields and in texts. Returns whether there are any. */
export function readValue(
  value: unknown,
  onValue: (value: unknown) => boolean,
  depth = 0,
): boolean {
  if (typeof value === 'string') return readText(value, onValue, depth);
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return false;
  if (Array.isArray(value)) return readAll(value, onValue, depth);
  if (onValue(value)) return true;
  const fields = value as Readonly<Record<string, unknown>>;
  const lists = LISTS.flatMap((name) => (Array.isArray(fields[name]) ? [fields[name]] : []));
  return readAll([...lists, ...TEXTS.flatMap((name) => fields[name] ?? [])], onValue, depth);
}

function readAll(
  values: readonly unknown[],
  onValue: (value: unknown) => boolean,
  depth: number,
): boolean {
  // Without `some`, which would stop at the first record.
  return values.filter((value) => readValue(value, onValue, depth + 1)).length > 0;
}

function readText(text: string, onValue: (value: unknown) => boolean, depth: number): boolean {
  const start = text.indexOf('{');
  return start >= 0 && readValue(parseJson(text.slice(start)), onValue, depth + 1);
}

/** Returns the JSON texts of a line: after a timestamp or the name of a stream, and unquoted if it is of a CSV file. */
function textsIn(line: string): readonly string[] {
  const start = line.search(/[[{]/);
  if (start < 0) return [line];
  if (start > 0 && line.startsWith('""', start + 1)) {
    const end = line.lastIndexOf('}') + 1;
    return [line.slice(start, end).replaceAll('""', '"')];
  }
  const text = start === 0 ? line : line.slice(line.indexOf('{'));
  return text.includes('}{"') || text.includes('}\t{"') ? text.split(JOINT) : [text];
}

function kindOfOther(line: string): LineKind {
  if (LAYOUT.test(line) || HEADING.test(line)) return 'layout';
  const start = line.trimStart();
  return start.startsWith('{') && !/[}\]],?\s*$/.test(start) ? 'broken' : 'other';
}

/** Returns whether a line that is not JSON was meant to be a record, and is not a sentence about decisions. */
function looksLikeRecord(line: string): boolean {
  return /event\\*"+\s*:\s*\\*"+decision/.test(line) || line.trimStart().startsWith('{');
}
