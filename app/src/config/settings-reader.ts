import { distance } from 'fastest-levenshtein';
import { parseDuration } from '../lib/duration.ts';
import { isSecretArn } from '../secrets/versions.ts';

/** A credential or key: the text itself, or the secret that holds it. */
export type SecretSetting<Name extends string> =
  | { readonly [key in Name]: string }
  | { readonly secretArn: string };

export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads single settings; what is wrong with one is a sentence in `mistakes`, and reading goes on. */
export class SettingsReader {
  readonly issues: string[] = [];
  readonly #environment: Environment;
  readonly #names = new Set<string>();

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  text(name: string): string | undefined {
    this.#names.add(name);
    const value = this.#environment[name]?.trim();
    return value === '' ? undefined : value;
  }

  /** A text of the given form, which `what` describes. */
  matching(name: string, form: RegExp, what: string): string | undefined {
    const text = this.text(name);
    if (text !== undefined && !form.test(text)) {
      this.issues.push(`${name} is "${text}": set it to ${what}.`);
    }
    return text;
  }

  number(name: string, fallback: number, least: number, most: number): number {
    const text = this.text(name);
    if (text === undefined) return fallback;
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    this.issues.push(`${name} is "${text}": set it to a whole number from ${least} to ${most}.`);
    return fallback;
  }

  /** Milliseconds. */
  duration(name: string, fallback: string, most = '8760h'): number {
    const text = this.text(name) ?? fallback;
    const seconds = parseDuration(/^\d+$/.test(text) ? Number(text) : text) ?? Number.NaN;
    if (!(seconds <= (parseDuration(most) ?? 0))) {
      this.issues.push(
        `${name} is "${text}": set it to a duration such as 90s, 15m or 1h, of ${most} at most.`,
      );
    }
    return seconds * 1000;
  }

  /** What `parse` makes of the text; `form` says what it accepts. */
  parsed(
    name: string,
    fallback: string,
    parse: (text: string) => number | undefined,
    form: string,
  ): number {
    const text = this.text(name) ?? fallback;
    const value = parse(text);
    if (value === undefined) this.issues.push(`${name} is "${text}": set it to ${form}.`);
    return value ?? Number.NaN;
  }

  /** A table's name, or its ARN. */
  table(name: string): string {
    const text = this.text(name);
    if (text !== undefined && /^(?:arn:\S+|[A-Za-z0-9_.-]{3,255})$/.test(text)) return text;
    this.issues.push(
      text === undefined
        ? `${name} is not set: set it to the name of a DynamoDB table.`
        : `${name} is "${text}": set it to the name of a DynamoDB table (letters, digits and _ . -).`,
    );
    return '';
  }

  oneOf<T extends string>(name: string, values: readonly T[], fallback: T): T {
    const text = this.text(name);
    if (text === undefined) return fallback;
    const value = values.find((candidate) => candidate === text.toLowerCase());
    if (value !== undefined) return value;
    this.issues.push(`${name} is "${text}": set it to one of ${values.join(', ')}.`);
    return fallback;
  }

  url(name: string, fallback: string): string {
    const text = this.text(name) ?? fallback;
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (
      url === undefined ||
      !/^https?:$/.test(url.protocol) ||
      url.search !== '' ||
      url.username !== '' ||
      url.hash !== ''
    ) {
      this.issues.push(
        `${name} is "${withoutSecrets(text)}": set it to an http or https URL without a query or a user.`,
      );
    }
    return text.replace(/\/+$/, '');
  }

  /**
   * At most one of two settings, of which the second must be an ARN. Blanks count as set: they must not
   * switch off what the secret protects. Neither setting is repeated in an issue.
   */
  optionalSecret<Name extends string>(
    name: string,
    key: Name,
    arnName: string,
  ): SecretSetting<Name> | undefined {
    const isSet = (setting: string) => {
      this.#names.add(setting);
      return (this.#environment[setting] ?? '') !== '';
    };
    const [hasText, hasArn] = [isSet(name), isSet(arnName)];
    if (hasText && hasArn) {
      this.issues.push(`Both ${name} and ${arnName} are set: set one of them.`);
    }
    if (hasArn) {
      const secretArn = this.text(arnName) ?? '';
      if (!isSecretArn(secretArn)) {
        // Not repeated: it may be the secret itself, in the wrong setting.
        this.issues.push(
          `${arnName} is not an ARN of Secrets Manager: expected arn:aws:secretsmanager:<region>:<account>:secret:<name>.`,
        );
      }
      return { secretArn };
    }
    if (!hasText) return undefined;
    return { [key]: this.text(name) ?? '' } as { [K in Name]: string };
  }

  /**
   * Reports variables that are nearly a setting, once all are read: `ADDRESS_SIGNATURE_SECERT` would switch off
   * what it is meant to switch on. Values are not repeated.
   */
  reportMisspelled(): void {
    for (const name of Object.keys(this.#environment)) {
      if (this.#names.has(name) || name.length < MIN_SIMILAR_LENGTH) continue;
      const meant = [...this.#names].find(
        (known) => distance(name.toUpperCase().replaceAll('-', '_'), known) <= MAX_TYPOS,
      );
      if (meant !== undefined) {
        this.issues.push(`${name} is no setting: did you mean ${meant}? Rename or remove it.`);
      }
    }
  }

  /** One of two settings. What the first one holds is never repeated. */
  secret<Name extends string>(name: string, key: Name, arnName: string): SecretSetting<Name> {
    const text = this.text(name);
    const secretArn = this.text(arnName);
    if ((text === undefined) === (secretArn === undefined)) {
      const fault = text === undefined ? 'Neither' : 'Both';
      this.issues.push(
        `${fault} ${name} ${text === undefined ? 'nor' : 'and'} ${arnName} ${text === undefined ? 'is' : 'are'} set: set one of them.`,
      );
    }
    if (secretArn !== undefined) return { secretArn };
    return { [key]: text ?? '' } as { [K in Name]: string };
  }
}

/** Shorter names are like those of others: `PORTS`, `LOG_LEVELS`. */
const MIN_SIMILAR_LENGTH = 11;
const MAX_TYPOS = 2;

/** A URL that is refused, without its user, password and query: it is shown to whoever reads the log. */
function withoutSecrets(url: string): string {
  return url.replace(/[?#].*/s, '?…').replace(/^([a-z]*:?\/\/)?.*@/is, '$1…@');
}
