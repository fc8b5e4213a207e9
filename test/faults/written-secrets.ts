import { randomBytes } from 'node:crypto';
import type { RunningProcess } from '../support/process.ts';

/** Not one piece of a secret as long as this may be written. */
const PIECE = 8;

/** Every secret of a run, in every form that it takes. */
export class Secrets {
  readonly texts: string[] = [];

  /** A new one, which is found nowhere by chance. */
  invent(): string {
    return this.keep(randomBytes(24).toString('base64url'));
  }

  keep(text: string): string {
    this.texts.push(text, Buffer.from(text).toString('base64'));
    return text;
  }

  /** The pieces of secrets that a process has written. */
  writtenBy(process: RunningProcess): string[] {
    const output = process.stdout() + process.stderr();
    return this.texts.flatMap((text) =>
      Array.from({ length: text.length - PIECE + 1 }, (_, at) => text.slice(at, at + PIECE)).filter(
        (piece) => output.includes(piece),
      ),
    );
  }
}
