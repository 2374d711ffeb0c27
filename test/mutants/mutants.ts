import { append } from './bugs/append.js';
import { database } from './bugs/database.js';
import { evidence } from './bugs/evidence.js';
import { idempotency } from './bugs/idempotency.js';
import { readModel } from './bugs/read-model.js';
import { reading } from './bugs/reading.js';
import { rules } from './bugs/rules.js';
import type { Mutant } from './mutant.js';

/** All that are planted, in the order of the table. */
export const mutants: Mutant[] = [
  ...append,
  ...idempotency,
  ...rules,
  ...database,
  ...readModel,
  ...reading,
  ...evidence,
];
