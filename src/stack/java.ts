import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { connectFolder } from '../connect/files.js';
import { archives, classPath } from './jars.js';

const oldestJava = 17;
/** What a JVM that was told to end by SIGTERM ends with. */
const STOPPED_BY_SIGTERM = 143;

/** @throws with one line that says what to install, unless `java` is there and new enough for Kafka. */
export async function requireJava(command = 'java'): Promise<void> {
  const found = await javaVersion(command);
  if (found && majorVersion(found) >= oldestJava) return;
  throw new Error(
    `Kafka needs Java ${oldestJava} or newer; ${found ? `the java on the PATH is ${found}` : 'there is no java on the PATH'}: ` +
      'install it, for example openjdk-17-jre-headless on Debian and Ubuntu, or openjdk with Homebrew',
  );
}

async function javaVersion(command: string): Promise<string | undefined> {
  // It answers on standard error. On a Mac without Java the command is there, and fails.
  const { stderr } = await promisify(execFile)(command, ['-version']).catch(() => ({ stderr: '' }));
  return /version "([^"]+)"/.exec(stderr)?.[1];
}

/** 8 of "1.8.0_392", 17 of "17.0.15", 25 of "25-ea". */
export function majorVersion(version: string): number {
  return Number.parseInt(version.replace(/^1\./, ''), 10);
}

export interface JavaOptions {
  heapMb: number;
  /** Stop at the first compiler: starts twice as quickly, runs half as fast. For tests. */
  quickStart?: boolean;
  /** From `classArchive`. */
  archiveArgs?: string[];
}

/**
 * The classes that a program loads, as the JVM keeps them: with it the program starts in half the time. The first run
 * writes them when it is stopped in good order, so the second is quicker. Lies beside the jars, and goes with them.
 */
export interface ClassArchive {
  args: string[];
  /** To be called when the program has ended, with how: keeps what it wrote, if that is whole. */
  ended(what: string): void;
}

export async function classArchive(program: string): Promise<ClassArchive> {
  const version = await javaVersion('java');
  const file = join(archives, `${program}-${version}.jsa`);
  if (existsSync(file)) return { args: [`-XX:SharedArchiveFile=${file}`, '-Xlog:cds=off'], ended: () => {} };
  mkdirSync(archives, { recursive: true });
  const draft = `${file}.${randomBytes(4).toString('hex')}`;
  return {
    args: [`-XX:ArchiveClassesAtExit=${draft}`, '-Xlog:cds=off', '-Xlog:cds+dynamic=off'],
    ended: (what) => {
      if (!existsSync(draft)) return;
      if (what.endsWith(`with status ${STOPPED_BY_SIGTERM}`)) renameSync(draft, file);
      else rmSync(draft);
    },
  };
}

/** The arguments of `java` for one of Kafka's main classes. */
export function javaArgs(
  { heapMb, quickStart, archiveArgs = [] }: JavaOptions,
  main: string,
  ...args: string[]
): string[] {
  return [
    // It begins with a sixty-fourth of the machine's memory otherwise, whether it needs that or not.
    '-Xms64m',
    `-Xmx${heapMb}m`,
    '-Xss512k',
    '-XX:+UseSerialGC',
    ...(quickStart ? ['-XX:TieredStopAtLevel=1'] : []),
    ...archiveArgs,
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
