import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Violation } from './checker/violation.js';

/** From this level on pino tells of errors. */
const ERROR = 50;
/** A mistake of the program's, not of the machine. */
const NEVER = /TypeError|ReferenceError|RangeError|SyntaxError|AssertionError|unhandled|heap out of memory/i;

interface Logged {
  /** Errors of the APIs and workers, how often each, most often first. */
  errors: [line: string, times: number][];
  violations: Violation[];
}

/** What the programs have logged as errors, numbers and ids left out; only some of it breaks a promise. */
export async function readLogs(folder: string): Promise<Logged> {
  const times = new Map<string, number>();
  const files = (await readdir(folder)).filter((name) => /^(api|worker)/.test(name));
  for (const file of files) {
    const program = file.split('-')[0];
    for (const line of (await readFile(join(folder, file), 'utf8')).split('\n')) {
      const error = errorIn(line);
      if (error) times.set(`${program}: ${error}`, (times.get(`${program}: ${error}`) ?? 0) + 1);
    }
  }
  const errors = [...times].sort(([, a], [, b]) => b - a);
  const wrong = errors.filter(([line]) => NEVER.test(line));
  return { errors, violations: wrong.map(([what]) => ({ check: 'logs', what })) };
}

/** A line that is no JSON is what Node says when a process ends by an error. */
function errorIn(line: string): string | undefined {
  if (!line.trim()) return undefined;
  let text = line;
  if (line.startsWith('{')) {
    const { level, msg, err, context } = JSON.parse(line) as {
      level: number;
      msg?: string;
      context?: string;
      err?: { type?: string; message?: string };
    };
    if (level < ERROR) return undefined;
    text = [context, msg, err?.type, err?.message].filter(Boolean).join(' | ');
  }
  return text
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID')
    .replace(/\d+/g, 'N')
    .slice(0, 300);
}
