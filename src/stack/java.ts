import { join } from 'node:path';
import { connectFolder } from '../connect/files.js';
import { classPath } from './jars.js';

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
