import type pg from 'pg';
import { isConnectionLost, isRetryable } from '../../platform/postgres.js';
import { PoisonEvent } from './incoming.js';

export interface Log {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

/** What runs until it is stopped; `stop` finishes the transaction at hand. */
export interface RunningSource {
  stop(): Promise<void>;
}

/** A source that feeds the projections until it is stopped, or another takes over. */
export interface Feed extends RunningSource {
  /** Resolves when it feeds no more: with the reason, or with nothing when it was stopped. */
  ended: Promise<Error | undefined>;
}

export interface SourceOptions {
  /** Its connections work as counterfoil_projector. */
  pool: pg.Pool;
  log: Log;
}

/** Doubling from 0.1 s to 5 s, with jitter; `failures` counts from 1. */
export function backoffMs(failures: number): number {
  return Math.min(5_000, 100 * 2 ** Math.min(failures - 1, 10)) * (0.75 + Math.random() / 4);
}

/** True for what trying again can't mend: the event itself, not what it meets. */
export function isPoison(error: unknown): boolean {
  if (error instanceof PoisonEvent) return true;
  if (isConnectionLost(error) || isRetryable(error)) return false;
  // 22: a value Postgres can't take; 23: a constraint.
  return /^2[23]/.test((error as { code?: string }).code ?? '');
}

/** A bell for one who waits; rung while nobody does, the next wait ends at once. */
export function bell() {
  let rung = false;
  let wake: (() => void) | undefined;
  return {
    ring() {
      rung = true;
      wake?.();
    },
    async wait(ms: number): Promise<void> {
      if (!rung) {
        let timer: NodeJS.Timeout | undefined;
        await new Promise<void>((resolve) => {
          wake = resolve;
          timer = setTimeout(resolve, ms);
        });
        clearTimeout(timer);
        wake = undefined;
      }
      rung = false;
    },
  };
}
