import { setTimeout as sleep } from 'node:timers/promises';
import type { Link } from '../../support/link.js';
import type { Cluster } from '../cluster.js';
import type { Dice } from '../dice.js';
import { during, lasting, type Fault } from './fault.js';

/** One way, or all of a kind: a network that is down for everybody. */
function someLinks({ links }: Cluster, dice: Dice): { name: string; links: Link[] } {
  const kinds = Object.entries(links) as [string, Map<string, Link>][];
  if (dice.oneIn(4)) {
    const [kind, some] = dice.pick(kinds);
    return { name: `every way to ${kind}`, links: [...some.values()] };
  }
  const ways = kinds.flatMap(([kind, some]) => [...some.keys()].map((who) => `${kind} ${who}`)).sort();
  const [kind, who] = dice.pick(ways).split(' ') as [keyof Cluster['links'], string];
  const name = kind === 'api' ? `the way to ${who}` : `the way from ${who} to ${kind}`;
  return { name, links: [links[kind].get(who)!] };
}

/** Everything comes late. */
export const delay: Fault = (cluster, dice, longestMs) => {
  const { name, links } = someLinks(cluster, dice);
  const late = dice.between(20, 300);
  const ms = lasting(dice, longestMs);
  const set = (by: number) => () => links.forEach((link) => link.delay(by));
  return { what: `delay ${name} by ${late} ms for ${ms} ms`, run: () => during(ms, set(late), set(0)) };
};

/** Connections are reset, several times. */
export const reset: Fault = (cluster, dice) => {
  const { name, links } = someLinks(cluster, dice);
  const times = dice.between(1, 6);
  return {
    what: `reset ${name} ${times} times`,
    async run() {
      for (let n = 0; n < times; n++) {
        links.forEach((link) => link.reset());
        await sleep(300);
      }
    },
  };
};

/** Nothing comes through and nobody is told; what was on its way arrives in the end. */
export const blackhole: Fault = (cluster, dice, longestMs) => {
  const { name, links } = someLinks(cluster, dice);
  const ms = lasting(dice, longestMs);
  return {
    what: `blackhole ${name} for ${ms} ms`,
    run: () =>
      during(
        ms,
        () => links.forEach((link) => link.interrupt()),
        () => links.forEach((link) => link.mend()),
      ),
  };
};

/** Connections to Postgres are cut at a COMMIT: before it arrives, or before its answer comes back. */
export const commit: Fault = ({ links }, dice) => {
  const before = dice.oneIn(2);
  const times = dice.between(2, 8);
  const ms = dice.between(1_000, 3_000);
  const set = (n: number) => () =>
    links.postgres.forEach((proxy) => (before ? proxy.dropCommits(n) : proxy.dropAnswersOfCommit(n)));
  return {
    what: `commit: the connection is cut ${before ? 'before it arrives' : 'before its answer'}, ${times} times each`,
    run: () => during(ms, set(times), set(0)),
  };
};

/** Connections of clients are cut in the middle of an answer. */
export const response: Fault = ({ links }, dice) => {
  const times = dice.between(5, 25);
  const ms = dice.between(1_000, 3_000);
  const set = (n: number) => () => links.api.forEach((proxy) => proxy.cutAnswers(n));
  return {
    what: `response: cut in the middle, ${times} times each`,
    run: () => during(ms, set(times), set(0)),
  };
};
