import { execFile } from 'node:child_process';

export interface Ended {
  status: number;
  stdout: string;
  stderr: string;
}

/** Runs the built CLI to its end, with these settings and no others. */
export function counterfoil(args: string[], settings: Record<string, string> = {}): Promise<Ended> {
  const env = { PATH: process.env.PATH, ...settings };
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['dist/src/cli.js', ...args],
      { env, maxBuffer: 1e8 },
      (error, stdout, stderr) => resolve({ status: error ? Number(error.code ?? -1) : 0, stdout, stderr }),
    );
  });
}
