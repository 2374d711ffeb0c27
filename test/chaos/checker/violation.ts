import type { Operation } from '../history.js';

/** A promise that was broken. */
export interface Violation {
  /** Which check found it. */
  check: string;
  what: string;
  operation?: Operation;
}
