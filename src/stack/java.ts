import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { connectFolder } from '../connect/files.js';
import { classPath } from './jars.js';

const oldestJava = 17;

/** @throws with one line that says what to install, unless `java` is there and new enough for Kafka. */
export async function requireJava(command = 'java'): Promise<void> {
  // It answers on standard error. On a Mac without Java the command is there, and fails.
  const { stderr } = await promisify(execFile)(command, ['-version']).catch(() => ({ stderr: '' }));
  const found = /version "([^"]+)"/.exec(stderr)?.[1];
  if (found && majorVersion(found) >= oldestJava) return;
  throw new Error(
    `Kafka needs Java ${oldestJava} or newer; ${found ? `the java on the PATH is ${found}` : 'there is no java on the PATH'}: ` +
      'install it, for example openjdk-17-jre-headless on Debian and Ubuntu, or openjdk with Homebrew',
  );
}

/** 8 of "1.8.0_392", 17 of "17.0.15", 25 of "25-ea". */
export function majorVersion(version: string): number {
  return Number.parseInt(version.replace(/^1\./, ''), 10);
}

export interface JavaOptions {
  heapMb: number;
  /** Stop at the first compiler: starts twice as quickly, runs half as fast. For tests. */
  quickStart?: boolean;
}

/** The arguments of `java` for one of Kafka's main classes. */
export function javaArgs({ heapMb, quickStart }: JavaOptions, main: string, ...args: string[]): string[] {
  return [
    `-Xmx${heapMb}m`,
    '-Xss512k',
    '-XX:+UseSerialGC',
    ...(quickStart ? ['-XX:TieredStopAtLevel=1'] : []),
    // The launcher's state lies in a folder; the JVM must not leave files elsewhere.
    '-XX:-UsePerfData',
    '-Djava.awt.headless=true',
    `-Dlog4j2.configurationFile=${join(connectFolder, 'log4j2.properties')}`,
    '-cp',
    classPath,
    main,
    ...args,
  ];
}
