import { randomBytes } from 'node:crypto';
import type { RunningProcess } from '../support/process.ts';

/** Even a part of a secret of this length must not be logged. */
const PART_LENGTH = 8;

/** Every secret of a run, in each of its encodings. */
export class SecretTracker {
  readonly texts: string[] = [];

  /** Creates a secret that no other text contains by chance. */
  create(): string {
    return this.add(randomBytes(24).toString('base64url'));
  }

  add(text: string): string {
    this.texts.push(text, Buffer.from(text).toString('base64'));
    return text;
  }

  /** Returns the parts of secrets in a process's output. */
  leakedBy(process: RunningProcess): string[] {
    const output = process.stdout() + process.stderr();
    return this.texts.flatMap((text) =>
      Array.from({ length: text.length - PART_LENGTH + 1 }, (_, at) =>
        text.slice(at, at + PART_LENGTH),
      ).filter((part) => output.includes(part)),
    );
  }
}
