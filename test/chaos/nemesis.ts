import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from './cluster.js';
import type { Dice } from './dice.js';
import { faults } from './faults/all.js';

interface Struck {
  kind: string;
  what: string;
}

/** What goes wrong in one round. */
export interface Nemesis {
  /** In the order in which they strike. */
  readonly struck: Struck[];
  /** Strikes, at moments within so long; resolves when all of it is over. */
  run(cluster: Cluster, ms: number): Promise<void>;
}

/**
 * Deals the kinds of faults like cards: so many a round, each once before any comes again. More than one may be at work at
 * the same time.
 */
export function createNemesis(dice: Dice, names: string[], aRound: number, longestMs: number): () => Nemesis {
  let deck: string[] = [];
  const draw = () => (deck.length > 0 ? deck : (deck = dice.shuffled(names))).pop()!;
  return () => {
    const kinds = Array.from({ length: aRound }, draw);
    const struck: Struck[] = [];
    return {
      struck,
      async run(cluster, ms) {
        const moments = kinds.map((_, n) => ((n + dice.below(1_000) / 1_000) * ms) / kinds.length);
        await Promise.all(
          kinds.map(async (kind, n) => {
            const strike = faults[kind]!(cluster, dice, longestMs);
            struck.push({ kind, what: strike?.what ?? `no ${kind}: this machine can't have it` });
            if (!strike) return;
            await sleep(moments[n]!);
            await strike.run();
          }),
        );
      },
    };
  };
}
