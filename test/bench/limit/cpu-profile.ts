/** What `node --cpu-prof` writes, as far as it is needed. */
export interface CpuProfile {
  nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number } }[];
  samples: number[];
  /** Microseconds since the sample before. */
  timeDeltas: number[];
}

export interface SelfTime {
  name: string;
  ms: number;
}

/** Self times of functions and of the packages or files they are in, longest first, of the last `lastMs` alone. */
export function selfTimes(
  { nodes, samples, timeDeltas }: CpuProfile,
  lastMs = Infinity,
): { functions: SelfTime[]; groups: SelfTime[] } {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const functions = new Map<string, number>();
  const groups = new Map<string, number>();
  const add = (sums: Map<string, number>, name: string, ms: number) =>
    sums.set(name, (sums.get(name) ?? 0) + ms);
  let past = 0;
  for (let n = samples.length - 1; n >= 0 && past < lastMs; n -= 1) {
    const ms = timeDeltas[n]! / 1000;
    past += ms;
    const { functionName, url, lineNumber } = frames.get(samples[n]!)!;
    const group = url === '' ? functionName || 'native' : placeOf(url);
    // What V8 names itself, such as (idle), has no place.
    add(
      functions,
      url === '' ? functionName : `${functionName || '(anonymous)'} ${group}:${lineNumber + 1}`,
      ms,
    );
    add(groups, group, ms);
  }
  return { functions: sorted(functions), groups: sorted(groups) };
}

/** The package, or the file in this project. */
function placeOf(url: string): string {
  const inPackage = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
  if (inPackage) return inPackage;
  return /\/dist\/(.*)/.exec(url)?.[1] ?? url;
}

function sorted(sums: Map<string, number>): SelfTime[] {
  return [...sums].map(([name, ms]) => ({ name, ms })).sort((a, b) => b.ms - a.ms);
}
